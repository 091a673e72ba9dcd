"""How I am paged, and which machines are told of a team's alarms."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk.actions import endpoints as actions
from helpdesk.actions.push import add_device, end_device
from helpdesk.forms.alarms import AlarmEndpointForm
from helpdesk.models import AlarmEndpoint, PushDevice
from helpdesk.push import public_key
from helpdesk.views.console.alarms import alarm_reader
from helpdesk.views.console.frame import case_reader, page
from journal.errors import Refused


@require_safe
@alarm_reader
def ways(request: HttpRequest) -> HttpResponse:
    """Mail always; besides it what was added here."""
    return _show(request, AlarmEndpointForm(by=request.user))


def _mine(request: HttpRequest, form: AlarmEndpointForm) -> QuerySet[AlarmEndpoint]:
    """What I may change: my own, and those of the teams that I may set."""
    whose: Any = Q(user=request.user.pk) | Q(team__in=list(form.teams))
    return AlarmEndpoint.objects.in_use().filter(whose).select_related("team", "user")


def _show(request: HttpRequest, form: AlarmEndpointForm, status: int = 200, **more: Any) -> HttpResponse:
    own = PushDevice.objects.in_use().filter(user=request.user.pk)
    more |= {"push_key": public_key(), "devices": own}
    context = {"form": form, "endpoints": _mine(request, form), "here": "console:alarms", **more}
    return page(request, "helpdesk/console/alarm_ways.html", context, status=status)


@require_POST
@alarm_reader
def add(request: HttpRequest) -> HttpResponse:
    form = AlarmEndpointForm(request.POST, by=request.user)
    if not form.is_valid():
        return _show(request, form, status=409)
    try:
        endpoint, secret = actions.add_alarm_endpoint(
            form.owner, url=form.cleaned_data["url"], by=request.user, at=timezone.now()
        )
    except Refused as refused:
        form.add_error(refused.field, str(refused))
        return _show(request, form, status=409)
    return _show(request, AlarmEndpointForm(by=request.user), shown=secret, shown_for=endpoint.url)


def _found(request: HttpRequest, pk: UUID) -> AlarmEndpoint:
    return get_object_or_404(_mine(request, AlarmEndpointForm(by=request.user)), pk=pk)


@require_POST
@alarm_reader
def rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    endpoint = _found(request, pk)
    secret = actions.rotate_alarm_secret(endpoint, by=request.user, at=timezone.now())
    form = AlarmEndpointForm(by=request.user)
    return _show(request, form, shown=secret, shown_for=endpoint.url, rotated=True)


@require_POST
@alarm_reader
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    actions.end_alarm_endpoint(_found(request, pk), by=request.user, at=timezone.now())
    messages.success(request, _("This address is told nothing more."))
    return redirect("console:alarm_ways")


@require_POST
@case_reader
def add_browser(request: HttpRequest) -> HttpResponse:
    """This very browser, after its reader allowed it there."""
    try:
        add_device(url=request.POST.get("url", ""), by=request.user, at=timezone.now())
        messages.success(request, _("This browser is knocked at from now on."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("console:alarm_ways")


@require_POST
@case_reader
def end_browser(request: HttpRequest, pk: UUID) -> HttpResponse:
    device = get_object_or_404(PushDevice.objects.in_use().filter(user=request.user.pk), pk=pk)
    end_device(device, by=request.user, at=timezone.now())
    messages.success(request, _("This browser is told nothing more."))
    return redirect("console:alarm_ways")


@require_safe
@case_reader
def worker(request: HttpRequest) -> FileResponse:
    """The script that a browser is woken by. At an address of its own, so that a release keeps it."""
    script = settings.BASE_DIR / "static" / "dist" / "alarm-worker.js"
    return FileResponse(script.open("rb"), content_type="text/javascript")
