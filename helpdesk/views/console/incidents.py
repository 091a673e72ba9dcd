"""Incidents in the console: open ones, what belongs to them, and how they end."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk.actions import incidents as actions
from helpdesk.forms.alarms import CloseForm, IncidentForm
from helpdesk.models import Incident, Ticket
from helpdesk.rows import rows_of
from helpdesk.views.console.alarms import whole
from helpdesk.views.console.frame import case_reader, page
from journal.errors import Refused

SHOWN = 100


@require_safe
@case_reader
def incidents(request: HttpRequest) -> HttpResponse:
    """Open ones first, newest first; and a form that opens one."""
    return _list(request, IncidentForm(by=request.user))


def _list(request: HttpRequest, form: IncidentForm, status: int = 200) -> HttpResponse:
    seen = Incident.objects.visible_to(request.user).select_related("queue", "leader")
    context = {
        "open": seen.open()[:SHOWN],
        "closed": seen.exclude(closed_at=None)[:SHOWN],
        "form": form,
        "here": "console:incidents",
    }
    return page(request, "helpdesk/console/incidents.html", context, status=status)


@require_POST
@case_reader
def open_incident(request: HttpRequest) -> HttpResponse:
    form = IncidentForm(request.POST, by=request.user)
    if not form.is_valid():
        return _list(request, form, status=409)
    data = form.cleaned_data
    incident = actions.open_incident(data["queue"], title=data["title"], by=request.user, at=timezone.now())
    messages.success(request, _("The incident is open, and whoever is on call is being paged."))
    return redirect("console:incident", incident.number)


def _found(request: HttpRequest, number: int) -> Incident:
    seen = Incident.objects.visible_to(request.user).select_related("queue", "leader")
    return get_object_or_404(seen, number=number)


@require_safe
@case_reader
def incident(request: HttpRequest, number: int) -> HttpResponse:
    """Who leads it, what belongs to it, and its alarms."""
    return _show(request, _found(request, number), CloseForm())


def _show(request: HttpRequest, found: Incident, form: CloseForm, status: int = 200) -> HttpResponse:
    at = timezone.now()
    tickets = Ticket.objects.visible_to(request.user).filter(incidents=found).in_order()
    context: dict[str, Any] = {
        "incident": found,
        "rows": rows_of(tickets[:SHOWN], at=at, user=request.user),
        "count": found.tickets.count(),
        "alarms": whole(found.alarms.all()),
        "form": form,
        "here": "console:incidents",
    }
    return page(request, "helpdesk/console/incident.html", context, at=at, status=status)


@require_POST
@case_reader
def lead(request: HttpRequest, number: int) -> HttpResponse:
    """I lead it from now on."""
    found = _found(request, number)
    try:
        actions.lead_incident(found, by=request.user, at=timezone.now())
        messages.success(request, _("You lead it."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("console:incident", number)


@require_POST
@case_reader
def close(request: HttpRequest, number: int) -> HttpResponse:
    """It is over."""
    found, form = _found(request, number), CloseForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=409)
    try:
        actions.close_incident(found, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, _("The incident is closed."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("console:incident", number)
