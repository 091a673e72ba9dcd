"""The console's page of out-of-court bodies: to add, to change and to end."""

from copy import copy
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import StaffRequest, needs_role
from appeals.actions.bodies import add_body, change_body, end_body
from appeals.forms.bodies import OutOfCourtBodyForm
from appeals.models import OutOfCourtBody
from helpdesk.views.console.frame import page
from journal.errors import Refused
from journal.seen import say_refusal, seen_of

setter = needs_role("lead", "head", "operator")


@require_http_methods(["GET", "POST"])
@setter
def bodies(request: StaffRequest) -> HttpResponse:
    """The certified bodies that people are told of, and a form for another one."""
    form = OutOfCourtBodyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add_body(by=request.user, at=now(), **form.cleaned_data)
        messages.success(request, _("Added."))
        return redirect("appeals_console:bodies")
    return _show(request, form, None)


@require_http_methods(["GET", "POST"])
@setter
def body(request: StaffRequest, body_id: UUID) -> HttpResponse:
    row = get_object_or_404(OutOfCourtBody, pk=body_id, ended_at=None)
    # A copy, since a form writes what was typed into its row before anybody has allowed it.
    form = OutOfCourtBodyForm(request.POST or None, instance=copy(row))
    if request.method == "POST" and form.is_valid():
        try:
            change_body(row, by=request.user, at=now(), seen=request.POST.get("seen"), **form.cleaned_data)
        except Refused as refused:
            say_refusal(form, refused, form.instance)
        else:
            messages.success(request, _("Saved."))
            return redirect("appeals_console:bodies")
    return _show(request, form, row)


@require_POST
@setter
def end(request: StaffRequest, body_id: UUID) -> HttpResponse:
    row = get_object_or_404(OutOfCourtBody, pk=body_id, ended_at=None)
    end_body(row, by=request.user, at=now())
    messages.success(request, _("Nobody is told of it any more."))
    return redirect("appeals_console:bodies")


def _show(request: StaffRequest, form: OutOfCourtBodyForm, body: OutOfCourtBody | None) -> HttpResponse:
    if body is not None and form.errors:
        # What is saved now: who was refused has read it beside the fields, and may save over it knowingly.
        body.refresh_from_db()
    context = {
        "here": "appeals_console:bodies",
        "form": form,
        "bodies": OutOfCourtBody.objects.filter(ended_at=None),
        "body": body,
        "seen": seen_of(body, form.fields) if body else "",
        "today": now().date(),
    }
    return page(request, "appeals/console/bodies.html", context, status=409 if form.errors else 200)
