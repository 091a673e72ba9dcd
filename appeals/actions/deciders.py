"""Who at a platform is who of us: so that nobody answers an appeal against themselves."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import User
from appeals.models import AppealDecision, Decider, Review
from appeals.permissions import can_map_deciders, took_part
from helpdesk.actions import bar
from helpdesk.languages import isolated
from helpdesk.models import Barred, Ticket
from journal.actions import record
from journal.errors import Refused, require
from journal.models import Event


class AlreadyMapped(Refused):
    """The id stands for somebody else; a lead must have seen whom before they replace them."""

    def __init__(self, decider: Decider):
        self.decider = decider
        words = _(
            "%(id)s stands for %(user)s now. Should it be somebody else, tick the box below and save again."
        )
        super().__init__(
            "already_mapped",
            words % {"id": isolated(decider.decided_by), "user": isolated(str(decider.user))},
            field="user",
        )


@transaction.atomic
def map_decider(
    decided_by: str, user: User, *, platform: Any, by: User, at: datetime, replaces: Any = None
) -> tuple[Decider, list[AppealDecision]]:
    """Say which user a platform's opaque id is. Bars them from open appeals against what they decided.

    Returns also the appeals that they have already reviewed, which they should not have: a lead must act.
    `replaces` is the id of the user whom the lead has seen that it stands for until now; where it stands for
    another one, raises AlreadyMapped. Whoever is replaced stays barred: they may have been it until now.
    """
    require(can_map_deciders(by))
    decider, is_new = Decider.objects.select_for_update(no_key=True, of=("self",)).get_or_create(
        platform=platform, decided_by=decided_by, defaults={"user": user, "mapped_by": by, "mapped_at": at}
    )
    if is_new:
        record(decider, "mapped", by=by, at=at, user=user.pk)
    elif decider.user_id != user.pk:
        if str(replaces) != str(decider.user_id):
            raise AlreadyMapped(decider)
        record(decider, "mapped", by=by, at=at, user=user.pk, before=decider.user_id)
        decider.user, decider.mapped_by, decider.mapped_at = user, by, at
        decider.save(update_fields=["user", "mapped_by", "mapped_at"])
    else:
        return decider, []
    return decider, _hold_against(decider, by=by, at=at)


def _hold_against(decider: Decider, *, by: User, at: datetime) -> list[AppealDecision]:
    """Bar the user from what waits, and question what they have answered; the latter are returned."""
    user = decider.user
    subjects = AppealDecision.objects.filter(
        decision__platform=decider.platform_id, decision__decided_by=decider.decided_by
    ).select_related("appeal__ticket", "decision")
    for subject in subjects.filter(closed_at=None):
        bar(subject.appeal.ticket, user, why=Barred.Why.DECIDED, by=by, at=at)
    wrong = [
        subject
        for subject in subjects.filter(reviews__reviewer=user, reviews__undone_at=None)
        if took_part(user, subject)
    ]
    for subject in wrong:
        record(subject.appeal, "review_questioned", by=by, at=at, decision=subject.decision_id, user=user.pk)
    return wrong


QUESTIONED_AT_MOST = 50


def questioned_reviews(user: User) -> list[Review]:
    """Answers in force that were given by whoever had decided, within sight of this user. Two queries."""
    told = Event.objects.filter(code="review_questioned").order_by("-at")[:QUESTIONED_AT_MOST]
    appeals = [event.subject_id for event in told]
    seen = Ticket.objects.visible_to(user)
    standing = Review.objects.filter(
        subject__appeal__in=appeals, subject__appeal__ticket__in=seen, undone_at=None
    )
    found = standing.select_related("subject__appeal__ticket", "subject__decision", "reviewer")
    return [review for review in found if took_part(review.reviewer, review.subject)]


ATTESTED_WITHIN = timedelta(days=90)


def count_attested(user: User, *, at: datetime) -> dict[str, int]:
    """Of the answers of the last 90 days that stand: how many rest on “I did not take part” alone.

    Only cases within sight of this user count. One query, over the answers of that time.
    """
    answers = Review.objects.filter(undone_at=None, decided_at__gte=at - ATTESTED_WITHIN)
    seen = answers.filter(subject__appeal__ticket__in=Ticket.objects.visible_to(user))
    return seen.aggregate(answers=Count("pk"), attested=Count("pk", filter=Q(attested=True)))
