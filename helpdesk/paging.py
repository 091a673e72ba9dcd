"""Who is paged next, and what a message says. Values in, values out."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

FOLD_FOR = timedelta(minutes=1)  # within it one person gets one message, however many alarms ring
LATE_FROM = timedelta(minutes=1)  # less is what a sweep takes; from here on a page says that it is late
NAMED = 10  # alarms in a message; of the rest it says how many they are

Who = TypeVar("Who")


def next_in(line: Sequence[Who], paged: Collection[Who]) -> Who | None:
    """The first of the line whom this round has not paged yet; None at its end.

    The line is the one of this moment: whoever came on duty meanwhile is not forgotten, and nobody's turn
    hangs on a place in a line that no longer is.
    """
    return next((each for each in line if each not in paged), None)


def late_by(due_at: datetime, at: datetime) -> int:
    """The seconds by which a page is late, for people; 0 where it is only a sweep old."""
    late = at - due_at
    return late // timedelta(seconds=1) if late >= LATE_FROM else 0


def named(labels: Mapping[UUID, str]) -> dict[str, Any]:
    """The alarms of one message, each once: some by name, the rest by their number."""
    names = [label for label in labels.values() if label]
    return {"count": len(labels), "labels": names[:NAMED], "more": len(labels) - len(names[:NAMED])}
