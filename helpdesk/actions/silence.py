"""A case whose person does not answer our question: they are reminded, and then it ends. By the clock."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.actions.contacts import tell_person
from helpdesk.actions.ending import reopen
from helpdesk.actions.tickets import lock, move_ticket, note_event
from helpdesk.models import Priority, Queue, Status, Ticket
from helpdesk.silence import Silence, read_token
from journal.actors import SYSTEM, Actor
from journal.errors import Refused
from journal.models import Event
from journal.sweeps import one_by_one

AT_ONCE = 500  # of each kind and queue in one sweep: the next one is some minutes away


def end_silence(*, at: datetime) -> tuple[int, int]:
    """Remind silent people, and end the cases of those who were reminded in time; how many of each.

    Each case is a transaction of its own and looked at again under its lock: safe to run by several at once,
    twice, late, and to be killed.
    """
    reminded = closed = 0
    for queue in Queue.objects.exclude(close_after_days=None):
        if (silence := queue.silence) is not None:
            reminded += _remind_in(queue, silence, at)
            closed += _close_in(queue, silence, at)
    return reminded, closed


def _remind_in(queue: Queue, silence: Silence, at: datetime) -> int:
    since = at - silence.remind_after
    due = Ticket.objects.silent().filter(queue=queue, reminded_at=None, waiting_since__lte=since)
    return _each(due.order_by("waiting_since"), lambda ticket: _remind(ticket, at))


def _close_in(queue: Queue, silence: Silence, at: datetime) -> int:
    since = at - silence.time_to_answer
    due = Ticket.objects.silent().filter(queue=queue, reminded_at__lte=since)
    return _each(due.order_by("reminded_at"), lambda ticket: _close(ticket, at))


def _each(tickets: Any, act: Callable[[Ticket], bool]) -> int:
    done: list[bool] = []
    due: Iterable[Ticket] = list(tickets[:AT_ONCE])
    one_by_one(due, lambda ticket: done.append(act(ticket)))
    return sum(done)


def is_silent(ticket: Ticket) -> bool:
    """Whether a silent person may lose this case: never one of the top tier."""
    return (
        ticket.status == Status.WAITING
        and ticket.waiting_since is not None
        and ticket.priority != Priority.TOP
        and ticket.tier != 1
    )


@transaction.atomic
def _remind(ticket: Ticket, at: datetime) -> bool:
    ticket = lock(ticket)
    silence = ticket.queue.silence
    if not (silence and is_silent(ticket)) or ticket.reminded_at is not None:
        return False
    if ticket.waiting_since is None or ticket.waiting_since + silence.remind_after > at:
        return False
    ticket.reminded_at = at
    closes_at = at + silence.time_to_answer
    note_event(ticket, "reminded", "reminded_at", by=SYSTEM, at=at, closes_at=closes_at)
    _tell(ticket, "case_reminder", at=at, reminded_at=at, closes_at=closes_at)
    return True


@transaction.atomic
def _close(ticket: Ticket, at: datetime) -> bool:
    ticket = lock(ticket)
    silence, reminded_at = ticket.queue.silence, ticket.reminded_at
    if not (silence and is_silent(ticket)) or reminded_at is None:
        return False
    if reminded_at + silence.time_to_answer > at:
        return False
    ticket.snoozed_until = None
    values = {"reason": "silence", "reminded_at": reminded_at}
    move_ticket(ticket, Status.RESOLVED, by=SYSTEM, at=at, code="resolved", save=("snoozed_until",), **values)
    _tell(ticket, "case_closed", at=at, reminded_at=reminded_at, closes_at=at)
    return True


def _tell(ticket: Ticket, kind: str, *, at: datetime, reminded_at: datetime, closes_at: datetime) -> None:
    """Without a confirmed address the case page says it."""
    tell_person(
        ticket,
        at=at,
        kind=kind,
        case=str(ticket.pk),
        reminded_at=reminded_at.isoformat(),
        closes_at=closes_at.isoformat(),
    )


@transaction.atomic
def open_again(token: str, *, at: datetime) -> Ticket:
    """Open a case again that ended in the silence which this link announced; once open, it stays so.

    The link opens nothing else: no case that ended otherwise or later, and no word of it.
    Raises Refused("unknown_link").
    """
    link = read_token(token, at=at)
    found = Ticket.objects.filter(pk=link.ticket_id, erased_at=None).first() if link else None
    if link is None or found is None:
        raise _refuse_link()
    ticket = lock(found)
    if ticket.is_unfinished:
        return ticket
    if _ended_after(ticket) != link.reminded_at.isoformat():
        raise _refuse_link()
    return reopen(ticket, by=Actor("person", ticket.pk), at=at)


def _refuse_link() -> Refused:
    return Refused(
        "unknown_link",
        _("This link is too old, or not whole. Open your case with your reference and your receipt instead."),
    )


def ended_in_silence(ticket: Ticket) -> bool:
    """Whether that is why it has ended. One query."""
    return ticket.status == Status.RESOLVED and bool(_ended_after(ticket))


def _ended_after(ticket: Ticket) -> str:
    """The moment of the reminder after which the case ended in silence; empty where it ended otherwise."""
    events = Event.objects.filter(
        subject_kind="ticket", subject_id=ticket.pk, code__in=("resolved", "dropped")
    )
    last = events.order_by("-number").first()
    if last is None or last.values.get("reason") != "silence":
        return ""
    return datetime.fromisoformat(last.values["reminded_at"]).isoformat()
