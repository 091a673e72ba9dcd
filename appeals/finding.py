"""What an appeal is found by, beside its person's words: those of the platform, and its ids."""

from collections.abc import Iterable

from appeals.models import Decision, Notice, ReportedLink
from helpdesk.models import Ticket


def appeal_found_by(ticket: Ticket) -> list[str]:
    """What staff find an appeal by; nothing of a decision that the person has only claimed. One query."""
    proven = Decision.objects.filter(appeals__appeal__ticket=ticket, appeals__appeal__is_proven=True)
    return words_of(proven.select_related("person").distinct())


def notice_found_by(ticket: Ticket) -> list[str]:
    """What staff find a report by. Two queries."""
    notices = Notice.objects.filter(ticket=ticket).prefetch_related("links")
    return [word for notice in notices for word in words_of_notice(notice, notice.links.all())]


def words_of_notice(notice: Notice, links: Iterable[ReportedLink]) -> list[str]:
    """A report's links, its law or rule, and the platform's own id."""
    return [*(each.link for each in links), notice.law, notice.rule_code, notice.puid]


def words_of(decisions: Iterable[Decision]) -> list[str]:
    """The statements' words and ids, and what `recourse` said of the person while it is kept."""
    return [word for decision in decisions for word in _said(decision) if word]


def _said(decision: Decision) -> list[str | None]:
    said = [
        decision.puid,
        decision.decision_facts,
        decision.illegal_content_legal_ground,
        decision.illegal_content_explanation,
        decision.incompatible_content_ground,
        decision.incompatible_content_explanation,
    ]
    person = getattr(decision, "person", None)
    if person is not None:
        said += [person.user_ref, person.reference, person.content_ref, person.content_excerpt]
    return said
