"""A pytest plugin: private servers for one run of the tests, started before Django reads its settings.

conftest.py would be too late for that without xdist, so pyproject.toml loads this with `-p`. The workers
of xdist inherit the addresses; each has a database and Valkey numbers of its own.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from config import embedded, guard

_started: list[subprocess.Popen] = []
_home: list[embedded.Home] = []
_guard: list[subprocess.Popen] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    os.environ["RECOURSE_STAGE"] = "test"
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        _take_own_numbers(int(worker.removeprefix("gw")))
    elif not os.environ.get("DATABASE_URL"):
        _start()


def _start():
    home = embedded.prepare(Path(tempfile.mkdtemp(prefix="recourse-test-")))
    _home.append(home)
    argv = [sys.executable, "-I", "-S", guard.__file__]  # ends the servers of a run that is killed
    _guard.append(subprocess.Popen(argv, stdin=subprocess.PIPE, text=True, start_new_session=True))
    _started.extend(embedded.start_servers(home, _spawn, durable=False))
    os.environ |= {
        "RECOURSE_STATE": str(home.state),
        "DATABASE_URL": home.database_url,
        "VALKEY_URL": home.valkey_url("broker"),
        "VALKEY_CACHE_URL": home.valkey_url("cache"),
    }


def _spawn(name, argv, stop_with, **options):
    with (_home[0].logs / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
    _tell_guard(f"start {process.pid} {int(stop_with)} 1")
    process.stop_with = stop_with
    return process


def _tell_guard(line):
    _guard[0].stdin.write(f"{line}\n")
    _guard[0].stdin.flush()


def _take_own_numbers(number):
    """The workers share two Valkeys; each speaks to a numbered database of its own."""
    for name in ("VALKEY_URL", "VALKEY_CACHE_URL"):
        os.environ[name] = re.sub(r"(db=|/)\d+$", rf"\g<1>{number + 1}", os.environ[name])


def pytest_unconfigure(config):
    for process in reversed(_started):
        process.send_signal(process.stop_with)
    for process in _started:
        process.wait(30)
        _tell_guard(f"end {process.pid}")
    _started.clear()
    for process in _guard:
        process.communicate()
    _guard.clear()
    for home in _home:
        home.remove()
    _home.clear()
