"""What follows when the case of an appeal or a report ends, or its words go."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from appeals.actions.filing import ALREADY_OPEN
from appeals.models import (
    Appeal,
    AppealDecision,
    DecisionPerson,
    Notice,
    NoticeGroup,
    Outcome,
    ReportedLink,
    Review,
)
from journal.errors import refusing

KEPT_AFTER_WINDOW = timedelta(days=30)


def omit_rest(appeal: Appeal, *, at: datetime) -> None:
    """What has no answer when the case ends is counted as omitted, and its place is free again.

    What the platform told us of the person then ends as if nobody had appealed.
    """
    unanswered = appeal.decisions.filter(outcome="")
    decisions = list(unanswered.values_list("decision", flat=True))
    unanswered.update(outcome=Outcome.OMITTED, decided_at=at, closed_at=at)
    end_with_window(decisions, at)


def resume_omitted(appeal: Appeal) -> None:
    """A case that ended without an answer goes on: what was omitted needs one again.

    Raises Refused("appeal_open") where the same side has appealed anew in the meantime.
    """
    omitted = appeal.decisions.filter(outcome=Outcome.OMITTED)
    decisions = list(omitted.values_list("decision", flat=True))
    with refusing("one_open_appeal_per_side", ALREADY_OPEN):
        omitted.update(outcome="", decided_at=None, closed_at=None)
    DecisionPerson.objects.filter(pk__in=decisions, emptied_at=None).update(empty_at=None)


def end_with_window(decisions: Sequence[UUID], at: datetime) -> None:
    """Let what the platform told of these people end with their windows, as if nobody had appealed."""
    for person in _people_of(decisions).select_related("decision"):
        until = person.decision.appeal_until
        person.empty_at = (max(until, at) if until else at) + KEPT_AFTER_WINDOW
        person.save(update_fields=["empty_at"])


def _people_of(decisions: Sequence[UUID]) -> QuerySet[DecisionPerson]:
    """What is said of the people of these decisions, where no appeal of theirs is open any more."""
    still_open = AppealDecision.objects.filter(decision__in=decisions, closed_at=None).values("decision")
    return DecisionPerson.objects.filter(decision__in=decisions, emptied_at=None).exclude(
        decision__in=still_open
    )


def forget_appeal(appeal: Appeal, *, at: datetime) -> None:
    """The words go: those of the appeal, the reasons, and what the platform told of the person."""
    appeal.urgent_why = appeal.late_why = appeal.described = ""
    appeal.save(update_fields=["urgent_why", "late_why", "described"])
    omit_rest(appeal, at=at)
    Review.objects.filter(subject__appeal=appeal).update(reasons="")
    end_with_window(list(appeal.decisions.values_list("decision", flat=True)), at)


def forget_notice(notice: Notice) -> None:
    """The words of a report go; that there was one, of what kind and how it ended, is counted on."""
    notice.law = ""
    notice.save(update_fields=["law"])
    notice.links.update(link="")
    _forget_unanswered(notice)


def _forget_unanswered(notice: Notice) -> None:
    """A link that nobody else waits for goes with its hash, by which one could try whether it was here.

    A group that somebody decides or joins at this moment is left: whoever holds it waits for our ticket.
    """
    waiting = notice.links.filter(acted_at=None, group__decided_at=None)
    free = NoticeGroup.objects.select_for_update(skip_locked=True, of=("self",))
    groups = [each.pk for each in free.filter(pk__in=waiting.values("group"))]
    others = ReportedLink.objects.exclude(notice=notice).filter(group__in=groups).values("group")
    alone = NoticeGroup.objects.filter(pk__in=groups).exclude(pk__in=others)
    keys = list(alone.values_list("pk", flat=True))
    notice.links.filter(group__in=keys).delete()
    NoticeGroup.objects.filter(pk__in=keys).delete()
