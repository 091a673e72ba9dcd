"""The reasoned answer to an appeal: by a person, not by whoever decided first, and told after ten seconds."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appeals import webhooks
from appeals.actions.endings import end_with_window
from appeals.actions.filing import ALREADY_OPEN, lock_appeal, mapped_decider
from appeals.actions.measures import (
    ask_to_restrict,
    ask_to_settle,
    ask_to_undo,
    tell_withdrawn,
    withdraw_measures,
)
from appeals.actions.own_decisions import make_restriction
from appeals.models import Appeal, AppealDecision, Decision, DecisionPerson, Outcome, Review
from appeals.notifiers import notifiers_of, refuse_names, strangers_to
from appeals.permissions import (
    can_answer_remit,
    can_review,
    can_set_aside,
    can_undo,
    is_signed_in_person,
    sees,
    took_part,
)
from helpdesk.actions import answer_undone, answered, bar, move_ticket, tell_person
from helpdesk.actions.tickets import change
from helpdesk.models import Barred, Status
from journal.actions import record
from journal.actors import SYSTEM, Actor, Acts
from journal.errors import Refused, refusing, require
from journal.outbox import recall

UNDO_FOR = timedelta(seconds=10)
LEAST_REASONS = 20  # characters; less is not a reason
REMIT_AT_MOST = timedelta(days=30)

NOT_INDEPENDENT = Refused(
    "not_independent",
    gettext_lazy("You took part in this decision, so somebody else must answer. Hand the case over."),
)
DECIDED_ALREADY = Refused(
    "decided_already", gettext_lazy("Somebody has decided this in the meantime. Load the page again.")
)


@transaction.atomic
def decide(
    subject: AppealDecision,
    *,
    by: User,
    at: datetime,
    outcome: str,
    reasons: str,
    turn: int | None = None,
    attested: bool = False,
    replacement: Mapping[str, Any] | None = None,
    remit_until: date | None = None,
) -> Review:
    """Answer one appealed decision: uphold, modify, overturn or remit it, with reasons.

    `replacement` is the checked statement of the decision that takes its place (modify). Nothing is told
    before ten seconds have passed. Raises PermissionDenied, Refused.
    """
    appeal = lock_appeal(subject.appeal, turn=turn)
    subject = AppealDecision.objects.select_for_update(of=("self",)).get(pk=subject.pk)
    subject.appeal = appeal
    _refuse_unready(subject, by=by)
    _refuse_incomplete(subject, at, outcome, reasons, attested, replacement, remit_until)
    refuse_names(strangers_to(subject), reasons)
    if replacement:
        refuse_names(notifiers_of(subject.decision), replacement)  # whoever appeals, the affected reads it
    review = _write(
        subject, by, at, outcome=outcome, reasons=reasons, attested=attested, remit_until=remit_until
    )
    if outcome == Outcome.MODIFIED:
        review.replacement = make_restriction(subject.decision, replacement or {}, by=by, at=at)
        review.save(update_fields=["replacement"])
        ask_to_restrict(review.replacement, review=review, instead_of=subject.decision, by=by, at=at)
    if outcome in (Outcome.OVERTURNED, Outcome.MODIFIED):
        ask_to_undo(review, by=by, at=at)
    ask_to_settle(review, by=by, at=at)
    _close(subject, review, at=at)
    _finish(appeal, by=by, at=at)
    return review


def _refuse_unready(subject: AppealDecision, *, by: User) -> None:
    appeal = subject.appeal
    if subject.closed_at is not None or not appeal.ticket.is_unfinished:
        raise DECIDED_ALREADY
    if not can_review(by, subject):
        if is_signed_in_person(by) and sees(by, appeal.ticket) and took_part(by, subject):
            raise NOT_INDEPENDENT
        require(False)
    if appeal.waits_for_leave:
        raise Refused(
            "needs_leave",
            _("This appeal came late. Give leave to hear it, or refuse leave, before you decide."),
        )


def _refuse_incomplete(
    subject: AppealDecision,
    at: datetime,
    outcome: str,
    reasons: str,
    attested: bool,
    replacement: Mapping[str, Any] | None,
    remit_until: date | None,
) -> None:
    decision = subject.decision
    if len(reasons.strip()) < LEAST_REASONS:
        raise Refused(
            "no_reasons", _("Write the reasons, in words that the person understands."), field="reasons"
        )
    if (
        not decision.was_automated
        and not decision.decided_by_user_id
        and not attested
        and _is_unknown(decision)
    ):
        raise Refused(
            "attest",
            _("Nobody has told us who decided first. Confirm that you did not take part."),
            field="attested",
        )
    if outcome == Outcome.MODIFIED and not replacement:
        raise Refused("no_replacement", _("Say what the new decision is."), field="outcome")
    if outcome == Outcome.REMITTED:
        _refuse_bad_remit(remit_until, at.date())


def _is_unknown(decision: Decision) -> bool:
    return mapped_decider(decision) is None


def _refuse_bad_remit(until: date | None, today: date) -> None:
    if until is None or not today < until <= today + REMIT_AT_MOST:
        raise Refused(
            "remit_date",
            _("Name the day by which the platform must decide: after today, at most %(days)s days ahead.")
            % {"days": REMIT_AT_MOST.days},
            field="remit_until",
        )


def _write(subject: AppealDecision, by: User, at: datetime, **facts: Any) -> Review:
    with (
        refusing("one_standing_review", DECIDED_ALREADY),
        refusing("reviewer_is_independent", NOT_INDEPENDENT),
    ):
        review = Review.objects.create(subject=subject, reviewer=by, decided_at=at, **facts)
    record(
        review,
        "decided",
        by=by,
        at=at,
        appeal=subject.appeal_id,
        decision=subject.decision_id,
        outcome=review.outcome,
        attested=review.attested,
        article20=subject.article20,
    )
    return review


def _close(subject: AppealDecision, review: Review, *, at: datetime) -> None:
    """Write the outcome down and tell the platform, once nobody can undo it."""
    subject.outcome = review.outcome
    subject.decided_at = at
    subject.closed_at = None if review.outcome == Outcome.REMITTED else at
    subject.told_at = at + UNDO_FOR
    subject.save(update_fields=["outcome", "decided_at", "closed_at", "told_at"])
    webhooks.tell_platform(
        subject.decision.platform,
        webhooks.APPEAL_DECIDED,
        {
            "appeal": str(subject.appeal_id),
            "reference": subject.appeal.ticket.reference,
            "review": str(review.pk),
            "statement": str(subject.decision_id),
            "outcome": review.outcome,
            "decided_at": at.isoformat(),
            "remit_until": review.remit_until.isoformat() if review.remit_until else None,
            "replacement": str(review.replacement_id) if review.replacement_id else None,
        },
        about=review,
        at=at,
        due_at=at + UNDO_FOR,
    )


def _finish(appeal: Appeal, *, by: Actor | Acts, at: datetime) -> None:
    """End the case when its last decision has its answer, and tell the person that there is news."""
    tell_person(appeal.ticket, at=at, due_at=at + UNDO_FOR)
    notify_by_platform(appeal, at=at)
    answered(appeal.ticket, by=by, at=at)
    if appeal.decisions.filter(outcome="").exists():
        change(appeal.ticket, at=at)
    else:
        move_ticket(appeal.ticket, Status.RESOLVED, by=by, at=at, code="resolved")


def notify_by_platform(appeal: Appeal, *, at: datetime, due_at: datetime | None = None) -> None:
    """Ask each platform to tell the person, in its own app, that their case has news."""
    for subject in appeal.decisions.select_related("decision__platform"):
        webhooks.tell_platform(
            subject.decision.platform,
            webhooks.PERSON_NOTIFY,
            {
                "appeal": str(appeal.pk),
                "reference": appeal.ticket.reference,
                "statement": str(subject.decision_id),
                "side": appeal.side,
            },
            about=appeal,
            at=at,
            due_at=due_at or at + UNDO_FOR,
        )


@transaction.atomic
def undo_review(review: Review, *, by: User, at: datetime) -> Review:
    """Take an answer back before anything of it is told: within ten seconds."""
    appeal = lock_appeal(review.subject.appeal)
    review = Review.objects.select_for_update(of=("self",)).select_related("subject").get(pk=review.pk)
    review.subject.appeal = appeal
    require(can_undo(by, review.subject))
    if review.undone_at or at >= review.decided_at + UNDO_FOR:
        raise Refused("too_late", _("It has been told already, so it stands."))
    review.undone_at = at
    review.save(update_fields=["undone_at"])
    measures = withdraw_measures(review, by=by, at=at)
    untold = [review.pk, appeal.pk, appeal.ticket_id, *(each.pk for each in measures)]
    recall(untold, made_at=review.decided_at, at=at)
    AppealDecision.objects.filter(pk=review.subject_id).update(
        outcome="", decided_at=None, told_at=None, closed_at=None
    )
    record(review, "undone", by=by, at=at)
    answer_undone(appeal.ticket, by=by, at=at)
    if appeal.ticket.status == Status.RESOLVED:
        move_ticket(appeal.ticket, Status.OPEN, by=by, at=at, code="undone")
    return review


@transaction.atomic
def set_aside(review: Review, *, by: User, at: datetime) -> Review:
    """Take an answer that somebody gave on their own decision out of force; the case is open again.

    Only for an answer whose reviewer took part, which a lead has learnt later. What nobody has done yet
    because of it is withdrawn, and the platforms are told. What is done stays as it is until the new answer:
    nobody is restricted again while their appeal is open (`ask_to_settle`).
    """
    appeal = lock_appeal(review.subject.appeal)
    review = (
        Review.objects.select_for_update(of=("self",))
        .select_related("subject__decision", "reviewer")
        .get(pk=review.pk)
    )
    review.subject.appeal = appeal
    require(can_set_aside(by, review))
    if review.undone_at:
        raise DECIDED_ALREADY
    review.undone_at = at
    review.save(update_fields=["undone_at"])
    for measure in withdraw_measures(review, by=by, at=at):
        tell_withdrawn(measure, at=at)
    with refusing("one_open_appeal_per_side", ALREADY_OPEN):  # another appeal may have taken its place
        AppealDecision.objects.filter(pk=review.subject_id).update(
            outcome="", decided_at=None, told_at=None, closed_at=None
        )
    record(review, "set_aside", by=by, at=at)
    bar(appeal.ticket, review.reviewer, why=Barred.Why.DECIDED, by=by, at=at)
    appeal.ticket.refresh_from_db()
    if not appeal.ticket.is_unfinished:
        move_ticket(appeal.ticket, Status.NEW, by=by, at=at, code="reopened", save=_nobodys(appeal))
    tell_person(appeal.ticket, at=at)
    return review


def _nobodys(appeal: Appeal) -> tuple[str, ...]:
    """The case waits for anybody who may answer it."""
    appeal.ticket.assignee = None
    return ("assignee",)


@transaction.atomic
def answer_remit(review: Review, answer: Decision | None, *, by: Actor | Acts, at: datetime) -> Review:
    """The platform has decided anew (`answer`), or the day has passed without (`None`): then it falls.

    A late answer is none: the person was promised that the decision falls on that day, and it may be only
    minutes until the clock says so. Raises PermissionDenied, Refused.
    """
    appeal = lock_appeal(review.subject.appeal)
    review = (
        Review.objects.select_for_update(of=("self",)).select_related("subject__decision").get(pk=review.pk)
    )
    require(can_answer_remit(by, review, answer))
    if review.outcome != Outcome.REMITTED or review.undone_at or review.answered_at:
        raise Refused("not_awaited", _("No new decision is awaited here."))
    is_over = review.remit_until is not None and at.date() > review.remit_until
    if answer is not None:
        _refuse_no_answer(review, answer, is_over=is_over)
    elif not is_over:
        raise Refused("still_awaited", _("The platform still has time to decide anew."))
    review.answer = answer
    review.answered_at = at
    review.save(update_fields=["answer", "answered_at"])
    record(
        review,
        "remit_answered" if answer else "remit_lapsed",
        by=by,
        at=at,
        answer=answer.pk if answer else None,
    )
    if answer is None or answer.kind != review.subject.decision.kind:
        AppealDecision.objects.filter(pk=review.subject_id).update(outcome=Outcome.OVERTURNED)
    ask_to_undo(review, by=SYSTEM, at=at, keep=answer.effect_codes if answer else ())
    AppealDecision.objects.filter(pk=review.subject_id).update(closed_at=at)
    if appeal.ticket.erased_at:
        end_with_window([review.subject.decision_id], at)
    tell_person(appeal.ticket, at=at)
    notify_by_platform(appeal, at=at, due_at=at)
    return review


def _refuse_no_answer(review: Review, answer: Decision, *, is_over: bool) -> None:
    """A new decision is one taken since, by the same platform and about the same person.

    Else the old statement, or one about somebody else, would keep in force what was remitted.
    """
    if answer.platform_id != review.subject.decision.platform_id:
        raise Refused("other_platform", _("The new decision is another platform's."))
    if is_over:
        raise Refused("too_late", _("The day for a new decision has passed, so the old one falls."))
    if answer.received_at < review.decided_at:
        raise Refused("not_anew", _("This statement is from before. Send the one of the new decision first."))
    refs = DecisionPerson.objects.filter(pk__in=(answer.pk, review.subject.decision_id)).exclude(user_ref="")
    if len(set(refs.values_list("user_ref", flat=True))) > 1:
        raise Refused("other_person", _("The new decision is about another person."))


def lapsed_remits(at: datetime) -> list[Review]:
    """Remitted decisions whose day has passed without an answer; the index `review_remitted` serves it."""
    return list(
        Review.objects.filter(
            outcome=Outcome.REMITTED, undone_at=None, answered_at=None, remit_until__lt=at.date()
        ).select_related("subject__appeal")[:500]
    )
