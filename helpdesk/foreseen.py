"""What another policy or calendar would do to the open tickets, before anybody publishes it.

Looks at the 2,000 unfinished tickets that are due first, whatever their number: it costs their events, read
500 tickets at a time, and nothing is written.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from helpdesk.actions.clocks import HEARD, InForce, Promise, clocks_told, in_force, promises_named
from helpdesk.clocks import Clocks, Kind, Marks
from helpdesk.models import PolicyRow, Step, StepTaken, Ticket
from helpdesk.step_words import step_words
from helpdesk.steps import Taken, coming, marks_of
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


@dataclass(frozen=True)
class Fired:
    """A step that would be taken as soon as this holds, because its moment is past by then."""

    ticket: Ticket
    row: str
    step: Step
    late: timedelta


@dataclass
class Foresight:
    """How many tickets would move, by row of the new table, and those that move furthest; and the steps that
    would be taken at once, by row and step."""

    total: int
    looked_at: int = 0
    by_row: dict[str, int] = field(default_factory=dict)
    earlier: int = 0
    later: int = 0
    furthest: list[Moved] = field(default_factory=list)
    fired: int = 0
    by_step: dict[tuple[str, str], int] = field(default_factory=dict)
    latest: list[Fired] = field(default_factory=list)

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


def foresee(draft: InForce, *, at: datetime, steps: Sequence[Step] | None = None) -> Foresight:
    """What it would do to hold this from `at` on, against what is to hold then so far.

    `steps` are those of rows that are not published yet; published ones have their own.
    """
    open_tickets = Ticket.objects.unfinished()
    seen, so_far = Foresight(total=open_tickets.count()), in_force(at)
    planned = _by_row(draft, steps)
    moved: list[Moved] = []
    fired: list[Fired] = []
    first_due = list(open_tickets.order_by("due_at")[:LOOKED_AT])
    for start in range(0, len(first_due), EACH_TIME):
        batch = first_due[start : start + EACH_TIME]
        sides = {each.pk: (so_far.promise_for(each), draft.promise_for(each)) for each in batch}
        marks = {pk: _marks(*both, planned) for pk, both in sides.items()}
        taken = _taken(batch)
        for ticket, clocks in _told(batch, marks):
            seen.looked_at += 1
            before, after = sides[ticket.pk]
            done = _taken_by_then(clocks, before, taken[ticket.pk], at)
            found = shifts(clocks, before, after, at)
            if found:
                most = max(found, key=lambda shift: shift.size)
                moved.append(Moved(ticket, after.row.name if after else "", most))
            if after is not None:
                fired += _fired(ticket, clocks, after.row, planned[after.row.pk], done, at)
    _sum_up(seen, moved, fired)
    return seen


def _by_row(draft: InForce, steps: Sequence[Step] | None) -> dict[UUID, list[Step]]:
    """The steps of each row. No query for the policy in force."""
    if steps is None:
        return {row.pk: list(row.steps.all()) for row in draft.rows}
    return {row.pk: [step for step in steps if step.row_id == row.pk] for row in draft.rows}


def _marks(before: Promise | None, after: Promise | None, planned: Mapping[UUID, Sequence[Step]]) -> Marks:
    """What the clocks must look for under both."""
    new = [step.planned for step in planned[after.row.pk]] if after else []
    return marks_of([*(before.steps if before else ()), *new])


def _sum_up(seen: Foresight, moved: Sequence[Moved], fired: Sequence[Fired]) -> None:
    seen.by_row = dict(Counter(each.row for each in moved).most_common())
    seen.later = sum(each.shift.is_later for each in moved)
    seen.earlier = len(moved) - seen.later
    seen.furthest = sorted(moved, key=lambda each: each.shift.size, reverse=True)[:SHOWN]
    seen.fired = len(fired)
    seen.by_step = dict(Counter((each.row, step_words(each.step)) for each in fired).most_common())
    seen.latest = sorted(fired, key=lambda each: each.late, reverse=True)[:SHOWN]


def _taken(tickets: Sequence[Ticket]) -> dict[UUID, set[Taken]]:
    """What each has taken. One query."""
    by_ticket: dict[UUID, set[Taken]] = {ticket.pk: set() for ticket in tickets}
    rows = StepTaken.objects.filter(ticket__in=by_ticket)
    for pk, kind, instance, run, key in rows.values_list("ticket", "kind", "instance", "run", "key"):
        by_ticket[pk].add(Taken(kind, instance, run, key))
    return by_ticket


def _taken_by_then(clocks: Clocks, before: Promise | None, taken: set[Taken], at: datetime) -> set[Taken]:
    """With what the sweeps will still have taken until `at` by what holds so far: keys keep their meaning."""
    clocks.pass_until(max(at, clocks.now or at))
    ahead = coming(clocks.readings(), before.steps if before else (), taken)
    return taken | {step.taken for step in ahead if step.due_at <= at}


def _fired(
    ticket: Ticket, clocks: Clocks, row: PolicyRow, steps: Sequence[Step], done: set[Taken], at: datetime
) -> Iterator[Fired]:
    by_key = {(step.clock, step.key): step for step in steps}
    for each in coming(clocks.readings(), [step.planned for step in steps], done):
        if each.due_at <= at:
            yield Fired(ticket, row.name, by_key[each.kind, each.key], at - each.due_at)


def _told(tickets: Sequence[Ticket], marks: Mapping[UUID, Marks]) -> Iterator[tuple[Ticket, Clocks]]:
    """Each of these tickets with its clocks. Three queries."""
    by_id = {ticket.pk: ticket for ticket in tickets}
    events = list(
        Event.objects.filter(subject_kind="ticket", subject_id__in=by_id, code__in=HEARD).order_by(
            "subject_id", "number"
        )
    )
    promises = promises_named(events)
    for pk, own in groupby(events, key=lambda event: event.subject_id):
        yield by_id[pk], clocks_told(list(own), promises, marks[pk])
