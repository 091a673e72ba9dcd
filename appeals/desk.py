"""The desks of appeals and reports: what their tickets show, can do, and say."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals import cards, sections
from appeals.actions.endings import forget_appeal, forget_notice
from appeals.finding import appeal_found_by, notice_found_by
from appeals.kinds import MINORS
from appeals.models import (
    Appeal,
    AppealDecision,
    Decision,
    DecisionPerson,
    Measure,
    Notice,
    Party,
    ReportedLink,
    Review,
)
from appeals.notifiers import refuse_words
from appeals.outcomes import notifier_until
from appeals.telling import CATEGORIES
from helpdesk.cards import earlier_card
from helpdesk.desks import Card, Desk, register
from helpdesk.models import QueueKind, Ticket

STAFF_WORDS = {"undone": gettext_lazy("Answer taken back")}
NOTICE_STAFF_WORDS = {"links_decided": gettext_lazy("Some of its links were decided.")}


def may_purge(ticket: Ticket, at: datetime) -> bool:
    """Not while a measure waits, an answer of the platform is awaited, or what was decided here can still be
    appealed: the receipt is how the person gets to that (design 9)."""
    return not (
        Measure.objects.unconfirmed().filter(ticket=ticket).exists()
        or AppealDecision.objects.filter(appeal__ticket=ticket, closed_at=None).exists()
        or Decision.objects.filter(pk__in=_decided_in(ticket), appeal_until__gte=at).exists()
        or _may_still_be_appealed(ticket, at)
    )


def _may_still_be_appealed(ticket: Ticket, at: datetime) -> bool:
    """A notifier's window opens when they are told, which may be later than the first of the decisions."""
    told = ReportedLink.objects.filter(notice__ticket=ticket, notice__told_at__isnull=False)
    last = told.exclude(decision=None).select_related("decision", "notice").last()
    return bool(last and last.decision and notifier_until(last.decision, last.notice) >= at)


def _decided_in(ticket: Ticket) -> list[Any]:
    """Decisions that this case brought about: on a report, or in the place of an appealed one."""
    standing = Review.objects.filter(subject__appeal__ticket=ticket, undone_at=None)
    replacing = standing.exclude(replacement=None).values_list("replacement", flat=True)
    reported = ReportedLink.objects.filter(notice__ticket=ticket).exclude(decision=None)
    return [*replacing, *reported.values_list("decision", flat=True)]


def why_appeal_not_resolved(ticket: Ticket) -> Any:
    """Ending an appeal is deciding it, by somebody independent and with reasons."""
    if AppealDecision.objects.filter(appeal__ticket=ticket, outcome="").exists():
        return _("This appeal has no decision yet. Decide it; that ends the case.")
    return None


def why_notice_not_resolved(ticket: Ticket) -> Any:
    """A report is ended by what is decided on its links."""
    if ReportedLink.objects.filter(notice__ticket=ticket, acted_at=None).exists():
        return _("Not every link of this report is decided yet. Decide them; that ends the case.")
    return None


def why_not_erased(ticket: Ticket, at: datetime) -> Any:
    """Erasing waits for what the platform still has to do, or the person would lose it."""
    if Measure.objects.unconfirmed().filter(ticket=ticket).exists():
        return _("The platform is still carrying out what was decided. You can erase your case after that.")
    return None


def reported_with(ticket: Ticket) -> QuerySet[Ticket]:
    """The other reports of its open links: whoever must stay out of one of them decides none."""
    groups = ReportedLink.objects.filter(notice__ticket=ticket, group__decided_at=None).values("group")
    return Ticket.objects.filter(notice__links__group__in=groups).exclude(pk=ticket.pk).distinct()


def same_person(ticket: Ticket, other: Ticket) -> bool:
    """Whether both appeals come from the same account of the same platform."""
    return bool(_accounts(ticket) & _accounts(other))


def _accounts(ticket: Ticket) -> set[tuple[Any, str]]:
    """The accounts that appeal. A notifier's appeal is about somebody else's account, so it has none."""
    people = DecisionPerson.objects.filter(
        decision__appeals__appeal__ticket=ticket, decision__appeals__side=Party.AFFECTED
    ).exclude(user_ref="")
    return set(people.values_list("platform", "user_ref"))


def on_erase_appeal(ticket: Ticket, at: datetime) -> None:
    for appeal in Appeal.objects.filter(ticket=ticket):
        forget_appeal(appeal, at=at)


def on_erase_notice(ticket: Ticket, at: datetime) -> None:
    for notice in Notice.objects.filter(ticket=ticket):
        forget_notice(notice)


# What holds for both: the person was promised a decision, not a conversation.
COMMON = Desk(
    kind="",
    categories=CATEGORIES,
    hides_pictures_of=frozenset({MINORS}),
    may_purge=may_purge,
    why_not_erased=why_not_erased,
    refuse_words=refuse_words,
    person_may_reopen=False,
)
APPEAL_DESK = replace(
    COMMON,
    kind=QueueKind.APPEAL,
    bulk="appeals_console:bulk",
    cards=(
        Card("decision", "appeals/console/_decision_card.html", cards.decision_card),
        Card("in_force", "appeals/console/_in_force_card.html", cards.in_force_card),
        Card("measures", "appeals/console/_measures_card.html", cards.measures_card),
        Card("history", "appeals/console/_history_card.html", cards.history_card),
        Card("similar", "appeals/console/_similar_card.html", cards.similar_card),
    ),
    forms=(Card("decide", "appeals/console/_decide_form.html", cards.decide_form, gettext_lazy("Decide")),),
    sections=sections.APPEAL_SECTIONS,
    words=sections.APPEAL_WORDS,
    staff_words=STAFF_WORDS,
    next_step=sections.appeal_next_step,
    decided_first=sections.leave_comes_first,
    why_not_resolved=why_appeal_not_resolved,
    found_by=appeal_found_by,
    same_person=same_person,
    category_is_the_persons=False,
    on_erase=on_erase_appeal,
    take_data=sections.appeal_data,
)
NOTICE_DESK = replace(
    COMMON,
    kind=QueueKind.NOTICE,
    cards=(
        Card("notice", "appeals/console/_notice_card.html", cards.notice_card),
        Card("measures", "appeals/console/_measures_card.html", cards.measures_card),
        Card("earlier", "helpdesk/console/_earlier_card.html", earlier_card),
    ),
    forms=(Card("decide", "appeals/console/_notice_form.html", cards.notice_form, gettext_lazy("Decide")),),
    sections=sections.NOTICE_SECTIONS,
    words=sections.NOTICE_WORDS,
    staff_words=NOTICE_STAFF_WORDS,
    next_step=sections.notice_next_step,
    why_not_resolved=why_notice_not_resolved,
    found_by=notice_found_by,
    decided_with=reported_with,
    on_erase=on_erase_notice,
    take_data=sections.notice_data,
)


def register_desks() -> None:
    register(APPEAL_DESK)
    register(NOTICE_DESK)
