"""The clocks of a ticket follow its events: rows are only what the engine reads from history."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from helpdesk.actions.counting import count_ended
from helpdesk.calendars import add
from helpdesk.clocks import EFFECTS, Clocks, Happening, Kind, Marks, Reading
from helpdesk.models import NEVER, CalendarVersion, Clock, PolicyRow, Queue, Step, StepTaken, Ticket
from helpdesk.policies import first_match
from helpdesk.steps import Coming, Planned, Taken, coming, marks_of
from journal.actions import record
from journal.actors import SYSTEM
from journal.models import Event
from journal.prepared import execute

RENEWED_BY = frozenset({"priority_set", "queue_changed"})  # what a policy looks at has changed
TAKEN_BACK = frozenset({"reply_undone", "answer_undone"})
HEARD = frozenset(EFFECTS) - {"calendar_changed"} | TAKEN_BACK  # one event changes targets and calendar
# Two columns for a statement whose first value is the moment: the policy, and the version of each calendar.
IN_FORCE = """
(SELECT id FROM helpdesk_policy WHERE from_at <= $1 ORDER BY from_at DESC, number DESC LIMIT 1),
ARRAY(SELECT DISTINCT ON (calendar_id) id FROM helpdesk_calendarversion WHERE from_at <= $1
      ORDER BY calendar_id, from_at DESC, number DESC)
