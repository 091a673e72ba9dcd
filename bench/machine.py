"""The embedded servers and one web process, as an installation has them, for one run."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import embedded

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def servers() -> Iterator[None]:
    """Durable servers with an empty, migrated database; Django is ready inside the block."""
    home = embedded.prepare(Path(tempfile.mkdtemp(prefix="recourse-bench-")))
    started: list[tuple[subprocess.Popen, int]] = []

    def spawn(name, argv, stop_with, **options):
        with (home.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
        started.append((process, stop_with))
        return process

    try:
        embedded.start_servers(home, spawn)
        os.environ |= {
            "RECOURSE_STATE": str(home.state),
            "DATABASE_URL": home.database_url,
            "VALKEY_URL": home.valkey_url("broker"),
            "VALKEY_CACHE_URL": home.valkey_url("cache"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "RECOURSE_POOL": "4",
            "STATEMENT_CALLS_PER_SECOND": "100000",
            "STATEMENT_CALLS_PER_MINUTE": "10000000",
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield
    finally:
        for process, stop_with in reversed(started):
            process.send_signal(stop_with)
        for process, _ in started:
            process.wait(30)
        home.remove()


@contextmanager
def web() -> Iterator[http.client.HTTPConnection]:
    """One gunicorn worker through the whole stack, and one connection to it that is kept open."""
    with serving("config.wsgi", workers=1) as port:
        yield http.client.HTTPConnection("127.0.0.1", port, timeout=300)


@contextmanager
def serving(application: str, *, workers: int, **environment: str) -> Iterator[int]:
    """gunicorn with our own settings of it; the port on which it answers."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    options = ["-cpython:config.gunicorn", f"--workers={workers}", "--keep-alive=60", "--max-requests=0"]
    with (Path(os.environ["RECOURSE_STATE"]) / "logs" / "web.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options, f"--bind=127.0.0.1:{port}", application],
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_for(port: int, process: subprocess.Popen) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            if process.poll() is not None:
                raise SystemExit("gunicorn ended at once.") from None
            time.sleep(0.1)
        else:
            return
    raise SystemExit("gunicorn does not answer.")
