"""A pytest plugin: private servers for one run of the tests, started before Django reads its settings.

conftest.py would be too late for that without xdist, so pyproject.toml loads this with `-p`. The workers
of xdist inherit the addresses; each has a database and Valkey numbers of its own.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from config import embedded

_started: list[subprocess.Popen] = []
_home: list[embedded.Home] = []


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
    process.stop_with = stop_with
    return process


def _take_own_numbers(number):
    """The workers share two Valkeys; each speaks to a numbered database of its own."""
    for name in ("VALKEY_URL", "VALKEY_CACHE_URL"):
        os.environ[name] = re.sub(r"(db=|/)\d+$", rf"\g<1>{number + 1}", os.environ[name])


def pytest_unconfigure(config):
    for process in reversed(_started):
        process.send_signal(process.stop_with)
    for process in _started:
        process.wait(30)
    _started.clear()
    for home in _home:
        home.remove()
    _home.clear()
