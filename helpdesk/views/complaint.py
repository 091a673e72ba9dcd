"""Complaints about the service, and the page for somebody in danger."""

from datetime import datetime
from typing import Any

from helpdesk.actions import NEWCOMER, Opened, entry, open_ticket
from helpdesk.forms.complaint import Category, ComplaintForm, DangerForm
from helpdesk.models import Priority, QueueKind
from helpdesk.views.sending import SendingView

URGENT = {Category.THREATS, Category.DOXXING, Category.ACCOUNT_TAKEN}
DANGER = "danger"


class Complain(SendingView):
    form_class = ComplaintForm
    template_name = "helpdesk/complain.html"

    def form_options(self) -> dict[str, Any]:
        category = self.request.GET.get("about")
        return {"initial": {"category": category}} if category in Category.values else {}

    def send(self, form: ComplaintForm, *, at: datetime, is_screened: bool) -> Opened:
        category = form.cleaned_data["category"]
        return open_ticket(
            entry(QueueKind.COMPLAINT, at=at),
            form.letter(is_screened=is_screened),
            by=NEWCOMER,
            at=at,
            summary=category,
            category=category,
            priority=Priority.HIGH if category in URGENT else Priority.NORMAL,
        )


class Danger(SendingView):
    """Top priority, read by people of this service, without any wait."""

    form_class = DangerForm
    template_name = "helpdesk/danger.html"
    can_wait = False

    def send(self, form: DangerForm, *, at: datetime, is_screened: bool) -> Opened:
        return open_ticket(
            entry(QueueKind.COMPLAINT, at=at),
            form.letter(is_screened=is_screened),
            by=NEWCOMER,
            at=at,
            summary=DANGER,
            category=DANGER,
            priority=Priority.TOP,
        )
