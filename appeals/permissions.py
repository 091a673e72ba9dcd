"""Who may do what with appeals, notices and measures."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from accounts.models import ApiKey, Platform, Scope, User
from appeals.models import (
    Appeal,
    AppealDecision,
    Decider,
    Decision,
    Measure,
    Notice,
    Party,
    ReportedLink,
    Review,
)
from appeals.models.measures import MeasureSet
from helpdesk.models import Barred, Ticket
from helpdesk.permissions import can_work, is_person_of, is_system
from journal.actors import Actor


def is_signed_in_person(by: Any) -> bool:
    """A person with a second factor: what a key or a clock may never do (DSA Art. 20(6))."""
    return isinstance(by, User) and by.has_factor


def is_somebody(by: Any) -> bool:
    """A person outside, whoever they are: not the staff, not a key, not a clock."""
    return isinstance(by, Actor) and by.kind == "person"


def can_appeal(
    by: Any, decisions: Sequence[Decision], *, side: str, is_proven: bool, notice: Notice | None
) -> bool:
    """Anybody may claim a decision; to be heard on it takes its signed link, or one's own report."""
    if not is_somebody(by):
        return False
    if side == Party.NOTIFIER:
        if notice is None or not is_person_of(by, notice.ticket):
            return False
        return {each.pk for each in decisions} <= set(notice.links.values_list("decision", flat=True))
    return not is_proven or by.id in {each.pk for each in decisions}


def can_report(by: Any, platform: Platform) -> bool:
    """Anybody; a key only on its own platform, with the scope for it."""
    if isinstance(by, ApiKey):
        return by.platform_id == platform.pk and by.may([Scope.NOTICES_WRITE])
    return is_somebody(by)


def can_prove(by: Any, appeal: Appeal) -> bool:
    """Whoever holds the receipt of the case; the link that proves it comes beside it."""
    return is_person_of(by, appeal.ticket)


def can_answer_remit(by: Any, review: Review, answer: Decision | None) -> bool:
    """The platform answers by its own key; that it did not in time is for the clock to say."""
    if answer is None:
        return is_system(by)
    platform = review.subject.decision.platform_id
    return isinstance(by, ApiKey) and by.platform_id == platform and by.may([Scope.MEASURES_WRITE])


def can_review(by: Any, subject: AppealDecision) -> bool:
    """Works on the ticket, and did not take the decision."""
    return is_signed_in_person(by) and can_work(by, subject.appeal.ticket) and not took_part(by, subject)


def took_part(by: User, subject: AppealDecision) -> bool:
    """Took the decision, by our own rows or by the platform's id that a lead has mapped."""
    decision = subject.decision
    return decision.decided_by_user_id == by.pk or (
        bool(decision.decided_by)
        and Decider.objects.filter(
            platform=decision.platform_id, decided_by=decision.decided_by, user=by
        ).exists()
    )


def can_steer(by: Any, appeal: Appeal) -> bool:
    """May give leave to a late appeal or check a mandate."""
    return is_signed_in_person(by) and can_work(by, appeal.ticket)


def can_refuse_leave(by: Any, appeal: Appeal) -> bool:
    """Leads and heads may decline to hear a late appeal; anybody who works on it may hear it."""
    return can_steer(by, appeal) and by.has_role("lead", "head")


def can_decide_notice(by: Any, notice: Notice) -> bool:
    return is_signed_in_person(by) and can_work(by, notice.ticket)


def out_of_reach(by: User, groups: Collection[UUID]) -> set[UUID]:
    """Which of these groups `by` may not decide. Two queries.

    One decision answers a whole group, so whoever takes it sees each of its open cases. A bar of any report
    in the group holds for the group, also that of one which has ended; a bar that only came along with
    another case says nothing of this link.
    """
    links = ReportedLink.objects.filter(group__in=groups)
    waiting = links.filter(acted_at=None, notice__ticket__in=Ticket.objects.unfinished())
    unseen = waiting.exclude(notice__ticket__in=Ticket.objects.visible_to(by))
    bars = Barred.objects.filter(user=by).exclude(why=Barred.Why.TOGETHER)
    barred = links.filter(notice__ticket__in=bars.values("ticket"))
    return {*unseen.values_list("group", flat=True), *barred.values_list("group", flat=True)}


def can_undo(by: Any, subject: AppealDecision) -> bool:
    """Whoever decided, or a lead who sees the case."""
    if not (is_signed_in_person(by) and sees(by, subject.appeal.ticket)):
        return False
    return by.has_role("lead", "head") or subject.reviews.filter(undone_at=None, reviewer=by).exists()


def can_set_aside(by: Any, review: Review) -> bool:
    """A lead or head who sees the case, where the reviewer had taken the decision themselves."""
    ticket = review.subject.appeal.ticket
    return (
        is_signed_in_person(by)
        and by.has_role("lead", "head")
        and sees(by, ticket)
        and review.reviewer_id != by.pk
        and took_part(review.reviewer, review.subject)
    )


def sees(by: User, ticket: Ticket) -> bool:
    return Ticket.objects.visible_to(by).filter(pk=ticket.pk).exists()


def can_confirm(by: Any, measure: Measure) -> bool:
    """The platform's own key, with the scope for it; or a lead who was told by other means."""
    if isinstance(by, ApiKey):
        return by.platform_id == measure.platform_id and by.may(["measures:write"])
    return is_signed_in_person(by) and by.has_role("lead", "head")


def can_map_deciders(by: Any) -> bool:
    return is_signed_in_person(by) and by.has_role("lead", "head")


def can_change_bodies(by: Any) -> bool:
    return is_signed_in_person(by) and by.has_role("lead", "head", "operator")


def measures_visible_to(by: Any) -> MeasureSet:
    """A key sees its platform's measures; staff who read cases see those of cases they see, leads all."""
    if isinstance(by, ApiKey):
        return Measure.objects.filter(platform=by.platform_id)
    if by.has_role("lead", "head"):
        return Measure.objects.all()
    return Measure.objects.filter(ticket__in=Ticket.objects.visible_to(by))
