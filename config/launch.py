"""`make run`: everything on this machine, started, watched and ended together.

The launcher starts the embedded servers that the environment does not replace, migrates, loads the demo,
starts the programs and waits until all answer. It starts again what dies. When it ends, by Ctrl-C, by
SIGTERM or by kill -9 (then its guard sees to it), nothing of it runs on.
"""

import argparse
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from config import embedded, guard

ROOT = Path(__file__).resolve().parent.parent
SERVERS, PROGRAMS = 1, 2  # stages: programs end before their servers
RESTARTS, WITHIN = 5, 20.0  # so many deaths in so many seconds are not bad luck any more
OURS: dict[str, Any] = {"cwd": ROOT, "umask": 0o077}  # what people send is for nobody else on this machine
LOG_LIMIT = 10_000_000  # bytes


class Stopped(BaseException):
    """Somebody asked us to end."""


class LaunchError(Exception):
    """It cannot start; the message says what to do."""


@dataclass
class Child:
    """A process of ours and how to have it again."""

    name: str
    argv: list[str]
    stage: int
    stop_with: int
    options: dict[str, Any]
    process: "subprocess.Popen[bytes]"
    deaths: list[float] = field(default_factory=list)


class Launcher:
    """The children of one copy, in the order of their start."""

    def __init__(self, home: embedded.Home) -> None:
        self.home = home
        self.children: list[Child] = []
        self.asked_to_stop = self.busy = False
        argv = [sys.executable, "-I", "-S", str(ROOT / "config" / "guard.py")]
        self.guard = subprocess.Popen(argv, stdin=subprocess.PIPE, start_new_session=True, cwd="/")

    @contextmanager
    def undisturbed(self) -> Any:
        """Between the start of a process and its entry in the guard's list no signal may take us away."""
        self.busy = True
        try:
            yield
        finally:
            self.busy = False
        if self.asked_to_stop:
            raise Stopped

    def on_signal(self, *_: object) -> None:
        if self.asked_to_stop:
            return
        self.asked_to_stop = True
        if not self.busy:
            raise Stopped

    def tell_guard(self, *words: object) -> None:
        assert self.guard.stdin  # noqa: S101
        with suppress(BrokenPipeError):  # mend() notices
            self.guard.stdin.write((" ".join(map(str, words)) + "\n").encode())
            self.guard.stdin.flush()

    def spawn(
        self, name: str, argv: list[str], stop_with: int, *, stage: int = SERVERS, **options: Any
    ) -> Any:
        with self.undisturbed():
            process = self._popen(name, argv, stop_with, stage, options)
            self.children.append(Child(name, argv, stage, stop_with, options, process))
        return process

    def _popen(self, name: str, argv: list[str], stop_with: int, stage: int, options: dict[str, Any]) -> Any:
        with open_log(self.home, name) as log:
            words: dict[str, Any] = {
                "stdin": subprocess.DEVNULL,
                "stdout": log,
                "stderr": log,
                "start_new_session": True,
            }
            process = subprocess.Popen(argv, **words | options)
        self.tell_guard("start", process.pid, int(stop_with), stage)
        return process

    def clear_away(self, child: Child) -> None:
        """End whatever a process that is gone has left behind."""
        guard.send(child.process.pid, signal.SIGKILL, group=True)
        if child.name == "postgres":
            embedded.end_orphans(self.home)
        self.tell_guard("end", child.process.pid)

    def revive(self, child: Child) -> None:
        """Start again what died, with nothing left of it; give up where it keeps dying."""
        self.clear_away(child)
        now = time.monotonic()
        child.deaths = [at for at in child.deaths if now - at < WITHIN] + [now]
        if len(child.deaths) > RESTARTS:
            raise LaunchError(
                f"{child.name} keeps ending. Its last words:\n{last_words(self.home, child.name)}"
            )
        time.sleep(0.1 * 2 ** min(len(child.deaths), 5))
        with self.undisturbed():
            child.process = self._popen(child.name, child.argv, child.stop_with, child.stage, child.options)

    def watch(self, parent: int | None) -> None:
        """Stay until a signal, the end of `parent`, or something that cannot be mended."""
        while parent is None or os.getppid() == parent:
            self.mend()
            time.sleep(0.2)

    def mend(self) -> None:
        for child in self.children:
            if child.process.poll() is not None:
                self.revive(child)
        if self.guard.poll() is not None:
            raise LaunchError(
                "The guard process ended. Start again: without it servers could be left behind."
            )

    def stop(self) -> None:
        """End the children, programs first; the guard is told last, so that it helps if we are killed now."""
        self.asked_to_stop = True
        for stage in (PROGRAMS, SERVERS):
            these = [child for child in self.children if child.stage == stage]
            for child in these:
                guard.send(child.process.pid, child.stop_with)
            for child in these:
                wait(child.process)
                self.clear_away(child)
        assert self.guard.stdin  # noqa: S101
        with suppress(BrokenPipeError):
            self.guard.stdin.close()
        self.guard.wait()


