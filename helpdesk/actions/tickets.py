"""Holding a ticket and moving it: what every other action here is made of."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from helpdesk.actions.clocks import HEARD, RENEWED_BY, wind
from helpdesk.actions.counting import LET_GO, count_let_go
from helpdesk.models import Status, Ticket
from helpdesk.signals import ticket_moved
from journal.actions import move, record
from journal.errors import Refused
from journal.models import Event

ENDED = (Status.RESOLVED, Status.DROPPED)


def lock(ticket: Ticket, *, turn: int | None = None) -> Ticket:
    """The ticket as it is now, held until the commit.

    `turn` is the turn that the form was made from: raises Refused("changed_meanwhile") where it is stale.
    """
    held = (
        Ticket.objects.select_for_update(no_key=True, of=("self",)).select_related("queue").get(pk=ticket.pk)
    )
    if turn is not None and held.turn != turn:
        raise Refused(
            "changed_meanwhile",
            _("This case has changed since you opened it. Look at what is new, then send again."),
        )
    return held


def change(ticket: Ticket, *fields: str, at: datetime) -> None:
    """Save `fields` of a held ticket and let forms made from the earlier turn be noticed."""
    ticket.turn += 1
    ticket.changed_at = at
    ticket.save(update_fields=["turn", "changed_at", *fields])


def move_ticket(
    ticket: Ticket, status: str, *, by: Any, at: datetime, code: str, save: Iterable[str] = (), **values: Any
) -> Ticket:
    """Give a held ticket another status, write the event `code`, tell the apps above (`ticket_moved`).

    A ticket that ends gets the moment from which it may be purged; one that goes on loses it.
    """
    before = ticket.status
    if before != status and Status.WAITING in (before, status):
        ticket.waiting_since, ticket.reminded_at = (at if status == Status.WAITING else None), None
        save = (*save, "waiting_since", "reminded_at")
    ticket.turn += 1
    ticket.changed_at = at
    ticket.ended_at = at if status in ENDED else None
    ticket.purge_at = at + timedelta(days=ticket.queue.keep_for_days) if status in ENDED else None
    also = {"turn", "changed_at", "ended_at", "purge_at", *save}
    event = move(ticket, status, by=by, at=at, code=code, save=also, **values)
    _count(ticket, event, at)
    ticket_moved.send(sender=Ticket, ticket=ticket, before=before, after=status, by=by, at=at)
    return ticket


def note_event(ticket: Ticket, code: str, *fields: str, by: Any, at: datetime, **values: Any) -> None:
    """Save a change that is no move, and write its event."""
    change(ticket, *fields, at=at)
    _count(ticket, record(ticket, code, by=by, at=at, **values), at)


def _count(ticket: Ticket, event: Event, at: datetime) -> None:
    if event.code in HEARD | RENEWED_BY:
        wind(ticket, at=at)
    if event.code in LET_GO:
        count_let_go(ticket, event)


def broken_promise(error: IntegrityError) -> str:
    """The name of the constraint that PostgreSQL held up."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def refuse_ended(ticket: Ticket) -> None:
    if not ticket.is_unfinished:
        raise Refused("case_ended", _("This case has ended. Reopen it first."))


def refuse_erased(ticket: Ticket) -> None:
    if ticket.merged_into_id is not None:
        raise Refused("case_merged", _("This case was joined with another. Write in that one instead."))
    if ticket.erased_at is not None:
        raise Refused(
            "case_erased", _("The words of this case were erased. Nothing more can be added to it.")
        )
