"""What the person's case page shows of an appeal or a report."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals.labels import label
from appeals.models import AppealDecision, Notice, OutOfCourtBody, Review
from helpdesk.desks import Card
from helpdesk.models import Ticket


def answers(ticket: Ticket, user: None = None) -> dict[str, Any]:
    """The answers that the person may read now, what the platform was asked to do, and who else may help."""
    at = now()
    reviews = Review.objects.filter(
        subject__appeal__ticket=ticket, undone_at=None, subject__told_at__lte=at
    ).select_related("subject__decision__platform")
    measures = ticket.measures.filter(withdrawn_at=None, asked_at__lte=at).order_by("id")
    return {
        "reviews": list(reviews),
        "measures": [{"measure": each, "effect": label(each.effect_code)} for each in measures],
        "bodies": list(OutOfCourtBody.objects.filter(ended_at=None)) if reviews else [],
    }


def notice_answer(ticket: Ticket, user: None = None) -> dict[str, Any]:
    notice = Notice.objects.filter(ticket=ticket, told_at__lte=now()).select_related("decision").first()
    return {"notice": notice, "decision": notice.decision if notice else None}


APPEAL_SECTIONS = (Card("answers", "appeals/_answers.html", answers),)
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
        return _("This case is answered.")
    if AppealDecision.objects.filter(appeal__ticket=ticket).exists():
        return _("A person who did not take part in the decision reads your case and answers.")
    return _("Show that the account is yours, and we look at the decision.")


def notice_next_step(ticket: Ticket, at: datetime) -> str:
    if not ticket.is_unfinished:
        return _("Your report is answered.")
    return _("A person looks at what you reported and answers.")


def appeal_data(ticket: Ticket) -> dict[str, Any]:
    found = answers(ticket)
    return {
        "answers": [
            {"outcome": each.outcome, "reasons": each.reasons, "decided_at": each.decided_at.isoformat()}
            for each in found["reviews"]
        ]
    }


def notice_data(ticket: Ticket) -> dict[str, Any]:
    notice = Notice.objects.filter(ticket=ticket).first()
    return {"links": notice.links, "ground": notice.ground, "category": notice.category} if notice else {}
