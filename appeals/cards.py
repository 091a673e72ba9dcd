"""What the ticket page shows of an appeal or a report: one function a card, each with a fixed cost."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language

from accounts.models import User
from appeals.actions.notice_decisions import OUT_OF_REACH
from appeals.effects import EffectLine, effect_lines
from appeals.labels import label
from appeals.models import (
    Appeal,
    AppealDecision,
    Decision,
    DecisionPerson,
    Notice,
    Outcome,
    ReportedLink,
    Review,
)
from appeals.permissions import can_refuse_leave, out_of_reach
from helpdesk.likeness import answered_alike
from helpdesk.models import Ticket
from rulebook.reading import Reading, read_all

HISTORY_AT_MOST = 10
SIMILAR_AT_MOST = 5
OTHERS_AT_MOST = 20
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
    measures = ticket.measures.filter(withdrawn_at=None).select_related("platform", "decision", "effect")
    return {
        "measures": [{"measure": each, "effect": label(each.effect_code)} for each in measures.order_by("id")]
    }


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


def reported_in(ticket: Ticket) -> tuple[Notice | None, list[ReportedLink]]:
    """The report of a ticket, and its links with their answers. One query a page; of an erased one two."""
    if not hasattr(ticket, "_reported"):
        found = ReportedLink.objects.filter(notice__ticket=ticket).order_by("id")
        links = list(found.select_related("notice__platform", "decision"))
        notice = links[0].notice if links else Notice.objects.filter(ticket=ticket).first()
        # Three cards of a page ask for it: it stays with the ticket that the page has read.
        ticket._reported = notice, links  # type: ignore[attr-defined]  # no field
    return ticket._reported  # type: ignore[attr-defined]  # no field


def notice_card(ticket: Ticket, user: User | None, *, at: datetime) -> dict[str, Any]:
    """What was reported, how each link was answered, and who else waits for the same. Two queries."""
    notice, links = reported_in(ticket)
    if notice is None:
        return {}
    return {
        "ticket": ticket,
        "notice": notice,
        "category": label(notice.category),
        "keyword": label(notice.keyword),
        "links": links_of(links, user),
    }


def links_of(links: list[ReportedLink], user: User | None) -> list[dict[str, Any]]:
    """Each link with its answer or, while it is open, the others who reported it; in sight by reference.

    One query, whatever the number of links.
    """
    others = _open_elsewhere(links)
    in_sight = Q(notice__ticket__in=Ticket.objects.visible_to(user) if user else Ticket.objects.none())
    references = ArrayAgg("notice__ticket__reference", filter=in_sight, order_by="notice__ticket")
    found = others.values("group").annotate(n=Count("pk"), seen=references)
    waiting = {group: (n, seen) for group, n, seen in found.values_list("group", "n", "seen")}
    return [_link(each, *waiting.get(each.group_id, (0, None))) for each in links]


def _open_elsewhere(links: list[ReportedLink]) -> QuerySet[ReportedLink]:
    """The same links where others reported them and wait for the answer."""
    return ReportedLink.objects.filter(
        group__in=[each.group_id for each in links if each.decision is None],
        acted_at=None,
        notice__ticket__in=Ticket.objects.unfinished(),
    ).exclude(notice__in={each.notice_id for each in links})


def reports_beside(lines: list[dict[str, Any]]) -> int:
    """How many other reports wait for these links; one that names several of them counts once. One query."""
    links = [line["link"] for line in lines]
    return _open_elsewhere(links).values("notice").distinct().count()


def _link(link: ReportedLink, others: int, seen: list[str] | None) -> dict[str, Any]:
    return {"link": link, "others": others, "seen": (seen or [])[:OTHERS_AT_MOST]}


def links_to_decide(notice: Notice, user: User) -> list[dict[str, Any]]:
    """The open links of a report, and why this user may not decide one, where that is so. Four queries."""
    _notice, links = reported_in(notice.ticket)
    lines = [line for line in links_of(links, user) if line["link"].decision is None]
    shut = out_of_reach(user, {line["link"].group_id for line in lines})
    return [
        {**line, "why_not": OUT_OF_REACH.message if line["link"].group_id in shut else None} for line in lines
    ]


def notice_form(ticket: Ticket, user: User | None, *, at: datetime) -> dict[str, Any]:
    """The report that still needs an answer; the form itself is loaded when it is asked for. No query."""
    notice, _links = reported_in(ticket)
    return {"ticket": ticket, "notice": notice if notice and notice.acted_at is None else None}
