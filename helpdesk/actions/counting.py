"""Verdicts: how each promise ended, written once as it ends. History alone gives all of them again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

from helpdesk.clocks import Clocks, Reading
from helpdesk.models import LetGo, Ticket, Verdict
from helpdesk.models.verdicts import SILENCE
from journal.models import Event

LET_GO = frozenset({"dropped", "no_answer_needed"})
ONE_END = ("clock", "instance", "run", "ended_at")
SAID = (
    *ONE_END,
    "state",
    "ended_by",
    "began_at",
    "due_at",
    "spent",
    "target",
    "queue_id",
    "tier",
    "language",
)


def count_ended(ticket: Ticket, clocks: Clocks, *, since: datetime, is_anew: bool) -> None:
    """Write what has ended in a held ticket since its last event. Costs one statement where something has.

    `is_anew`: an answer was undone, so what it ended has not ended; the database asks history before it lets
    such a row go.
    """
    ended = [verdict_of(ticket, reading, ticket.queue_id) for reading in clocks.ended()]
    if is_anew:
        stand = {_end(verdict) for verdict in ended}
        gone = [row.pk for row in Verdict.objects.filter(ticket=ticket) if _end(row) not in stand]
        Verdict.objects.filter(pk__in=gone).delete()
        since = ticket.opened_at
    new = [verdict for verdict in ended if verdict.ended_at >= since]
    if new:  # two events of one moment come here twice
        Verdict.objects.bulk_create(new, ignore_conflicts=True)


def _end(verdict: Verdict) -> tuple[Any, ...]:
    return attrgetter(*ONE_END)(verdict)


def verdict_of(ticket: Ticket, reading: Reading, queue: UUID) -> Verdict:
    """What a run that has ended says, in the queue in which it ended. Not saved."""
    return Verdict(
        ticket=ticket,
        queue_id=queue,
        kind=ticket.kind,
        tier=ticket.tier,
        language=ticket.language,
        clock=reading.kind.value,
        instance=reading.instance,
        run=reading.run,
        state=reading.state.value,
        ended_by=_ended_by(reading),
        began_at=cast(datetime, reading.began_at),
        due_at=reading.due_at,
        ended_at=cast(datetime, reading.closed_at),
        spent=reading.spent,
        target=reading.target,
    )


def _ended_by(reading: Reading) -> str:
    """The event that ended the run. The contract meets a decision whoever ends the case; nobody decided one
    that ended because the person was silent, so it goes by that name, and is counted apart."""
    event = reading.ended_by
    if event is None:
        return ""
    return SILENCE if (event.type, event.reason) == ("resolved", SILENCE) else event.type


def count_let_go(ticket: Ticket, event: Event) -> None:
    """Write that an answer was given up, and why. One statement."""
    let_go_of(ticket, event, ticket.queue_id).save(force_insert=True)


def let_go_of(ticket: Ticket, event: Event, queue: UUID) -> LetGo:
    """What such an event says. Not saved."""
    return LetGo(
        ticket=ticket,
        queue_id=queue,
        kind=ticket.kind,
        tier=ticket.tier,
        language=ticket.language,
        number=event.number,
        code=event.code,
        why=event.values.get("why", ""),
        reason=event.values.get("reason", ""),
        at=event.at,
    )


@dataclass
class Recount:
    """Rows against history: how many were looked at, what is missing, and what history does not say."""

    looked_at: int = 0
    missing: list[Any] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not (self.missing or self.wrong)


def recount(tickets: Sequence[Ticket]) -> Recount:
    """Work the rows of these tickets out of their events again, and compare. Five queries."""
    done = Recount()
    rows: dict[tuple[Any, ...], Any] = {}
    for row in (*Verdict.objects.filter(ticket__in=tickets), *LetGo.objects.filter(ticket__in=tickets)):
        rows[_key(row)] = row
    for expected in _expected(tickets):
        done.looked_at += 1
        found = rows.pop(_key(expected), None)
        if found is None:
            done.missing.append(expected)
        elif isinstance(expected, Verdict) and _said(found) != _said(expected):
            done.wrong.append(str(found.ticket_id))
    done.wrong += [str(row.ticket_id) for row in rows.values()]
    return done


def _key(row: Any) -> tuple[Any, ...]:
    named = (row.clock, row.instance, row.run) if isinstance(row, Verdict) else (row.number,)
    return (row.ticket_id, *named)


def _said(row: Verdict) -> tuple[Any, ...]:
    return attrgetter(*SAID)(row)


def _expected(tickets: Sequence[Ticket]) -> Iterator[Verdict | LetGo]:
    """What history says of each of these tickets."""
    from helpdesk.actions.clocks import HEARD, clocks_told, promises_named

    by_id = {ticket.pk: ticket for ticket in tickets}
    events = list(
        Event.objects.filter(
            subject_kind="ticket", subject_id__in=by_id, code__in=HEARD | {"queue_changed"}
        ).order_by("subject_id", "number")
    )
    promises = promises_named(events)
    for pk, each in groupby(events, key=lambda event: event.subject_id):
        ticket, own = by_id[pk], list(each)
        queues = _queues(own)
        for reading in clocks_told([event for event in own if event.code in HEARD], promises).ended():
            number = reading.ended_by.number if reading.ended_by else 0
            yield verdict_of(ticket, reading, _queue_at(queues, number))
        for event in own:
            if event.code in LET_GO:
                yield let_go_of(ticket, event, _queue_at(queues, event.number))


def _queues(events: Iterable[Event]) -> list[tuple[int, UUID]]:
    """In which queue the ticket was from which event on, the last first."""
    names = {"opened": "queue", "queue_changed": "after"}
    moves = [(event.number, UUID(event.values[names[event.code]])) for event in events if event.code in names]
    return moves[::-1]


def _queue_at(queues: list[tuple[int, UUID]], number: int) -> UUID:
    return next(queue for moved, queue in queues if moved <= number)
