"""Where a case stands among others: how urgent, in which queue, beside which."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.actions.tickets import lock, move_ticket, note_event, refuse_ended
from helpdesk.models import Level, Priority, Queue, Status, TeamMember, Ticket, TicketLink
from helpdesk.permissions import acting_staff, can_give_back, can_move_queue, can_work, is_system
from helpdesk.search import index_words
from journal.actions import record
from journal.errors import Refused, require


@transaction.atomic
def set_priority(ticket: Ticket, *, by: Any, at: datetime, priority: int, turn: int | None = None) -> Ticket:
    """Say how urgent a case is; it takes its new place in the queue at once."""
    ticket = lock(ticket, turn=turn)
    require(is_system(by) or can_work(by, ticket))
    refuse_ended(ticket)
    before, after = ticket.priority, Priority(priority)
    if before == after:
        return ticket
    ticket.priority = after
    note_event(ticket, "priority_set", "priority", by=by, at=at, before=before, after=int(after))
    return ticket


@transaction.atomic
def give_back(ticket: Ticket, *, by: Any, at: datetime, level: int, turn: int | None = None) -> Ticket:
    """Hand a case down to people below, who can take it again. Raises Refused("not_below").

    Up it goes by steps alone, and they take each once: so nothing hands it to and fro.
    """
    ticket = lock(ticket, turn=turn)
    require(can_give_back(by, ticket))
    refuse_ended(ticket)
    before, after = ticket.level, Level(level)
    if after >= before:
        raise Refused("not_below", _("Choose a level below the one that it has."), field="level")
    ticket.level = after
    note_event(ticket, "given_back", "level", by=by, at=at, before=before, after=int(after))
    return ticket


@transaction.atomic
def screen(ticket: Ticket, *, by: Any, at: datetime) -> Ticket:
    """Somebody has looked: this is a case, and it waits in line with the others."""
    ticket = lock(ticket)
    require(can_work(by, ticket))
    if not ticket.is_screened:
        ticket.is_screened = True
        note_event(ticket, "screened", "is_screened", by=by, at=at)
    return ticket


@transaction.atomic
def move_to_queue(ticket: Ticket, *, by: Any, at: datetime, queue: Queue, turn: int | None = None) -> Ticket:
    """Put a case into another queue of its kind, with what is promised there; who cannot see the new
    queue loses the case."""
    ticket = lock(ticket, turn=turn)
    require(can_move_queue(by, ticket))
    refuse_ended(ticket)
    if queue.kind != ticket.kind or queue.ended_at is not None:
        raise Refused("wrong_queue", _("Choose a queue in use that takes cases of this kind."), field="queue")
    if queue.pk == ticket.queue_id:
        return ticket
    before, ticket.queue = ticket.queue_id, queue
    fields = ["queue"]
    if ticket.assignee_id and not _works_on(queue, ticket.assignee_id):
        ticket.assignee = None
        fields.append("assignee")
    note_event(ticket, "queue_changed", *fields, by=by, at=at, before=before, after=queue.pk)
    if ticket.assignee_id is None and ticket.status == Status.OPEN:
        move_ticket(ticket, Status.NEW, by=by, at=at, code="released")
    index_words(ticket, [])
    return ticket


def _works_on(queue: Queue, user_id: Any) -> bool:
    return TeamMember.objects.live().filter(team=queue.team_id, user=user_id).exists()


@transaction.atomic
def link(ticket: Ticket, other: Ticket, *, by: Any, at: datetime) -> TicketLink:
    """Note that staff read two cases together. It says nothing to either person."""
    _require_both(ticket, other, by)
    if ticket.pk == other.pk:
        raise Refused("same_case", _("Choose another case: this is the same one."), field="other")
    first, second = sorted((ticket, other), key=lambda each: each.pk)
    made, is_new = TicketLink.objects.get_or_create(
        ticket=first, other=second, defaults={"by": acting_staff(by), "at": at}
    )
    if is_new:
        record(first, "linked", by=by, at=at, other=second.pk)
        record(second, "linked", by=by, at=at, other=first.pk)
    return made


@transaction.atomic
def unlink(ticket: Ticket, other: Ticket, *, by: Any, at: datetime) -> None:
    """Take back that two cases are read together."""
    _require_both(ticket, other, by)
    first, second = sorted((ticket, other), key=lambda each: each.pk)
    if TicketLink.objects.filter(ticket=first, other=second).delete()[0]:
        record(first, "unlinked", by=by, at=at, other=second.pk)
        record(second, "unlinked", by=by, at=at, other=first.pk)


def _require_both(ticket: Ticket, other: Ticket, by: Any) -> None:
    require(can_work(by, ticket) and can_work(by, other))
