"""What a decision did, and what undoing it would leave behind."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from appeals.models import (
    Decision,
    DecisionKind,
    DecisionPerson,
    Effect,
    Measure,
    MeasureKind,
    Outcome,
    Review,
)

END_DATES = {
    "DECISION_VISIBILITY": "end_date_visibility_restriction",
    "DECISION_MONETARY": "end_date_monetary_restriction",
    "DECISION_PROVISION": "end_date_service_restriction",
    "DECISION_ACCOUNT": "end_date_account_restriction",
}
MOST_OTHERS = 200  # standing decisions of one person that are looked at; more are not a case but an incident


@dataclass(frozen=True)
class Held:
    """That an effect is in force, by which decision, and the day on which it ends by itself (None: never)."""

    by: Decision
    until: date | None


@dataclass(frozen=True)
class EffectLine:
    """One thing that the decision did. `also_by` are other standing decisions that did the same.

    `held` says how it is in force now; None: it was undone.
    """

    code: str
    effect: Effect | None = None
    also_by: tuple[Decision, ...] = field(default=())
    held: Held | None = None

    @property
    def is_undone(self) -> bool:
        return self.held is None

    @property
    def is_irreversible(self) -> bool:
        return bool(self.effect and self.effect.is_irreversible)

    @property
    def can_be_undone(self) -> bool:
        """Only what is in force, and by this decision alone."""
        return not (self.is_irreversible or self.also_by or self.is_undone)


def effect_lines(decision: Decision, *, at: datetime) -> list[EffectLine]:
    """Every effect of the decision, with the others that keep it standing. Five queries."""
    person = DecisionPerson.objects.filter(pk=decision.pk).first()
    others = _standing_beside(person) if person else []
    named = list(decision.effects.all())
    same = _named_beside(named, others, at) if named and others else set()

    def also_by(code: str, platform_ref: str = "") -> tuple[Decision, ...]:
        return tuple(
            each.decision
            for each in others
            if _keeps(each, code, person, at.date()) or (each.pk, code, platform_ref) in same
        )

    codes = [code for code in decision.effect_codes if code not in {each.code for each in named}]
    held = held_now(decision, named)
    lines = [EffectLine(code, None, also_by(code), held.get(code)) for code in codes]
    return lines + [
        EffectLine(each.code, each, also_by(each.code, each.platform_ref), held.get(each.code))
        for each in named
    ]


def what_stays(review: Review, *, asked: Collection[Measure], at: datetime) -> list[EffectLine]:
    """What a decision did that fell, and that nevertheless holds: by another one that stands, or for ever.

    What was asked to be undone because of this answer does not stay, though another decision may have come
    since; what the decision that took its place does is told there. Four queries.
    """
    new = review.replacement or review.answer
    gone = {(each.effect_code, each.effect_id) for each in asked if each.kind == MeasureKind.UNDO}
    return [
        line
        for line in effect_lines(review.subject.decision, at=at)
        if (line.also_by or line.is_irreversible)
        and (line.code, line.effect and line.effect.pk) not in gone
        and line.code not in (new.effect_codes if new else ())
    ]


def held_now(decision: Decision, named: Iterable[Effect]) -> dict[str, Held]:
    """What the platform does now for this decision, or for one that was to replace it and fell. One query.

    `named` are the effects that the decision names. What an answer brought about stays so when that answer
    is set aside: only the next one says what becomes of it, so it must know what was done in between. The
    same effect with another end is another thing to the person, so the end is always told with the code.
    """
    held = {code: Held(decision, ends_on(decision, code)) for code in decision.effect_codes}
    held |= {each.code: Held(decision, ends_on(decision, each.code, each)) for each in named}
    fallen = Review.objects.filter(subject__decision=decision, undone_at__isnull=False)
    ours = Q(decision=decision) | Q(decision__in=fallen.exclude(replacement=None).values("replacement"))
    done = Measure.objects.filter(ours, confirmed_at__isnull=False).select_related("decision", "effect")
    for measure in done.order_by("confirmed_at", "id"):
        if measure.kind == MeasureKind.UNDO:
            held.pop(measure.effect_code, None)
        elif measure.kind == MeasureKind.RESTRICT and measure.decision:
            held[measure.effect_code] = Held(measure.decision, until_of(measure))
    return held


def ends_on(decision: Decision, code: str, effect: Effect | None = None) -> date | None:
    """The day on which an effect ends by itself; None: never. One that is named may have its own end."""
    if effect is not None and effect.until is not None:
        return effect.until.date()
    return next(
        (getattr(decision, name) for start, name in END_DATES.items() if code.startswith(start)), None
    )


def until_of(measure: Measure) -> date | None:
    """The day until which a platform is asked to restrict; None: without an end, or nothing is restricted."""
    if measure.kind != MeasureKind.RESTRICT or measure.decision is None:
        return None
    return ends_on(measure.decision, measure.effect_code, measure.effect)


def _standing_beside(person: DecisionPerson) -> list[DecisionPerson]:
    """Other restrictions of the same person or content that have not fallen, nor were taken back untold."""
    same = Q(pk=None)
    if person.content_ref:
        same |= Q(content_ref=person.content_ref)
    if person.user_ref:
        same |= Q(user_ref=person.user_ref)
    # A remitted decision holds until the platform decides anew; then its answer, if any, holds instead.
    has_ended = Q(outcome__in=[Outcome.OVERTURNED, Outcome.MODIFIED])
    has_ended |= Q(outcome=Outcome.REMITTED, answered_at__isnull=False)
    fallen = Review.objects.filter(has_ended, subject__decision=OuterRef("decision"), undone_at=None)
    taken_back = Review.objects.filter(replacement=OuterRef("decision"), undone_at__isnull=False)
    people = (
        DecisionPerson.objects.filter(
            same, platform=person.platform_id, decision__kind=DecisionKind.RESTRICTION
        )
        .exclude(pk=person.pk)
        .exclude(Exists(fallen))
        .exclude(Exists(taken_back))
        .select_related("decision")
    )
    return list(people[:MOST_OTHERS])


def _named_beside(
    named: Collection[Effect], others: Collection[DecisionPerson], at: datetime
) -> set[tuple[UUID, str, str]]:
    """Which other decisions name one of these effects by the platform's own id: (decision, code, id)."""
    holding = Effect.objects.filter(
        Q(until=None) | Q(until__gt=at), decision__in=[each.pk for each in others]
    )
    alike = holding.filter(platform_ref__in={each.platform_ref for each in named})
    return set(alike.values_list("decision", "code", "platform_ref"))


def _keeps(other: DecisionPerson, code: str, person: DecisionPerson | None, on: date) -> bool:
    """Whether another decision also causes this effect today: on visibility only for the same content."""
    if person is None or code not in other.decision.effect_codes:
        return False
    if (ends_on(other.decision, code) or on) < on:
        return False
    if code.startswith("DECISION_VISIBILITY"):
        return bool(person.content_ref) and other.content_ref == person.content_ref
    return bool(person.user_ref) and other.user_ref == person.user_ref
