"""`make bench`, or `python -m bench NAME...` for some of the measurements only."""

import sys
from importlib import import_module
from pathlib import Path

from bench.machine import servers

NAMES = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if path.stem not in {"__init__", "__main__", "machine"}
)


def main(names: list[str]) -> int:
    """Run each measurement; fails where a ratio was not reached."""
    with servers():
        reached = [import_module(f"bench.{name}").run() for name in names or NAMES]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
