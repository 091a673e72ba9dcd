"""What a case forgets: at its person's wish at once, by the queue's period later. A skeleton stays."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from helpdesk.actions.contacts import forget_contact
from helpdesk.actions.filing import erase_file
from helpdesk.actions.tickets import lock, move_ticket, note_event
from helpdesk.actions.writing import UNDO_FOR
from helpdesk.desks import desk_of
from helpdesk.models import Draft, Receipt, SearchText, Status, Ticket
from helpdesk.permissions import can_write
from journal.actors import SYSTEM
from journal.errors import Refused, require
from journal.models import Event
from journal.outbox import forget
from journal.sweeps import one_by_one

LOOK_AGAIN_AFTER = timedelta(days=1)  # at a case whose window or round is still open
TOLD = {  # events that its person may read; the rest is the staff's own
    "opened",
    "person_wrote",
    "staff_wrote",
    "waiting",
    "resumed",
    "resolved",
    "reopened",
    "dropped",
    "attached",
    "contact_set",
    "contact_removed",
    "contact_confirmed",
    "zone_set",
}


@transaction.atomic
def erase_case(ticket: Ticket, *, by: Any, at: datetime) -> Ticket:
    """The person's words, files, address and receipt go now; nobody can open the case again.

    A case that is under way ends with it. Raises Refused("erase_later") with the reason where something
    must wait for it (design 9).
    """
    ticket = lock(ticket)
    require(can_write(by, ticket))
    why_not = desk_of(ticket.kind).why_not_erased
    reason = why_not(ticket, at) if why_not else None
    if reason:
        raise Refused("erase_later", reason)
    if ticket.is_unfinished:
        ticket.snoozed_until = None
        move_ticket(
            ticket, Status.DROPPED, by=by, at=at, code="dropped", save=("snoozed_until",), why="withdrawn"
        )
    for duplicate in ticket.merged.all():
        _erase(lock(duplicate), "erased", by=by, at=at)
    return _erase(ticket, "erased", by=by, at=at)


def purge_due(*, at: datetime) -> int:
    """Empty every case whose queue's period is over; how many. Safe to run twice and late."""
    due = Ticket.objects.filter(purge_at__lte=at).order_by("purge_at").values_list("pk", flat=True)
    purged: list[Any] = []

    def purge(pk: Any) -> None:
        if _purge(pk, at):
            purged.append(pk)

    one_by_one(list(due), purge)
    return len(purged)


@transaction.atomic
def _purge(pk: Any, at: datetime) -> bool:
    found = Ticket.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    ticket = found.select_related("queue").filter(pk=pk, purge_at__lte=at).first()
    if ticket is None:
        return False
    may_purge = desk_of(ticket.kind).may_purge
    if may_purge is not None and not may_purge(ticket, at):
        ticket.purge_at = at + LOOK_AGAIN_AFTER
        ticket.save(update_fields=["purge_at"])
        return False
    _erase(ticket, "purged", by=SYSTEM, at=at)
    return True


def _erase(ticket: Ticket, code: str, *, by: Any, at: datetime) -> Ticket:
    for attachment in ticket.attachments.filter(erased_at=None):
        erase_file(attachment, at=at)
    ticket.messages.update(text="")
    ticket.notes.update(text="")
    Draft.objects.filter(ticket=ticket).delete()
    SearchText.objects.filter(ticket=ticket).delete()
    Receipt.objects.filter(ticket=ticket).delete()
    forget_contact(ticket)
    forget(ticket, at=at)
    on_erase = desk_of(ticket.kind).on_erase
    if on_erase is not None:
        on_erase(ticket, at)
    ticket.summary = ticket.zone = ""
    ticket.unanswered_since, ticket.purge_at, ticket.erased_at = None, None, at
    note_event(ticket, code, "summary", "zone", "unanswered_since", "purge_at", "erased_at", by=by, at=at)
    return ticket


def case_data(ticket: Ticket, *, at: datetime) -> dict[str, Any]:
    """Everything that we hold of a person in their case and may show them, for a file that a court reads.

    No name of anybody on the staff, no note, not the line by which the staff list it, and nothing that is
    still in its time to be undone.
    """
    contact = getattr(ticket, "contact", None)
    desk = desk_of(ticket.kind)
    about = desk.take_data
    return {
        "reference": ticket.reference,
        "kind": ticket.kind,
        "category": ticket.category if desk.category_is_the_persons else "",
        "status": ticket.status,
        "language": ticket.language,
        "time_zone": ticket.zone or "UTC",
        "opened_at": _moment(ticket.opened_at),
        "due_at": _moment(ticket.answer_by),
        "ended_at": _moment(ticket.ended_at),
        "kept_until": _moment(ticket.purge_at),
        "taken_at": _moment(at),
        "contact": _contact(contact),
        "messages": [_message(each) for each in ticket.messages.filter(told_at__lte=at)],
        "attachments": [_file(each) for each in _told_files(ticket, at)],
        "events": [_event(each) for each in told_events(ticket, at=at)],
        "about": about(ticket, at) if about else {},
    }


def told_events(ticket: Ticket, *, at: datetime) -> list[Event]:
    """The history of a case as its person may read it: nothing undone, nothing in its time to be undone."""
    codes = TOLD | set(desk_of(ticket.kind).words)
    events = Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk, at__lte=at).order_by("number")
    undone = {each.values.get("message") for each in events if each.code == "reply_undone"}
    told: list[Event] = []
    for event in events:
        if event.code == "answer_undone":
            told = [each for each in told if not _answers(each, since=event.at - UNDO_FOR)]
        elif event.code in codes and event.values.get("message", "") not in undone:
            told.append(event)
    return [each for each in told if not _answers(each, since=at - UNDO_FOR)]


def _answers(event: Event, *, since: datetime) -> bool:
    """It says that staff answered, later than `since`."""
    by_staff = event.actor_kind in ("user", "key")
    return by_staff and event.code in ("staff_wrote", "waiting", "resolved") and event.at > since


def _told_files(ticket: Ticket, at: datetime) -> Any:
    files = ticket.attachments.filter(erased_at=None)
    return files.exclude(message__told_at__gt=at)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _contact(contact: Any) -> dict[str, Any] | None:
    if contact is None:
        return None
    return {
        "name": contact.name,
        "address": contact.address,
        "confirmed_at": _moment(contact.confirmed_at),
    }


def _message(message: Any) -> dict[str, Any]:
    return {
        "from": message.side,
        "text": message.text,
        "is_question": message.is_question,
        "written_at": _moment(message.written_at),
    }


def _file(attachment: Any) -> dict[str, Any]:
    return {
        "from": attachment.side,
        "name": attachment.name,
        "type": attachment.content_type,
        "bytes": attachment.size,
        "sha256": attachment.sha256,
        "added_at": _moment(attachment.added_at),
    }


def _event(event: Event) -> dict[str, Any]:
    return {"number": event.number, "code": event.code, "at": _moment(event.at)}
