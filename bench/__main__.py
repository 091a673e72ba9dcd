"""`make bench`, or `python -m bench NAME...` for some of the measurements only."""

import subprocess
import sys
from importlib import import_module

from bench.machine import servers

NAMES = ("statements", "appeals", "console", "steps", "memory")


def main(names: list[str]) -> int:
    """Take each measurement on servers of its own; fails where a ratio was not reached."""
    if len(names) == 1:
        with servers():
            return 0 if import_module(f"bench.{names[0]}").run() else 1
    # In a process of its own: settings are read once, and name the servers.
    taken = [subprocess.run([sys.executable, "-m", "bench", name], check=False) for name in names or NAMES]
    return 0 if all(each.returncode == 0 for each in taken) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