def wait(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(guard.PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def open_log(home: embedded.Home, name: str) -> IO[bytes]:
    path = home.logs / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.rename(path.with_suffix(".log.1"))
    return path.open("ab")


def last_words(home: embedded.Home, name: str) -> str:
    path = home.logs / f"{name}.log"
    return "\n".join(path.read_text(errors="replace").splitlines()[-20:]) if path.exists() else ""


def lock(state: Path) -> IO[str]:
    """Hold the state folder for ourselves. The lock ends with the process, however it ends."""
    file = (state / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LaunchError(
            f"Recourse already runs from {state}. Stop it first, or start a copy beside it: "
            "make run PORT=8001 RECOURSE_STATE=.state-2"
        ) from None
    return file


def require_free_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise LaunchError(f"Port {port} is taken. Choose another: make run PORT={port + 1}") from None


def manage(launcher: Launcher, *words: str) -> str:
    """Run a command of manage.py and return what it prints."""
    argv = [sys.executable, "manage.py", *words]
    with launcher.undisturbed():
        process = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, text=True, **OURS
        )
        launcher.tell_guard("start", process.pid, int(signal.SIGTERM), PROGRAMS)
    try:
        said, _ = process.communicate()
    except Stopped:
        process.terminate()
        process.wait()
        raise
    launcher.tell_guard("end", process.pid)
    if process.returncode:
        raise LaunchError(f"manage.py {' '.join(words)} failed:\n{said}")
    return said


def health(port: int) -> dict[str, Any] | None:
    """What /health/ready says; None while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as answer:
        try:
            return json.load(answer)
        except ValueError:
            return None
    except (OSError, ValueError):
        return None


def wait_until_ready(launcher: Launcher, port: int) -> None:
    end = time.monotonic() + 120
    while not ((found := health(port)) and found["ready"]):
        launcher.mend()
        if time.monotonic() > end:
            raise LaunchError(f"Not ready: {found}. {last_words(launcher.home, 'programs')}")
        time.sleep(0.3)


def start(launcher: Launcher, stage: str) -> str:
    """All that runs, in order; what the demo says of who can sign in."""
    wanted = [] if os.environ.get("DATABASE_URL") else ["postgres"]
    wanted += [] if os.environ.get("VALKEY_URL") else ["broker", "cache"]
    say("Starting the servers ..." if wanted else "Using the servers that the environment names ...")
    embedded.start_servers(launcher.home, launcher.spawn, wanted)
    say("Bringing the database up to date ...")
    told = manage(launcher, *preparation(stage))
    say("Starting web, workers and clock ...")
    launcher.spawn(
        "programs", [sys.executable, "-m", "config.programs"], signal.SIGTERM, stage=PROGRAMS, **OURS
    )
    return told if stage == "demo" else ""


def preparation(stage: str) -> list[str]:
    """The command that makes the database ready. The demo brings queues and promises with a past, and loads
    them first: none can be added before those that hold from today."""
    return ["load_demo" if stage == "demo" else "prepare", "--migrate"]


def say(words: str) -> None:
    print(words, flush=True)


def run(parent: int | None) -> None:
    os.environ.setdefault("RECOURSE_POOL", "4")
    from config import settings  # refuses what is wrong in the environment, by name

    home = embedded.prepare(settings.STATE_DIR)
    os.environ["RECOURSE_STATE"] = str(home.state)
    with lock(home.state):
        require_free_port(settings.HOST, settings.PORT)
        launcher = Launcher(home)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, launcher.on_signal)
        try:
            demo = start(launcher, settings.STAGE)
            wait_until_ready(launcher, settings.PORT)
            say(f"\nRecourse answers at http://localhost:{settings.PORT}/\n\n{demo}\nCtrl-C ends it.")
            launcher.watch(parent)
        except Stopped:
            pass
        finally:
            say("Stopping ...")
            launcher.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description="Start Recourse on this machine.")
    parser.add_argument(
        "--with-parent", action="store_true", help="End when the process that started this ends."
    )
    options = parser.parse_args()
    try:
        run(os.getppid() if options.with_parent else None)
    except Exception as error:
        if type(error).__name__ not in {"LaunchError", "ServersError", "ImproperlyConfigured"}:
            raise
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