"""


@dataclass(frozen=True)
class Promise:
    """What a ticket is promised: a row of a policy, and the version of the calendar by which it counts."""

    row: PolicyRow
    calendar: CalendarVersion | None

    @property
    def values(self) -> dict[str, Any]:
        """As events name it."""
        return {"row": self.row.pk, "calendar": self.calendar.pk if self.calendar else None}

    @property
    def steps(self) -> list[Planned]:
        """What is done by itself when it is about to be broken. No query for a row of the policy in force."""
        return [step.planned for step in self.row.steps.all()]

    def changed(self, at: datetime) -> list[Happening]:
        """What the clocks hear when this takes the place of another promise."""
        working = self.calendar.working if self.calendar else None
        return [
            Happening(at, "calendar_changed", calendar=working),
            Happening(at, "targets_changed", targets=self.row.targets),
        ]


@dataclass(frozen=True)
class InForce:
    """The rows of a policy from the top, and the version of each calendar, as they hold together."""

    rows: tuple[PolicyRow, ...]
    hours: Mapping[UUID, CalendarVersion]

    def promise_for(self, ticket: Ticket) -> Promise | None:
        """What is promised to such a ticket; None where no row is for it."""
        row = first_match(self.rows, facts_of(ticket))
        if row is None:
            return None
        return Promise(row, self.hours[row.calendar_id] if row.calendar_id else None)


def in_force(at: datetime) -> InForce:
    """What holds at this moment. One query."""
    return holding(*execute(f"SELECT {IN_FORCE}", [at]).fetchone())


def holding(policy: UUID | None, versions: Sequence[UUID]) -> InForce:
    """The same, for a caller that asked for what is `IN_FORCE` along with something else."""
    hours = {version.calendar_id: version for version in _versions(tuple(versions))}
    return InForce(_rows(policy), hours)


def promise_for(ticket: Ticket, at: datetime) -> Promise | None:
    """What the policy in force promises to such a ticket; None where no row is for it. One query."""
    return in_force(at).promise_for(ticket)


def answer_within(queue: Queue, at: datetime) -> timedelta | None:
    """How long whoever writes to this queue now waits at most for an answer; None: nothing is promised."""
    promise = promise_for(Ticket(queue=queue, kind=queue.kind), at)
    if promise is None or not (target := promise.row.resolution or promise.row.first_response):
        return None
    due_at = add(promise.calendar.working if promise.calendar else None, at, target)
    return due_at - at if due_at else None


def facts_of(ticket: Ticket) -> dict[str, Any]:
    """What the conditions of a policy look at."""
    names = ("queue_id", "kind", "priority", "tier", "language")
    return {name: getattr(ticket, name) for name in names}


# Versions are never edited, so what was read once stays right for as long as the process lives.
@lru_cache(maxsize=32)
def _rows(policy: UUID | None) -> tuple[PolicyRow, ...]:
    return tuple(
        PolicyRow.objects.filter(policy=policy)
        .select_related("policy")
        .prefetch_related("steps")
        .order_by("place")
    )


@lru_cache(maxsize=32)
def _versions(ids: tuple[UUID, ...]) -> tuple[CalendarVersion, ...]:
    return tuple(CalendarVersion.objects.filter(pk__in=ids))


def first_clocks(ticket: Ticket, promise: Promise | None) -> list[Clock]:
    """The clocks with which a new ticket begins, not saved yet; gives the ticket its `due_at`."""
    ticket.due_at = NEVER
    if promise is None:
        return []
    at, steps = ticket.opened_at, promise.steps
    clocks = Clocks({}, None, marks_of(steps))
    for happening in (Happening(at, "opened"), *promise.changed(at)):
        clocks.hear(happening)
    ticket.due_at = clocks.next_due_at() or NEVER
    readings = clocks.readings()
    return [_clock(ticket, *each, promise) for each in _with_next_step(readings, coming(readings, steps, ()))]


@dataclass(frozen=True)
class Ahead:
    """The steps that a ticket has before it, in their order, and the row of the policy that plans them."""

    row: PolicyRow
    steps: list[Coming]


def wind(ticket: Ticket, *, at: datetime) -> Ahead | None:
    """Set the clocks of a held ticket to what its events say. Costs its events that clocks hear.

    Looks first whether something else is promised by now: the ticket is another, or the policy is.
    """
    events = list(_heard(ticket))
    promises = promises_named(events)
    heard_at = events[-1].at if events else at
    before = list(promises.values())[-1] if promises else None
    promise = promise_for(ticket, at)
    if promise is not None and promise != before:
        moment = max(_changed_at(promise, before, at), ticket.opened_at)
        events.append(record(ticket, "targets_changed", by=SYSTEM, at=moment, **promise.values))
        promises[events[-1].pk] = promise
    if promise is None:  # nothing was ever promised, so nothing is counted
        return None
    steps = promise.steps
    clocks = clocks_told(events, promises, marks_of(steps))
    clocks.pass_until(max(at, clocks.now or at))
    ahead = coming(clocks.readings(), steps, _taken(ticket) if steps else ())
    is_anew = not TAKEN_BACK.isdisjoint(event.code for event in events[-2:])
    _write(ticket, clocks, promise, ahead, is_anew=is_anew)
    count_ended(ticket, clocks, since=heard_at, is_anew=is_anew)
    return Ahead(promise.row, ahead)


def steps_ahead(ticket: Ticket, *, at: datetime) -> list[tuple[Coming, Step]]:
    """The steps that a ticket has before it, as its page shows them. Five queries, and writes nothing."""
    events = list(_heard(ticket))
    promises = promises_named(events)
    if not promises:
        return []
    row = list(promises.values())[-1].row
    steps = {(step.clock, step.key): step for step in row.steps.all()}
    planned = [step.planned for step in steps.values()]
    clocks = clocks_told(events, promises, marks_of(planned))
    clocks.pass_until(max(at, clocks.now or at))
    ahead = coming(clocks.readings(), planned, _taken(ticket))
    return [(each, steps[each.kind, each.key]) for each in ahead]


def _heard(ticket: Ticket) -> Iterable[Event]:
    """The events of a ticket that its clocks hear, in order."""
    return Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk, code__in=HEARD).order_by(
        "number"
    )


def _taken(ticket: Ticket) -> set[Taken]:
    rows = StepTaken.objects.filter(ticket=ticket).values_list("kind", "instance", "run", "key")
    return {Taken(*row) for row in rows}


def _with_next_step(
    readings: Iterable[Reading], ahead: Sequence[Coming]
) -> Iterator[tuple[Reading, datetime | None]]:
    """Each reading with the moment of its first step to come."""
    first: dict[tuple[Kind, int], datetime] = {}
    for step in ahead:  # in the order in which they are due
        first.setdefault((step.kind, step.instance), step.due_at)
    return ((reading, first.get((reading.kind, reading.instance))) for reading in readings)


def clocks_told(
    events: Sequence[Event], promises: Mapping[int, Promise], marks: Marks | None = None
) -> Clocks:
    """The clocks of a ticket right after the last of its events."""
    clocks = Clocks({}, None, marks)
    for event in sorted(standing(events), key=lambda event: event.at):
        for happening in _happenings(event, promises.get(event.pk)):
            clocks.hear(happening)
    return clocks


def _changed_at(promise: Promise, before: Promise | None, at: datetime) -> datetime:
    """From when another promise holds: an edit from its stated moment on, all else from now on."""
    if before is None or (before.row.policy_id == promise.row.policy_id and before.row != promise.row):
        return at
    if before.row != promise.row:
        return promise.row.policy.from_at
    return promise.calendar.from_at if promise.calendar else at


def _happenings(event: Event, promise: Promise | None) -> Iterator[Happening]:
    if event.code != "targets_changed":
        reason = event.values.get("reason") or ""
        yield Happening(event.at, event.code, number=event.number, reason=reason)
    if promise is not None:
        yield from promise.changed(event.at)


def standing(events: Sequence[Event]) -> list[Event]:
    """The events without what was taken back before the person could read it.

    A reply that was undone has never answered anything: it goes with what else it did, by its message; an
    answer of an app above with the end of the case at the same moment.
    """
    kept: list[Event] = []
    for event in events:
        message = event.values.get("message")
        if event.code == "reply_undone":
            kept = [each for each in kept if each.values.get("message") != message]
        elif event.code == "answer_undone":
            kept = _without_last_answer(kept)
        elif event.code != "resumed" or not message:  # with a message: the pause of that reply never began
            kept.append(event)
    return kept


def _without_last_answer(events: list[Event]) -> list[Event]:
    # A reply names its message and an answer of an app none: somebody may have replied since the answer.
    answers = [event.at for event in events if event.code == "staff_wrote" and "message" not in event.values]
    if not answers:
        return events
    return [event for event in events if event.at != max(answers) or not _is_of_answer(event)]


def _is_of_answer(event: Event) -> bool:
    return event.code in ("staff_wrote", "resolved") and "message" not in event.values


def promises_named(events: Iterable[Event]) -> dict[int, Promise]:
    """What each event promised that changed what is promised. Two queries for any number of events."""
    named = {event.pk: event.values for event in events if event.values.get("row")}
    rows = PolicyRow.objects.select_related("policy").in_bulk([values["row"] for values in named.values()])
    hours = CalendarVersion.objects.in_bulk([each["calendar"] for each in named.values() if each["calendar"]])
    return {
        pk: Promise(
            rows[UUID(values["row"])], hours.get(UUID(values["calendar"])) if values["calendar"] else None
        )
        for pk, values in named.items()
    }


def _write(
    ticket: Ticket, clocks: Clocks, promise: Promise, ahead: Sequence[Coming], *, is_anew: bool
) -> None:
    if is_anew:  # an instance that began with what was taken back is gone
        ticket.clocks.all().delete()
    readings = clocks.readings()
    Clock.objects.bulk_create(
        [_clock(ticket, *each, promise) for each in _with_next_step(readings, ahead)],
        update_conflicts=True,
        unique_fields=["ticket", "kind", "instance"],
        update_fields=[
            "run",
            "state",
            "due_at",
            "met_at",
            "closed_at",
            "spent",
            "row",
            "calendar",
            "next_step_at",
            "queue",
        ],
    )
    running = [reading.kind for reading in readings if reading.closed_at is None]
    ticket.clocks.open().exclude(kind__in=running).delete()  # whose target an edit has taken away
    due_at = clocks.next_due_at() or NEVER
    if ticket.due_at != due_at:
        ticket.due_at = due_at
        ticket.save(update_fields=["due_at"])


def _clock(ticket: Ticket, reading: Reading, next_step_at: datetime | None, promise: Promise) -> Clock:
    return Clock(
        ticket=ticket,
        queue_id=ticket.queue_id,
        kind=reading.kind,
        instance=reading.instance,
        run=reading.run,
        state=reading.state,
        due_at=reading.due_at,
        met_at=reading.met_at,
        closed_at=reading.closed_at,
        spent=reading.spent,
        next_step_at=next_step_at,
        row=promise.row,
        calendar=promise.calendar,
    )
