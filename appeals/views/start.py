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

from appeals.actions.filing import file_appeal, is_late
from appeals.actions.proofs import request_link
from appeals.forms.appealing import NotifierAppealForm, StartForm
from appeals.models import Appeal, AppealDecision, Decision, Notice, Party
from appeals.outcomes import answers_on
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
        notice = Notice.objects.filter(ticket=ticket).first()  # sight: of the open case
        self.answers = answers_on(notice, at=self.at) if notice else []
        if notice is None or not self.answers:
            return HttpResponseRedirect(reverse("helpdesk:case"))
        self.notice = notice
        return super().dispatch(request, **kwargs)

    def form_options(self) -> dict[str, Any]:
        told = [each for answer in self.answers for each in answer.links]
        appealed = AppealDecision.objects.filter(party=self.notice.pk, closed_at=None)  # sight: their own
        taken = set(appealed.values_list("decision", flat=True))
        free = [each for each in told if each.decision_id not in taken]
        return {
            "links": [(each.decision_id, each.link) for each in free or told],
            "is_late": any(is_late(d, self.at, notice=self.notice) for each in free if (d := each.decision)),
        }

    def context(self) -> dict[str, Any]:
        return {"notice": self.notice, "answers": self.answers}

    def send(self, form: NotifierAppealForm, *, at: datetime, is_screened: bool) -> Opened:
        return file_appeal(
            list(Decision.objects.filter(pk__in=form.chosen).order_by("pk")),
            form.letter(is_screened=is_screened),
            by=person_of(self.notice.ticket),
            at=at,
            side=Party.NOTIFIER,
            notice=self.notice,
        )
