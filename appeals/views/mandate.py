"""A proxy adds the mandate to a case that is open already."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from appeals.actions.proofs import give_mandate
from appeals.forms.mandate import MandateForm
from appeals.models import Appeal
from helpdesk.access import person_of
from helpdesk.models import Ticket
from helpdesk.views.case import with_case
from journal.errors import Refused


@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def mandate(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    appeal = Appeal.objects.filter(ticket=ticket).first()  # sight: of the case that the receipt opened
    if appeal is None:
        return HttpResponseRedirect(reverse("helpdesk:case"))
    sent = request.method == "POST"
    form = MandateForm(request.POST if sent else None, request.FILES if sent else None)
    status = 422 if sent else 200
    if sent and form.is_valid():
        [file], token = form.cleaned_data["mandate"], form.cleaned_data["token"]
        try:
            give_mandate(appeal, file, by=person_of(ticket), at=now(), token=token)
            return HttpResponseRedirect(reverse("helpdesk:case"))
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
            status = 409
    return render(request, "appeals/mandate.html", {"form": form, "ticket": ticket}, status=status)
