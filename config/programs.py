"""Web, workers and clock of one machine as children of one process that has read the code once.

They share its memory. A child that ends is started again; the sockets stay open meanwhile, so that a
browser waits instead of being refused. Several machines run gunicorn and celery themselves (compose.yaml).
"""

import gc
import os
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import FrameType

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.timezone import now

LANES = {"page": 2, "case": 2, "bulk": 2, "clock": 2}  # queue and threads of its worker
READ_ONCE = (
    "billiard.pool",
    "celery.app.control",
    "celery.app.events",
    "celery.apps.worker",
    "celery.beat",
    "celery.concurrency.thread",
    "celery.worker.autoscale",
    "celery.worker.consumer",
    "celery.worker.control",
    "celery.worker.state",
    "celery.worker.strategy",
    "gunicorn.app.base",
    "config.patient",
    "kombu.asynchronous.hub",
    "kombu.transport.redis",
    "psycopg_pool",
)
TOO_SOON = 2.0  # seconds; one that ends sooner is not at once started again
Program = Callable[[], None]


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Where we listen. Tries for a while: an earlier copy may be about to end."""
    addresses = [(socket.AF_INET, host)] + ([(socket.AF_INET6, "::1")] if host == "127.0.0.1" else [])
    end = time.monotonic() + 30
    while True:
        try:
            return [opened for family, address in addresses if (opened := _listen(family, address, port))]
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def _listen(family: int, address: str, port: int) -> socket.socket | None:
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
    except OSError:
        if family == socket.AF_INET6:
            return None  # a machine without IPv6
        raise
    listener.listen(512)
    return listener


def web(sockets: list[socket.socket]) -> None:
    from gunicorn.app.base import BaseApplication

    from config import gunicorn as choices

    class Web(BaseApplication):
        def load_config(self) -> None:
            for name, value in vars(choices).items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)
            self.cfg.set("bind", [f"fd://{listener.fileno()}" for listener in sockets])

        def load(self) -> object:
            from config.wsgi import application

            return application

    Web().run()


def worker(queue: str) -> None:
    """Celery's worker without its command line, which would cost each of them ten megabytes."""
    from celery.platforms import SecurityWarning

    from config.celery import app

    warnings.simplefilter("ignore", SecurityWarning)  # who starts this as root was asked nothing and knows it
    lane = app.Worker(
        hostname=f"{queue}@{socket.gethostname()}",
        queues=[queue],
        pool="threads",
        concurrency=LANES[queue],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    lane.start()
    sys.exit(lane.exitcode)


def clock() -> None:
    """The worker of what is done by the clock, with beat in a thread of its own: a process less to hold."""
    threading.Thread(target=_beat, name="beat", daemon=True).start()
    worker("clock")


def _beat() -> None:
    from celery.beat import Service

    from config.celery import app

    schedule = Path(settings.STATE_DIR) / "beat" / "schedule"
    try:
        schedule.parent.mkdir(parents=True, exist_ok=True)
        Service(app, schedule_filename=str(schedule)).start()
    finally:
        # A thread may end unseen; a process that ends is started again.
        os.kill(os.getpid(), signal.SIGTERM)


class Programs:
    """The children by process id, and the wish to end."""

    def __init__(self, programs: dict[str, Program], pids: Path) -> None:
        self.programs, self.pids = programs, pids
        self.running: dict[int, str] = {}
        self.started_at: dict[str, float] = {}
        self.ending = False

    def start(self, name: str) -> None:
        self.started_at[name] = time.monotonic()
        pid = os.fork()
        if pid == 0:
            self._become(name)
        self.running[pid] = name
        (self.pids / name).write_text(f"{pid}\n")
        if self.ending:
            os.kill(pid, signal.SIGTERM)

    def _become(self, name: str) -> None:
        status = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            self.programs[name]()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        finally:
            sys.stdout.flush()
            os._exit(status)

    def end(self, _number: int, _frame: FrameType | None) -> None:
        """Ask every child to finish what it has in hand."""
        self.ending = True
        for pid in self.running:
            os.kill(pid, signal.SIGTERM)

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.end)
        for name in self.programs:
            self.start(name)
        while self.running:
            pid, _ = os.wait()
            name = self.running.pop(pid, "")
            if name and not self.ending:
                time.sleep(max(0.0, TOO_SOON - (time.monotonic() - self.started_at[name])))
                self.start(name)


def main() -> None:
    sockets = open_sockets(settings.HOST, settings.PORT)
    for listener in sockets:
        listener.set_inheritable(True)
    django.setup()
    _read_the_code()
    pids = Path(settings.STATE_DIR) / "pids"
    pids.mkdir(exist_ok=True)
    programs: dict[str, Program] = {"web": lambda: web(sockets)}
    programs |= {queue: lambda queue=queue: worker(queue) for queue in LANES}  # type: ignore[misc]
    programs["clock"] = clock
    Programs(programs, pids).run()


def _read_the_code() -> None:
    """Import what the children need, so that they share it."""
    for name in (*READ_ONCE, "config.wsgi", settings.ROOT_URLCONF):
        import_module(name)
    app = import_module("config.celery").app
    from helpdesk.zones import choices_at  # the apps are loaded by now

    app.loader.import_default_modules()
    app.finalize()
    for code, _name in settings.LANGUAGES:
        translation.activate(code)  # reads its catalog
        reverse("home")  # finds all addresses
        choices_at(now(), "")  # reads the names of places, of which Babel holds many megabytes
    translation.deactivate()
    resolve("/")
    os.environ["CELERY_SKIP_CHECKS"] = "1"  # made just now, by import_default_modules
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
