"""What web, workers and clock hold of the machine's memory, started as `make run` starts them and left alone.

PSS: what several processes share counts once, divided among them.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.processes import line_of, parents
from config import embedded

MOST, IDLE_FOR, PAGES = 300, 20, ("/", "/rules/", "/appeal/", "/accounts/login/")  # MiB, seconds
BESIDE = {"postgres", "valkey", "config.launch", "guard"}


def run() -> bool:
    """Print how much each part holds; true where all together hold no more than they may."""
    home = embedded.prepare(Path(tempfile.mkdtemp(prefix="recourse-bench-")))
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    names = {"DATABASE_URL", "VALKEY_URL", "VALKEY_CACHE_URL", "RECOURSE_POOL"}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    launcher = subprocess.Popen(
        [sys.executable, "-m", "config.launch"],
        env={**kept, "RECOURSE_STATE": str(home.state), "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        _use(port, launcher)
        time.sleep(IDLE_FOR)
        held = _held(home, launcher.pid)
    finally:
        launcher.send_signal(signal.SIGTERM)
        launcher.wait(60)
        home.remove()
    return _told(held)


def _told(held: dict[str, float]) -> bool:
    parts = sorted(((mib, name) for name, mib in held.items()), reverse=True)
    ours = sum(mib for mib, name in parts if name not in BESIDE)
    print("memory, idle, in MiB of PSS, after each public page was shown twenty times")
    for mib, name in parts:
        print(f"  {name:<16} {mib:>5.0f}{'  (not counted)' if name in BESIDE else ''}")
    print(f"  web, workers, beat and their parent: {ours:.0f}  (at most {MOST})")
    return ours <= MOST


def _use(port: int, launcher: subprocess.Popen) -> None:
    """Wait until everything answers, then show pages, as a first hour would."""
    ready = f"http://127.0.0.1:{port}/health/ready"
    for _ in range(600):
        if launcher.poll() is not None:
            raise SystemExit("`make run` ended at once.")
        try:
            with urllib.request.urlopen(ready) as answer:
                if json.load(answer)["ready"]:
                    break
        except OSError:
            pass
        time.sleep(0.3)
    for path in PAGES * 20:
        urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").read()


def _held(home: embedded.Home, launcher: int) -> dict[str, float]:
    """MiB of each part: what stands below a program in the tree of processes is the program's."""
    above = parents()
    parts = {int(file.read_text()): file.name for file in (home.state / "pids").iterdir()}
    held: dict[str, float] = {}
    for process in above:
        line = line_of(process, above)
        if launcher in line:
            name = next((parts[each] for each in line if each in parts), _kind(process))
            held[name] = held.get(name, 0) + _mib(process)
    return held


def _kind(process: int) -> str:
    """What is no program of ours with a name: a server, the launcher, the parent of the programs."""
    words = Path(f"/proc/{process}/cmdline").read_bytes().decode()
    kinds = ("postgres", "valkey", "config.programs", "guard", "config.launch")
    return next((kind for kind in kinds if kind in words), "other")


def _mib(process: int) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
