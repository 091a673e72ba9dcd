"""Why a promise was broken, read from the history of the case. Values in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

GIVEN = frozenset({"taken", "assigned", "handed_over"})
LAID_DOWN = frozenset({"released", "taken_from_barred"})
GOES_ON = frozenset({"resumed", "person_wrote", "resolved", "dropped"})
# What is read of a case to tell why; what takes back (`standing`) is read along with it.
UNDONE = frozenset({"reply_undone", "answer_undone", "staff_wrote"})
READ = GIVEN | LAID_DOWN | GOES_ON | UNDONE | {"waiting", "reopened", "escalated"}


@dataclass
class Story:
    """Who had the case, last first; whether nobody did when it fell due; how long it stood still; and which
    steps were taken for this clock."""

    had_by: list[UUID] = field(default_factory=list)
    nobody_at_due: bool = False
    paused: timedelta = timedelta(0)
    steps: list[str] = field(default_factory=list)


def story_of(events: Sequence[Any], *, clock: str, instance: int, due_at: datetime, at: datetime) -> Story:
    """What the events (in order, nothing undone among them) say of this open clock until `at`."""
    holders = list(_holders(events))
    had = [holder for _since, holder in holders if holder is not None]
    at_due = [holder for since, holder in holders if since <= due_at]
    return Story(
        had_by=list(dict.fromkeys(reversed(had))),
        nobody_at_due=not at_due or at_due[-1] is None,
        paused=_paused(events, at) if clock == "resolution" else timedelta(0),  # no other clock waits
        steps=[
            event.values["what"]
            for event in events
            if event.code == "escalated"
            and (event.values.get("clock"), event.values.get("instance")) == (clock, instance)
        ],
    )


def _holders(events: Iterable[Any]) -> Iterable[tuple[datetime, UUID | None]]:
    """From when on who had it; None is nobody."""
    for event in events:
        if event.code in GIVEN:
            yield event.at, UUID(event.values["to"])
        elif event.code in LAID_DOWN:
            yield event.at, None


def _paused(events: Iterable[Any], at: datetime) -> timedelta:
    """How long it waited for the person since it began; real time, as somebody who waits feels it."""
    total, since = timedelta(0), None
    for event in events:
        if event.code == "reopened":  # another instance, with a time of its own
            total, since = timedelta(0), None
        elif event.code == "waiting":
            since = since or event.at
        elif event.code in GOES_ON and since is not None:
            total, since = total + (event.at - since), None
    return total + (at - since if since is not None else timedelta(0))
