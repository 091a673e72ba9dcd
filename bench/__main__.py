"""`make bench`, or `python -m bench NAME...` for some of the measurements only."""

import sys
from importlib import import_module

from bench.machine import servers

NAMES = ("statements", "appeals", "console", "steps", "memory")


def main(names: list[str]) -> int:
    """Run each measurement on servers of its own; fails where a ratio was not reached."""
    reached = []
    for name in names or NAMES:
        with servers():
            reached.append(import_module(f"bench.{name}").run())
    return 0 if all(reached) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
