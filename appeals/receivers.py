"""What follows, in the same transaction, when a ticket of ours moves."""

from typing import Any

from django.dispatch import receiver

from appeals.actions.endings import omit_rest, resume_omitted
from appeals.actions.groups import rejoin
from appeals.models import Appeal, Notice
from helpdesk.actions.tickets import ENDED
from helpdesk.models import QueueKind, Status
from helpdesk.signals import ticket_moved


@receiver(ticket_moved)
def end_appeal_with_its_ticket(*, ticket: Any, before: str, after: str, at: Any, **_: Any) -> None:
    """A withdrawn, merged or unwanted case frees the place of its appeal; one reopened takes it again."""
    if ticket.kind != QueueKind.APPEAL:
        return
    for appeal in Appeal.objects.filter(ticket=ticket):
        if after == Status.DROPPED:
            omit_rest(appeal, at=at)
        elif before in ENDED and after not in ENDED:
            resume_omitted(appeal)


@receiver(ticket_moved)
def take_up_report_with_its_ticket(*, ticket: Any, before: str, after: str, at: Any, **_: Any) -> None:
    """The links of a report that goes on may have been decided while it had ended."""
    if ticket.kind == QueueKind.NOTICE and before in ENDED and after not in ENDED:
        for notice in Notice.objects.filter(ticket=ticket).select_related("ticket", "platform"):
            rejoin(notice, at=at)
