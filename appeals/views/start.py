"""An appeal without the signed link, and the notifier's appeal from their own case."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from appeals.actions.filing import file_appeal
from appeals.actions.proofs import request_link
from appeals.forms.appealing import NotifierAppealForm, StartForm
from appeals.models import Appeal, Notice, Party
from appeals.telling import tell
from helpdesk.access import person_of
from helpdesk.actions import NEWCOMER, Opened
from helpdesk.models import Ticket
from helpdesk.views.case import with_case
from helpdesk.views.sending import SendingView
from journal.errors import Refused


class Start(SendingView):
    """By reference or free description. What was decided is not shown until it is proven whose it is."""

    form_class = StartForm
    template_name = "appeals/start.html"

    def form_options(self) -> dict[str, Any]:
        return {"initial": {"reference": self.request.GET.get("reference", "")}}

    def send(self, form: StartForm, *, at: datetime, is_screened: bool) -> Opened:
        known = form.cleaned_data["reference"]
        return file_appeal(
            [known.decision] if known else [],
            form.letter(is_screened=is_screened),
            by=NEWCOMER,
            at=at,
            is_proven=False,
        )


@with_case
@require_POST
def ask_for_link(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The person wants the platform to send a fresh link to the account itself."""
    appeal = Appeal.objects.filter(ticket=ticket).first()  # sight: of the case that the receipt opened
    if appeal is not None:
        with suppress(Refused):  # proven in the meantime: the case page shows it
            request_link(appeal, by=person_of(ticket), at=now())
    return HttpResponseRedirect(reverse("helpdesk:case"))


@method_decorator(with_case, name="dispatch")
class AskAsNotifier(SendingView):
    """Whoever reported something may ask for another decision too, from their own case."""

    form_class = NotifierAppealForm
    template_name = "appeals/ask_notifier.html"

    def dispatch(self, request: HttpRequest, ticket: Ticket, **kwargs: Any) -> HttpResponseBase:
        told = Notice.objects.filter(ticket=ticket, told_at__lte=self.at)  # sight: of the open case
        notice = told.select_related("decision__platform").first()
        if notice is None or notice.decision is None:
            return HttpResponseRedirect(reverse("helpdesk:case"))
        self.notice, self.decision = notice, notice.decision
        return super().dispatch(request, **kwargs)

    def context(self) -> dict[str, Any]:
        return {"notice": self.notice, "statement": tell(self.decision, at=self.at, to_affected=False)}

    def send(self, form: NotifierAppealForm, *, at: datetime, is_screened: bool) -> Opened:
        return file_appeal(
            [self.decision],
            form.letter(is_screened=is_screened),
            by=person_of(self.notice.ticket),
            at=at,
            side=Party.NOTIFIER,
            notice=self.notice,
        )
