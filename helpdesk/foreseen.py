"""What another policy or calendar would do to the open tickets, before anybody publishes it.

Looks at the 2,000 unfinished tickets that are due first, whatever their number: it costs their events, read
500 tickets at a time, and nothing is written.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from helpdesk.actions.clocks import HEARD, InForce, Promise, clocks_told, in_force, promises_named
from helpdesk.clocks import Clocks, Kind
from helpdesk.models import Ticket
from journal.models import Event

LOOKED_AT = 2000
SHOWN = 50
EACH_TIME = 500


@dataclass(frozen=True)
class Shift:
    """A clock whose due moment moves; without one on a side it begins or ends to be owed."""

    kind: Kind
    before: datetime | None
    after: datetime | None

    @property
    def by(self) -> timedelta | None:
        """How much later; less than nothing is earlier."""
        return self.after - self.before if self.before and self.after else None

    @property
    def is_later(self) -> bool:
        return self.after is None or (self.before is not None and self.after > self.before)

    @property
    def size(self) -> timedelta:
        """How far it moves; what begins or ends moves furthest."""
        return timedelta.max if self.by is None else abs(self.by)


@dataclass(frozen=True)
class Moved:
    """A ticket, and the clock of it that moves furthest."""

    ticket: Ticket
    row: str
    shift: Shift


@dataclass
class Foresight:
    """How many tickets would move, by row of the new table, and those that move furthest."""

    total: int
    looked_at: int = 0
    by_row: dict[str, int] = field(default_factory=dict)
    earlier: int = 0
    later: int = 0
    furthest: list[Moved] = field(default_factory=list)

    @property
    def moved(self) -> int:
        return self.earlier + self.later


def shifts(clocks: Clocks, before: Promise | None, after: Promise | None, at: datetime) -> list[Shift]:
    """How due moments differ under two promises from `at` on, nothing else happening until then. Pure."""
    clocks.pass_until(max(at, clocks.now or at))
    due = [_due_under(clocks, promise, at) for promise in (before, after)]
    kinds = {**due[0], **due[1]}
    pairs = ((kind, due[0].get(kind), due[1].get(kind)) for kind in kinds)
    return [Shift(kind, old, new) for kind, old, new in pairs if old != new]


def _due_under(clocks: Clocks, promise: Promise | None, at: datetime) -> dict[Kind, datetime | None]:
    """Edits of one instant replace each other, so one reading of a ticket can hear both promises."""
    for happening in promise.changed(at) if promise else ():
        clocks.hear(happening)
    return clocks.due_by_kind()


def foresee(draft: InForce, *, at: datetime) -> Foresight:
    """What it would do to hold this from `at` on, against what is to hold then so far."""
    open_tickets = Ticket.objects.unfinished()
    seen, so_far = Foresight(total=open_tickets.count()), in_force(at)
    moved: list[Moved] = []
    first_due = list(open_tickets.order_by("due_at")[:LOOKED_AT])
    for start in range(0, len(first_due), EACH_TIME):
        for ticket, clocks in _told(first_due[start : start + EACH_TIME]):
            seen.looked_at += 1
            promise = draft.promise_for(ticket)
            found = shifts(clocks, so_far.promise_for(ticket), promise, at)
            if found:
                most = max(found, key=lambda shift: shift.size)
                moved.append(Moved(ticket, promise.row.name if promise else "", most))
    seen.by_row = dict(Counter(each.row for each in moved).most_common())
    seen.later = sum(each.shift.is_later for each in moved)
    seen.earlier = len(moved) - seen.later
    seen.furthest = sorted(moved, key=lambda each: each.shift.size, reverse=True)[:SHOWN]
    return seen


def _told(tickets: Sequence[Ticket]) -> Iterator[tuple[Ticket, Clocks]]:
    """Each of these tickets with its clocks. Three queries."""
    by_id = {ticket.pk: ticket for ticket in tickets}
    events = list(
        Event.objects.filter(subject_kind="ticket", subject_id__in=by_id, code__in=HEARD).order_by(
            "subject_id", "number"
        )
    )
    promises = promises_named(events)
    for pk, own in groupby(events, key=lambda event: event.subject_id):
        yield by_id[pk], clocks_told(list(own), promises)
