"""A case ends, or begins again."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.actions.contacts import tell_person
from helpdesk.actions.tickets import lock, move_ticket, note_event, refuse_ended
from helpdesk.desks import desk_of
from helpdesk.models import Side, Status, Ticket
from helpdesk.permissions import can_drop, can_reopen, can_resolve, can_work, can_write, is_person_of
from journal.errors import Refused, require

SPAM_REASONS = ("advertising", "automatic", "empty", "abuse_of_form")
MERGE_REASONS = ("sent_twice", "same_matter")


@transaction.atomic
def resolve(ticket: Ticket, *, by: Any, at: datetime, turn: int | None = None) -> Ticket:
    """Close an answered case. Raises Refused("not_answered") before anybody has written to the person,
    and Refused("not_decided") while its desk still expects a decision."""
    ticket = lock(ticket, turn=turn)
    require(can_resolve(by, ticket))
    if not ticket.messages.filter(side=Side.STAFF).exists():
        raise Refused("not_answered", _("Nobody has written to the person yet. Write an answer first."))
    why_not = desk_of(ticket.kind).why_not_resolved
    reason = why_not(ticket) if why_not else None
    if reason:
        raise Refused("not_decided", reason)
    ticket.snoozed_until = None
    return move_ticket(ticket, Status.RESOLVED, by=by, at=at, code="resolved", save=("snoozed_until",))


@transaction.atomic
def reopen(ticket: Ticket, *, by: Any, at: datetime) -> Ticket:
    """Begin again, by staff or by the person: with whoever had it if they still may, else as new."""
    ticket = lock(ticket)
    require(can_reopen(by, ticket))
    _refuse_reopening(ticket, by)
    had_it = ticket.assignee
    if had_it is not None and not can_work(had_it, ticket):
        ticket.assignee = None
    status = Status.OPEN if ticket.assignee_id else Status.NEW
    return move_ticket(ticket, status, by=by, at=at, code="reopened", save=("assignee",))


def _refuse_reopening(ticket: Ticket, by: Any) -> None:
    if ticket.merged_into_id or ticket.erased_at:
        raise Refused("gone", _("This case was joined with another or erased. It cannot be reopened."))
    if ticket.is_unfinished:
        raise Refused("not_ended", _("This case is open already."))
    if is_person_of(by, ticket) and not desk_of(ticket.kind).person_may_reopen:
        raise Refused(
            "other_road", _("This answer is final here. Your case page shows what you can still do.")
        )


@transaction.atomic
def withdraw(ticket: Ticket, *, by: Any, at: datetime) -> Ticket:
    """The person takes their case back."""
    ticket = lock(ticket)
    require(can_write(by, ticket))
    refuse_ended(ticket)
    ticket.snoozed_until = None
    return move_ticket(
        ticket, Status.DROPPED, by=by, at=at, code="dropped", save=("snoozed_until",), why="withdrawn"
    )


@transaction.atomic
def mark_spam(ticket: Ticket, *, by: Any, at: datetime, reason: str, turn: int | None = None) -> Ticket:
    """End a case that is none, for one of SPAM_REASONS. Only a person does it, and it can be reopened."""
    ticket = lock(ticket, turn=turn)
    require(can_drop(by, ticket))
    refuse_ended(ticket)
    if reason not in SPAM_REASONS:
        raise Refused("reason_needed", _("Choose why this is not a case."), field="reason")
    return move_ticket(ticket, Status.DROPPED, by=by, at=at, code="dropped", why="spam", reason=reason)


@transaction.atomic
def merge(
    ticket: Ticket, *, by: Any, at: datetime, into: Ticket, reason: str, turn: int | None = None
) -> Ticket:
    """End a duplicate: the same person wrote twice, for one of MERGE_REASONS. Its receipt opens the other
    case from now on."""
    ticket, into = _lock_both(ticket, into, turn)
    require(can_drop(by, ticket) and can_drop(by, into))
    refuse_ended(ticket)
    if reason not in MERGE_REASONS:
        raise Refused("reason_needed", _("Choose why these are one case."), field="reason")
    _refuse_strangers(ticket, into)
    ticket.merged_into = into
    move_ticket(
        ticket,
        Status.DROPPED,
        by=by,
        at=at,
        code="dropped",
        save=("merged_into",),
        why="merged",
        reason=reason,
        into=into.pk,
    )
    ticket.merged.update(merged_into=into)  # what was joined with it before: their receipts open `into` too
    note_event(into, "merged_from", by=by, at=at, other=ticket.pk)
    tell_person(ticket, at=at)
    return ticket


def _lock_both(ticket: Ticket, into: Ticket, turn: int | None) -> tuple[Ticket, Ticket]:
    """Both held, always in the same order, so that two merges cannot wait for each other."""
    held = {each.pk: lock(each) for each in sorted((ticket, into), key=lambda each: each.pk)}
    return lock(ticket, turn=turn), held[into.pk]


def _refuse_strangers(ticket: Ticket, into: Ticket) -> None:
    if ticket.pk == into.pk or into.merged_into_id or into.erased_at or not into.is_unfinished:
        raise Refused("not_into_this", _("Choose another open case to join this one with."))
    if ticket.kind != into.kind or not is_same_person(ticket, into):
        raise Refused(
            "not_the_same_person",
            _("Only cases of the same person about the same thing can be joined. Link them instead."),
        )


def is_same_person(ticket: Ticket, other: Ticket) -> bool:
    """Both cases have the same confirmed address, or the app that knows their kind says so."""
    knows = desk_of(ticket.kind).same_person
    if knows is not None and knows(ticket, other):
        return True
    return bool(_confirmed(ticket)) and _confirmed(ticket) == _confirmed(other)


def _confirmed(ticket: Ticket) -> str:
    contact = getattr(ticket, "contact", None)
    return contact.address.lower() if contact is not None and contact.confirmed_at else ""
