"""Who at a platform is who of us: so that nobody answers an appeal against themselves."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import User
from appeals.models import AppealDecision, Decider, Review
from appeals.permissions import can_map_deciders, took_part
from helpdesk.actions import bar
from helpdesk.models import Barred, Ticket
from journal.actions import record
from journal.errors import require
from journal.models import Event


@transaction.atomic
def map_decider(
    decided_by: str, user: User, *, platform: Any, by: User, at: datetime
) -> tuple[Decider, list[AppealDecision]]:
    """Say which user a platform's opaque id is. Bars them from open appeals against what they decided.

    Returns also the appeals that they have already reviewed, which they should not have: a lead must act.
    """
    require(can_map_deciders(by))
    decider, _created = Decider.objects.update_or_create(
        platform=platform, decided_by=decided_by, defaults={"user": user, "mapped_by": by, "mapped_at": at}
    )
    record(decider, "mapped", by=by, at=at, user=user.pk)
    subjects = AppealDecision.objects.filter(
        decision__platform=platform, decision__decided_by=decided_by
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
    return decider, wrong


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
