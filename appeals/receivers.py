"""What follows, in the same transaction, when a ticket of ours moves or one of our rows is written."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from appeals.actions.endings import omit_rest, resume_omitted
from appeals.finding import words_of_notice
from appeals.models import Appeal, Notice
from helpdesk.actions import bar
from helpdesk.actions.tickets import ENDED
from helpdesk.models import Barred, QueueKind, Status
from helpdesk.search import index_words
from helpdesk.signals import ticket_moved
from journal.actors import SYSTEM


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


@receiver(post_save, sender=Notice)
def bar_from_report(*, instance: Notice, created: bool, **_: Any) -> None:
    """Whoever must stay out of a group of reports must stay out of one that joins it."""
    if not created:
        return
    known = Barred.objects.filter(ticket__notice__group=instance.group_id).select_related("user")
    for each in known.distinct("user", "why"):
        bar(instance.ticket, each.user, why=each.why, by=SYSTEM, at=instance.received_at)


@receiver(post_save, sender=Notice)
def find_by_report(*, instance: Notice, created: bool, **_: Any) -> None:
    """A report is found from the moment it is written."""
    if created:
        index_words(instance.ticket, words_of_notice(instance))
