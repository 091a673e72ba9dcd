"""What the ticket page shows of an appeal or a report: one function a card, each with a fixed cost."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils.translation import get_language

from accounts.models import User
from appeals.actions.notice_decisions import OUT_OF_REACH
from appeals.effects import EffectLine, effect_lines
from appeals.labels import label
from appeals.models import Appeal, AppealDecision, Decision, DecisionPerson, Notice, Outcome, Review
from appeals.permissions import can_decide_all, can_refuse_leave
from helpdesk.likeness import answered_alike
from helpdesk.models import Ticket
from rulebook.reading import Reading, read_all

HISTORY_AT_MOST = 10
SIMILAR_AT_MOST = 5
OTHERS_AT_MOST = 100
STANDING = Review.objects.filter(subject=OuterRef("pk"), undone_at=None)


def subjects_of(ticket: Ticket) -> list[AppealDecision]:
    """The appealed decisions of a ticket with all that the cards read of them. One query a page."""
    if not hasattr(ticket, "_appeal_subjects"):
        ticket._appeal_subjects = list(  # type: ignore[attr-defined]
            AppealDecision.objects.filter(appeal__ticket=ticket)
            .select_related("appeal", "decision__platform", "decision__person", "decision__order")
            .annotate(answer=Subquery(STANDING.values("reasons")[:1]))
            .order_by("id")
        )
        for subject in ticket._appeal_subjects:  # type: ignore[attr-defined]
            subject.appeal.ticket = ticket
    return ticket._appeal_subjects  # type: ignore[attr-defined]


def decision_card(ticket: Ticket, user: User | None, *, at: datetime) -> dict[str, Any]:
    """The decisions as the platform stated them, and the rule as it stood then. Two queries."""
    subjects = subjects_of(ticket)
    decisions = [subject.decision for subject in subjects]
    rules = _rules_of(decisions)
    appeal = subjects[0].appeal if subjects else Appeal.objects.filter(ticket=ticket).first()
    return {
        "ticket": ticket,
        "appeal": appeal,
        "may_refuse_leave": bool(appeal and appeal.waits_for_leave and can_refuse_leave(user, appeal)),
        "subjects": [_told(subject, rules) for subject in subjects],
    }


def _rules_of(decisions: list[Decision]) -> dict[Any, Reading]:
    """The rules cited, for this reader: those on staff have a language too."""
    cited = {key for each in decisions for key in (each.rule_version_id, each.content_rule_version_id) if key}
    return read_all(cited, get_language() or settings.LANGUAGE_CODE)


def _told(subject: AppealDecision, rules: dict[Any, Reading]) -> dict[str, Any]:
    decision = subject.decision
    other = decision.content_rule_version_id
    return {
        "subject": subject,
        "decision": decision,
        "person": getattr(decision, "person", None),
        "order": getattr(decision, "order", None),
        "effects": [label(code) for code in decision.effect_codes],
        "category": label(decision.category or ""),
        "ground": label(decision.decision_ground or ""),
        "source": label(decision.source_type or ""),
        "automation": label(decision.automated_decision or ""),
        "rule": rules.get(decision.rule_version_id),
        "rule_on_content_date": rules.get(other) if other != decision.rule_version_id else None,
    }


def in_force_card(ticket: Ticket, user: User | None, *, at: datetime) -> dict[str, Any]:
    """Other penalties of the person, as the platform named them when it decided. No query of its own."""
    people = [getattr(subject.decision, "person", None) for subject in subjects_of(ticket)]
    penalties = [each for person in people if person for each in person.in_force]
    return {"penalties": [{**each, "until": _moment(each.get("until"))} for each in penalties]}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def history_card(ticket: Ticket, user: User | None, *, at: datetime) -> dict[str, Any]:
    """Earlier appeals of this person on this platform, and against this decision. One query."""
    people = [getattr(subject.decision, "person", None) for subject in subjects_of(ticket)]
    known = [person for person in people if person and person.user_ref]
    if not known:
        return {"earlier": []}
    refs = [person.user_ref for person in known]
    decisions = DecisionPerson.objects.filter(platform=known[0].platform_id, user_ref__in=refs)
    earlier = (
        AppealDecision.objects.filter(decision__in=decisions.values("decision"))
        .filter(appeal__ticket__in=Ticket.objects.visible_to(user))
        .exclude(appeal__ticket=ticket)
        .select_related("appeal__ticket", "decision")
        .order_by("-id")[:HISTORY_AT_MOST]
    )
    return {"earlier": [_line(each) for each in earlier if each.side == subjects_of(ticket)[0].side]}


def similar_card(ticket: Ticket, user: User | None, *, at: datetime) -> dict[str, Any]:
    """How cases of the same category were decided lately, so that like is treated alike. Two queries."""
    if user is None or not ticket.category:
        return {"similar": []}
    alike = answered_alike(ticket, user, most=SIMILAR_AT_MOST)
    decided = (
        AppealDecision.objects.filter(appeal__ticket__in=alike)
        .exclude(outcome__in=["", Outcome.OMITTED])
        .select_related("appeal__ticket", "decision")
        .order_by("-decided_at")[:SIMILAR_AT_MOST]
    )
    return {"similar": [_line(each) for each in decided]}


def _line(subject: AppealDecision) -> dict[str, Any]:
    return {
        "ticket": subject.appeal.ticket,
        "at": subject.decided_at or subject.appeal.filed_at,
        "outcome": subject.get_outcome_display(),
        "effects": [label(code) for code in subject.decision.effect_codes],
    }


def measures_card(ticket: Ticket, user: User | None, *, at: datetime) -> dict[str, Any]:
    """What platforms were asked to do in this case, and whether they did. One query."""
    measures = ticket.measures.filter(withdrawn_at=None).select_related("platform").order_by("id")
    return {"measures": [{"measure": each, "effect": label(each.effect_code)} for each in measures]}


def decide_form(ticket: Ticket, user: User | None, *, at: datetime) -> dict[str, Any]:
    """The decisions that still need an answer; the form itself is loaded when it is asked for."""
    subjects = [subject for subject in subjects_of(ticket) if not subject.outcome]
    return {"ticket": ticket, "subjects": subjects}


def what_it_leaves(decision: Decision, *, at: datetime) -> dict[str, list[EffectLine]]:
    """What overturning would undo, what another decision keeps in force, what cannot be undone.

    `done` is undone already, for an answer that was set aside: upholding asks for it again.
    """
    lines = effect_lines(decision, at=at)
    return {
        "undone": [line for line in lines if line.can_be_undone],
        "kept": [line for line in lines if line.also_by and not line.is_irreversible],
        "lasting": [line for line in lines if line.is_irreversible],
        "done": [line for line in lines if line.is_undone],
    }


def notice_card(ticket: Ticket, user: User | None, *, at: datetime) -> dict[str, Any]:
    """What was reported, and who else reported the same: those cases are decided with it. Three queries."""
    notice = Notice.objects.filter(ticket=ticket).select_related("platform", "group", "decision").first()
    if notice is None:
        return {}
    return {
        "ticket": ticket,
        "notice": notice,
        "category": label(notice.category),
        "keyword": label(notice.keyword),
        "group": group_of(notice, user),
    }


def group_of(notice: Notice, user: User | None) -> dict[str, Any]:
    """The other open reports of its group, those that `user` sees by their reference. Two queries."""
    others = Ticket.objects.unfinished().filter(notice__group=notice.group_id).exclude(pk=notice.ticket_id)
    found = set(others.values_list("pk", flat=True)[:OTHERS_AT_MOST])
    seen = (others.visible_to(user) if user else others.none()).filter(pk__in=found).order_by("id")
    references = list(seen.values_list("reference", flat=True))
    return {"count": len(found), "seen": references, "hidden": len(found) - len(references)}


def notice_form(ticket: Ticket, user: User | None, *, at: datetime) -> dict[str, Any]:
    """The report that still needs an answer, and why not from this user. At most three queries."""
    notice = Notice.objects.filter(ticket=ticket, acted_at=None).select_related("group").first()
    return {"ticket": ticket, "notice": notice, "why_not": why_not_decided(notice, user) if notice else None}


def why_not_decided(notice: Notice, user: User | None) -> Any:
    """What keeps this user from deciding the group, in words; None where nothing does."""
    open_ones = Ticket.objects.unfinished()
    with_it = Notice.objects.filter(group=notice.group_id, acted_at=None, ticket__in=open_ones)
    is_free = user is None or can_decide_all(user, [notice, *with_it])
    return None if is_free else OUT_OF_REACH.message
