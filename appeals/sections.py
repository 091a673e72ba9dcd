"""What the person's case page shows of an appeal or a report."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals.bodies import told_bodies
from appeals.effects import until_of, what_stays
from appeals.forms.appealing import Asks, NotifierAsks
from appeals.labels import label
from appeals.links import make_link
from appeals.models import (
    Appeal,
    AppealDecision,
    Measure,
    Notice,
    Outcome,
    Party,
    Review,
)
from appeals.outcomes import answers_on
from appeals.telling import Statement, tell
from helpdesk.desks import Card
from helpdesk.models import Status, Ticket


def asked(ticket: Ticket, user: None, *, at: datetime) -> dict[str, Any]:
    """What the person asked for; what was decided, only once it is proven that it is theirs to read."""
    appeal = Appeal.objects.filter(ticket=ticket).first()
    if appeal is None:
        return {"appeal": None}
    is_affected = appeal.side == Party.AFFECTED
    subjects = appeal.decisions.select_related("decision__platform", "decision__person", "decision__order")
    labels = dict(Asks.choices if is_affected else NotifierAsks.choices)
    return {
        "appeal": appeal,
        "asks": labels.get(appeal.asks, ""),
        "statements": [tell(each.decision, at=at, to_affected=is_affected) for each in subjects]
        if appeal.is_proven
        else [],
    }


def answers(ticket: Ticket, user: None, *, at: datetime) -> dict[str, Any]:
    """The answers that the person may read now, what the platform was asked to do, and who else may help."""
    reviews = Review.objects.filter(
        subject__appeal__ticket=ticket, undone_at=None, subject__told_at__lte=at
    ).select_related("subject__decision__platform", "replacement", "answer")
    asked = ticket.measures.filter(withdrawn_at=None, asked_at__lte=at)
    measures = list(asked.select_related("decision", "effect").order_by("id"))
    shown = [_answer(review, measures, at=at) for review in reviews]
    return {
        "reviews": shown,
        "measures": [{"measure": each, "effect": label(each.effect_code)} for each in measures]
        if shown
        else [],
        "bodies": told_bodies(at=at, zone=ticket.zone) if shown else [],
    }


def _answer(review: Review, measures: list[Measure], *, at: datetime) -> dict[str, Any]:
    """One answer, what stays all the same, and the way on from a decision that replaced the old one.

    The last two only for whom it is about: to a notifier they would tell of the other side's account.
    """
    new = review.replacement or review.answer
    is_theirs = review.subject.side == Party.AFFECTED
    link = reverse("appeals:decision", args=[make_link(new.pk)]) if new and is_theirs else ""
    asked = [each for each in measures if each.review_id == review.pk]
    stays = what_stays(review, asked=asked, at=at) if is_theirs and _has_fallen(review) else []
    return {
        "review": review,
        "says": _says(review, does_stay=bool(stays), is_undone=bool(asked)),
        "stays": [{"line": line, "effect": label(line.code)} for line in stays],
        "new_decision": link,
        "is_awaited": review.outcome == Outcome.REMITTED and review.answered_at is None,
    }


def _has_fallen(review: Review) -> bool:
    return review.outcome in (Outcome.OVERTURNED, Outcome.MODIFIED) or review.answered_at is not None


def _says(review: Review, *, does_stay: bool, is_undone: bool) -> Any:
    is_lapsed = review.outcome == Outcome.REMITTED and review.answered_at and not review.answer
    if does_stay and (is_lapsed or review.outcome == Outcome.OVERTURNED):
        verdict = FALLS_LATE if is_lapsed else FALLS
        return f"{verdict} {PARTLY_UNDONE if is_undone else STAYS}"
    if review.outcome == Outcome.REMITTED and review.answered_at:
        return ANEW if review.answer else LAPSED
    return OUTCOMES.get(review.outcome, "")


def notice_answer(ticket: Ticket, user: None, *, at: datetime) -> dict[str, Any]:
    """What the person reported, and what was decided of it so far, link by link."""
    notice = Notice.objects.filter(ticket=ticket).select_related("platform").first()
    if notice is None:
        return {"notice": None}
    answers = answers_on(notice, at=at)
    told = {each.pk for answer in answers for each in answer.links}
    links = list(notice.links.order_by("id"))
    still = [each for each in links if each.pk not in told]
    return {
        "notice": notice,
        "category": label(notice.category),
        "keyword": label(notice.keyword),
        "answers": answers,
        "open": bool(still),
        "links": still or links,
    }


ANEW = gettext_lazy("The platform has decided anew.")
LAPSED = gettext_lazy(
    "The platform did not decide in time, so the decision falls. What it did must be undone."
)
FALLS_LATE = gettext_lazy("The platform did not decide in time, so the decision falls.")
FALLS = gettext_lazy("The decision falls.")
PARTLY_UNDONE = gettext_lazy("A part of what it did must be undone, and a part stays: both are listed below.")
STAYS = gettext_lazy("But what it did stays all the same: below it says why.")
OUTCOMES: Mapping[str, Any] = {
    Outcome.UPHELD: gettext_lazy("The decision stands."),
    Outcome.MODIFIED: gettext_lazy("The decision was replaced by another one."),
    Outcome.OVERTURNED: gettext_lazy("The decision falls. What it did must be undone."),
    Outcome.REMITTED: gettext_lazy("The platform must decide anew."),
}
APPEAL_SECTIONS = (
    Card("answers", "appeals/_answers.html", answers),
    Card("asked", "appeals/_asked.html", asked),
)
NOTICE_SECTIONS = (Card("answer", "appeals/_notice_answer.html", notice_answer),)
APPEAL_WORDS: Mapping[str, Any] = {
    "opened": gettext_lazy("You asked us to look at a decision again."),
    "resolved": gettext_lazy("You got an answer with reasons."),
}
NOTICE_WORDS: Mapping[str, Any] = {
    "opened": gettext_lazy("You reported something."),
    "resolved": gettext_lazy("It was decided what to do about your report."),
}


def appeal_next_step(ticket: Ticket, at: datetime) -> str:
    if not ticket.is_unfinished:
        return _("This case is answered.") if ticket.status == Status.RESOLVED else ""
    if AppealDecision.objects.filter(appeal__ticket=ticket).exists():
        return _("A person who did not take part in the decision reads your case and answers.")
    return _("Show that the account is yours, and we look at the decision.")


def leave_comes_first(ticket: Ticket) -> tuple[str, str] | None:
    """A late appeal is first heard or not; of one that is only claimed we do not say when its day was."""
    late = Appeal.objects.filter(ticket=ticket, needs_leave=True, leave_given_at=None, is_proven=True)
    if not late.exists():
        return None
    return (
        _(
            "You asked after the time had passed. "
            "A person decides first whether there is a good reason to hear it."
        ),
        _("You get an answer: why it is not heard, or, if it is heard, what we decided and why."),
    )


def notice_next_step(ticket: Ticket, at: datetime) -> str:
    if not ticket.is_unfinished:
        return _("Your report is answered.") if ticket.status == Status.RESOLVED else ""
    return _("A person looks at what you reported and answers.")


def appeal_data(ticket: Ticket, at: datetime) -> dict[str, Any]:
    """What was asked for, what was decided where that may be shown, and every answer."""
    own, found = asked(ticket, None, at=at), answers(ticket, None, at=at)
    appeal = own["appeal"]
    if appeal is None:
        return {}
    return {
        "asks": appeal.asks,
        "described": appeal.described,
        "urgent_by": appeal.urgent_by and appeal.urgent_by.isoformat(),
        "urgent_why": appeal.urgent_why,
        "late_why": appeal.late_why,
        "decisions": [_statement_data(statement) for statement in own["statements"]],
        "answers": [_answer_data(answer) for answer in found["reviews"]],
        "measures": [_measure_data(each["measure"]) for each in found["measures"]],
    }


def notice_data(ticket: Ticket, at: datetime) -> dict[str, Any]:
    """What was reported, and what was decided once that is told."""
    found = notice_answer(ticket, None, at=at)
    notice = found["notice"]
    if notice is None:
        return {}
    return {
        "links": [each.link for each in notice.links.order_by("id")],
        "ground": notice.ground,
        "category": notice.category,
        "keyword": notice.keyword,
        "law": notice.law,
        "rule": notice.rule_code,
        "answers": [
            {
                "links": [each.link for each in answer.links],
                "decision": _statement_data(answer.statement),
            }
            for answer in found["answers"]
        ],
    }


def _statement_data(statement: Statement) -> dict[str, Any]:
    """A decision as the page says it, in the reader's language."""
    return {
        "platform": statement.decision.platform.name,
        "facts": [
            {"question": fact.question, "answer": [*fact.sentences, *fact.quotes]} for fact in statement.facts
        ],
        "rule": statement.rule.words.text if statement.rule and statement.rule.words else None,
    }


def _answer_data(answer: dict[str, Any]) -> dict[str, Any]:
    review = answer["review"]
    return {
        "outcome": review.outcome,
        "reasons": review.reasons,
        "decided_at": review.decided_at.isoformat(),
        "stays": [
            {
                "effect": each["line"].code,
                "why": "irreversible" if each["line"].is_irreversible else "other_decision",
            }
            for each in answer["stays"]
        ],
    }


def _measure_data(measure: Measure) -> dict[str, Any]:
    confirmed_at, until = measure.confirmed_at, until_of(measure)
    return {
        "kind": measure.kind,
        "effect": measure.effect_code,
        "until": until.isoformat() if until else None,
        "asked_at": measure.asked_at.isoformat(),
        "confirmed_at": confirmed_at.isoformat() if confirmed_at else None,
    }
