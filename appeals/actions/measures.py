"""Asking platforms to do something, and hearing that it is done."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from appeals import webhooks
from appeals.effects import EffectLine, effect_lines, ends_on, held_now, until_of
from appeals.models import Decision, Measure, MeasureKind, Outcome, Review
from appeals.permissions import can_confirm
from helpdesk.actions import tell_leads, tell_person
from helpdesk.models import Ticket
from journal.actions import record
from journal.actors import SYSTEM, Actor, Acts
from journal.errors import Refused, require

TOLD_AFTER = timedelta(seconds=10)  # as long as the answer behind it can be undone
NAG_AFTER = timedelta(hours=24)
NAGS_BEFORE_ESCALATION = 3


def ask_to_undo(
    review: Review, *, by: Actor | Acts, at: datetime, keep: Collection[str] = ()
) -> list[Measure]:
    """Ask for every effect to be undone that this decision alone caused; the others are listed, not asked.

    One that the new decision causes too is not lifted, whenever it ends now: `ask_to_restrict` tells the new
    end of a decision of ours, and the end of its own (`keep`) a platform knows.
    """
    replaced_by = review.replacement.effect_codes if review.replacement else ()
    return [
        _ask_of(line, MeasureKind.UNDO, review, by=by, at=at)
        for line in effect_lines(review.subject.decision, at=at)
        if line.can_be_undone and line.code not in keep and line.code not in replaced_by
    ]


def ask_to_settle(review: Review, *, by: Actor | Acts, at: datetime) -> None:
    """Turn back what platforms did for an answer that was set aside since, where this one does not want it.

    A decision that was to replace this one falls with the answer that made it; what was undone of a
    decision that stands after all, or got another end, is asked for again, unless its own end has passed.
    """
    decision, today = review.subject.decision, at.date()
    if not Review.objects.filter(subject__decision=decision, undone_at__isnull=False).exists():
        return
    lines = effect_lines(decision, at=at)
    if review.outcome == Outcome.UPHELD:
        for line in lines:
            ends = ends_on(decision, line.code, line.effect)
            if line.is_irreversible or (line.held and line.held.until == ends):
                continue
            if (ends or today) >= today:
                _ask_of(line, MeasureKind.RESTRICT, review, by=by, at=at)
            elif line.can_be_undone:
                _ask_of(line, MeasureKind.UNDO, review, by=by, at=at)
    wanted = {line.code for line in lines}.union(
        review.replacement.effect_codes if review.replacement else ()
    )
    for code, held in held_now(decision, ()).items():
        if code not in wanted:
            _ask(MeasureKind.UNDO, code, decision=held.by, review=review, by=by, at=at)


def ask_to_restrict(
    decision: Decision,
    *,
    by: Actor | Acts,
    at: datetime,
    review: Review | None = None,
    instead_of: Decision | None = None,
    ticket: Ticket | None = None,
) -> list[Measure]:
    """Ask for the effects of a decision of ours, but for those that are in force already with the same end.

    What `instead_of` did for ever, no new end can change.
    """
    lines = effect_lines(instead_of, at=at) if instead_of else []
    lasting = {line.code for line in lines if line.is_irreversible}
    held = {line.code: line.held.until for line in lines if line.held}
    return [
        _ask(MeasureKind.RESTRICT, code, decision=decision, review=review, ticket=ticket, by=by, at=at)
        for code in decision.effect_codes
        if code not in lasting and (code not in held or held[code] != ends_on(decision, code))
    ]


def _ask_of(line: EffectLine, kind: str, review: Review, *, by: Actor | Acts, at: datetime) -> Measure:
    """Ask for one effect of the decision under review."""
    decision = review.subject.decision
    return _ask(kind, line.code, decision=decision, review=review, effect=line.effect, by=by, at=at)


def _ask(
    kind: str,
    effect_code: str,
    *,
    decision: Decision,
    by: Actor | Acts,
    at: datetime,
    review: Review | None = None,
    effect: Any = None,
    ticket: Ticket | None = None,
) -> Measure:
    measure = Measure.objects.create(
        platform=decision.platform,
        kind=kind,
        decision=decision,
        review=review,
        ticket=ticket or (review.subject.appeal.ticket if review else None),
        effect=effect,
        effect_code=effect_code,
        asked_at=at,
        nag_at=at + NAG_AFTER,
    )
    record(measure, "asked", by=by, at=at, kind=kind, decision=decision.pk, effect=effect_code)
    _tell(measure, at=at, due_at=at + TOLD_AFTER)
    return measure


def _tell(measure: Measure, *, at: datetime, due_at: datetime) -> None:
    more = {"asked_at": measure.asked_at.isoformat(), "reminder": measure.nagged}
    said = _said(measure) | more
    webhooks.tell_platform(
        measure.platform, webhooks.MEASURE_REQUIRED, said, about=measure, at=at, due_at=due_at
    )


def _said(measure: Measure) -> dict[str, Any]:
    until = until_of(measure)
    return {
        "measure": str(measure.pk),
        "kind": measure.kind,
        "statement": str(measure.decision_id),
        "effect": measure.effect_code,
        "platform_ref": measure.effect.platform_ref if measure.effect else None,
        "until": until.isoformat() if until else None,
    }


def withdraw_measures(review: Review, *, by: Actor | Acts, at: datetime) -> list[Measure]:
    """Take back what was asked because of an answer that holds no more, where nobody has done it yet."""
    waiting = review.measures.select_related("platform", "effect", "decision").order_by("id")
    measures = list(waiting.select_for_update(of=("self",)).filter(withdrawn_at=None, confirmed_at=None))
    for measure in measures:
        measure.withdrawn_at = at
        measure.save(update_fields=["withdrawn_at"])
        record(measure, "withdrawn", by=by, at=at)
    return measures


def tell_withdrawn(measure: Measure, *, at: datetime) -> None:
    """Tell the platform that a measure which it has heard of is asked no more."""
    said = _said(measure) | {"withdrawn_at": at.isoformat()}
    webhooks.tell_platform(measure.platform, webhooks.MEASURE_WITHDRAWN, said, about=measure, at=at)


@transaction.atomic
def confirm_measure(measure: Measure, *, by: Any, at: datetime) -> Measure:
    """The platform has done it. Saying so twice changes nothing. The last one tells the person."""
    measure = Measure.objects.select_for_update(of=("self",)).select_related("ticket").get(pk=measure.pk)
    require(can_confirm(by, measure))
    if measure.withdrawn_at:
        raise Refused(
            "withdrawn",
            _("This measure was withdrawn. Do nothing for it; if it is done already, turn it back."),
        )
    if measure.confirmed_at:
        return measure
    measure.confirmed_at = at
    measure.save(update_fields=["confirmed_at"])
    record(measure, "confirmed", by=by, at=at, kind=measure.kind, effect=measure.effect_code)
    if measure.ticket and not measure.ticket.measures.unconfirmed().exists():
        tell_person(measure.ticket, at=at)
    return measure


@transaction.atomic
def nag(measure_id: UUID, *, at: datetime) -> None:
    """Ask again for a measure that nobody confirmed; after the third time tell the leads. Safe to repeat."""
    measure = (
        Measure.objects.to_nag(at)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("ticket__queue", "platform", "effect", "decision")
        .filter(pk=measure_id)
        .first()
    )
    if measure is None:
        return
    measure.nagged += 1
    measure.nag_at = at + NAG_AFTER
    if measure.nagged >= NAGS_BEFORE_ESCALATION and measure.escalated_at is None and measure.ticket:
        measure.escalated_at = at
        tell_leads(measure.ticket, "measure_unconfirmed", at=at)
    measure.save(update_fields=["nagged", "nag_at", "escalated_at"])
    record(
        measure, "nagged", by=SYSTEM, at=at, times=measure.nagged, escalated=measure.escalated_at is not None
    )
    _tell(measure, at=at, due_at=at)
