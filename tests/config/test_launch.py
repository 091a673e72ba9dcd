"""The launcher as its users meet it: real processes, real signals."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from config import embedded

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_of(state):
    """Every running process that names the state folder in its command or its environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = " ".join([*process.cmdline(), *process.environ().values()])
            if (
                str(state) in words
                and process.status() != psutil.STATUS_ZOMBIE
                and process.pid != os.getpid()
            ):
                found.append(process.pid)
    return found


def wait_for(fact, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.1)
    return False


class Copy:
    """One start of Recourse from a state folder."""

    def __init__(self, state):
        self.state, self.port = Path(state), free_port()
        kept = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_WORKER"))}
        self.environment = kept | {
            "RECOURSE_STAGE": "test",
            "RECOURSE_STATE": str(state),
            "PORT": str(self.port),
        }
        self.process = None

    def start(self):
        argv = [sys.executable, "-m", "config.launch"]
        self.process = subprocess.Popen(
            argv, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return self

    def manage(self, *words, timeout=60):
        argv = [sys.executable, "manage.py", *words]
        return subprocess.run(
            argv, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=timeout
        )

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=2) as answer:
                return json.load(answer)["ready"]
        except OSError:
            return False

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=60)
        return said

    def pid_of(self, name):
        return int((self.state / "pids" / name).read_text())


def connect(copy):
    sockets = str(embedded.Home(copy.state).sockets)
    return psycopg.connect(host=sockets, user=embedded.DATABASE, dbname=embedded.DATABASE, autocommit=True)


def note(copy, name):
    with connect(copy) as connection:
        connection.execute("CREATE TABLE notes AS SELECT %s::text AS name", [name])


def notes(copy):
    with connect(copy) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM notes")]


def postmaster_of(copy):
    return int((embedded.Home(copy.state).data / "postmaster.pid").read_text().split()[0])


@contextmanager
def a_long_query(copy):
    """Keep a process of the database at work that does not see that its server was killed."""

    def ask():
        with suppress(psycopg.Error), connect(copy) as connection:
            connection.execute("SELECT count(*) FROM generate_series(1, 2000000000)")

    asking = threading.Thread(target=ask)
    asking.start()
    with connect(copy) as connection:
        query = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM generate%'"
        assert wait_for(lambda: connection.execute(query).fetchone())
    yield
    asking.join()


@pytest.mark.faults
class LauncherTests(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="recourse-launch-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def start(self, name="state"):
        copy = Copy(self.folder / name).start()
        self.addCleanup(embedded.Home(copy.state).remove)
        self.addCleanup(self.end_all, copy)
        self.assertTrue(wait_for(copy.is_ready), "not ready in time")
        return copy

    def end_all(self, copy):
        if copy.process.poll() is None:
            copy.end()
        copy.process.stdout.close()

    def assert_nothing_runs(self, copy):
        self.assertTrue(wait_for(lambda: not processes_of(copy.state), 40), processes_of(copy.state))

    def test_data_outlives_sigterm_and_nothing_outlives_kill(self):
        copy = self.start()
        note(copy, "rita")
        self.assertEqual(copy.manage("migrate", "--check").returncode, 0)
        self.assertIn("Recourse answers at", copy.end(signal.SIGTERM))
        self.assertEqual(copy.process.returncode, 0)
        self.assert_nothing_runs(copy)
        copy.start()
        self.assertTrue(wait_for(copy.is_ready))
        self.assertEqual(notes(copy), ["rita"])
        copy.end(signal.SIGKILL)
        self.assert_nothing_runs(copy)

    def test_two_copies_run_side_by_side_and_mend_what_dies(self):
        first, second = self.start("first"), self.start("a-folder-with-a-long-name-" * 5)
        again = Copy(first.state)
        said, _ = again.start().process.communicate(timeout=60)
        self.assertIn("already runs", said)
        web = first.pid_of("web")
        with a_long_query(first):
            for pid in (web, first.pid_of("case"), postmaster_of(first)):
                os.kill(pid, signal.SIGKILL)
        self.assertTrue(wait_for(lambda: first.pid_of("web") != web and first.is_ready()))
        self.assertTrue(second.is_ready())
        first.end(signal.SIGINT)
        self.assert_nothing_runs(first)
        self.assertTrue(second.is_ready())

    def test_taken_port_is_refused_before_anything_starts(self):
        copy = Copy(self.folder / "state")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", copy.port))
            taken.listen()
            said, _ = copy.start().process.communicate(timeout=30)
        self.assertIn(f"Port {copy.port} is taken", said)
        self.assertFalse((copy.state / "servers" / "postgres" / "PG_VERSION").exists())

    def test_manage_without_servers_says_what_to_do(self):
        done = Copy(self.folder / "state").manage("migrate")
        self.assertEqual(done.returncode, 1)
        self.assertIn("make run", done.stderr)
        self.assertNotIn("Traceback", done.stderr)
