"""What follows, in the same transaction, when a ticket of ours moves."""

from typing import Any

from django.dispatch import receiver

from appeals.actions.endings import omit_rest
from appeals.models import Appeal
from helpdesk.models import QueueKind, Status
from helpdesk.signals import ticket_moved


@receiver(ticket_moved)
def end_appeal_with_its_ticket(*, ticket: Any, after: str, at: Any, **_: Any) -> None:
    """A withdrawn, merged or unwanted case frees the place of its appeal."""
    if ticket.kind == QueueKind.APPEAL and after == Status.DROPPED:
        for appeal in Appeal.objects.filter(ticket=ticket):
            omit_rest(appeal, at=at)
