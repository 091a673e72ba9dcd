"""Ends what a launcher started when the launcher itself was killed: nothing may run on alone.

It reads a pipe that only the launcher writes: `start PID SIGNAL STAGE`, `end PID`. When the pipe closes it
stops what is still written down: the highest stage first, so that workers end before their database.
Run by its path, without Django, in a session of its own; a pipe works on every system.
"""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

PATIENCE = 25.0  # seconds from the polite signal to the rude one
Entry = tuple[int, int, int]  # process id, signal, stage


def is_alive(pid: int) -> bool:
    """Whether a process still runs. One that ended and that nobody collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return not Path("/proc/self/stat").exists()
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def send(pid: int, number: int, *, group: bool = False) -> None:
    with suppress(ProcessLookupError, PermissionError):
        (os.killpg if group else os.kill)(pid, number)


def stop(entries: list[Entry]) -> None:
    """Stop processes stage by stage, each with the signal it likes; then whatever is left of their groups."""
    for stage in sorted({entry[2] for entry in entries}, reverse=True):
        these = [(pid, number) for pid, number, of in entries if of == stage]
        for pid, number in these:
            send(pid, number)
        end = time.monotonic() + PATIENCE
        while any(is_alive(pid) for pid, _ in these) and time.monotonic() < end:
            time.sleep(0.05)
        for pid, _ in these:
            send(pid, signal.SIGKILL, group=True)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    entries: dict[int, Entry] = {}
    for line in sys.stdin:
        word, pid, *rest = line.split()
        if word == "start":
            entries[int(pid)] = (int(pid), int(rest[0]), int(rest[1]))
        else:
            entries.pop(int(pid), None)
    stop(list(entries.values()))


if __name__ == "__main__":
    main()
