"""What runs below a process, and how much of the processors it has had. Reads /proc, so Linux alone."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

USER, SYSTEM = 11, 12  # places in /proc/PID/stat behind the name, in ticks of the clock


def parents() -> dict[int, int]:
    """The parent of each process there is."""
    return {process: int(fields[1]) for process, fields in _stats()}


def line_of(process: int, parents: dict[int, int]) -> list[int]:
    """A process and those above it."""
    line = [process]
    while parents.get(line[-1], 0) > 1:
        line.append(parents[line[-1]])
    return line


def seconds_below(above: int) -> float:
    """How long the processors have worked for what runs below this process, which itself does not count."""
    stats = dict(_stats())
    parents = {process: int(fields[1]) for process, fields in stats.items()}
    below = (process for process in stats if above in line_of(process, parents)[1:])
    ticks = sum(int(stats[process][place]) for process in below for place in (USER, SYSTEM))
    return ticks / os.sysconf("SC_CLK_TCK")


def _stats() -> Iterator[tuple[int, list[str]]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            yield int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
