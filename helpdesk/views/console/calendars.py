"""The working hours of a place: looked at before they hold, and filled from a country or a file."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from helpdesk.actions.clocks import InForce, in_force
from helpdesk.actions.policies import add_calendar, change_calendar, refuse_bad_hours, refuse_past
from helpdesk.days_off import LONGEST_FILE, days_off_from, days_off_in
from helpdesk.foreseen import foresee
from helpdesk.forms.calendars import HoursForm, SourceForm, written_days, written_hours
from helpdesk.models import CalendarVersion, WorkCalendar
from helpdesk.views.console.frame import page, typed
from helpdesk.views.console.promises import number_in, told_foresight
from helpdesk.views.console.settings import setter
from journal.errors import Refused


@require_http_methods(["GET", "POST"])
@setter
def edit(request: HttpRequest, pk: Any = None) -> HttpResponse:
    """The next version of the hours of a place, or the first one of another."""
    at = timezone.now()
    calendar = get_object_or_404(WorkCalendar, pk=pk, ended_at=None) if pk else None
    if request.method != "POST":
        form = HoursForm(initial=_now_held(calendar), is_new=calendar is None)
        return _page(request, calendar, form)
    if "fill" in request.POST:
        return _filled(request, calendar, at.date().year)
    form = HoursForm(request.POST, is_new=calendar is None)
    if not form.is_valid():
        return _page(request, calendar, form, status=409)
    try:
        return _previewed(request, calendar, form, at)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _page(request, calendar, form, status=409)


def _now_held(calendar: WorkCalendar | None) -> dict[str, Any]:
    version = calendar.versions.first() if calendar else None
    if version is None:
        return {"time_zone": timezone.get_current_timezone_name()}
    return {
        "time_zone": version.time_zone,
        "days_off": written_days(version.holidays),
        **written_hours(version.frames),
    }


def _filled(request: HttpRequest, calendar: WorkCalendar | None, year: int) -> HttpResponse:
    """What was typed, with the days off of a country or a file added for this year and the two after it."""
    source = SourceForm(request.POST, request.FILES)
    written = {name: value.replace("\0", "") for name, value in request.POST.items() if name != "days_off"}
    lines = typed(request, "days_off").splitlines()
    try:
        if source.is_valid():
            lines += written_days(_found(source.cleaned_data, year)).splitlines()
    except Refused as refused:
        source.add_error(None, str(refused))
    form = HoursForm(
        initial=written | {"days_off": "\n".join(sorted({line.strip() for line in lines if line.strip()}))},
        is_new=calendar is None,
    )
    return _page(request, calendar, form, source=source, status=409 if source.errors else 200)


def _found(given: dict[str, Any], year: int) -> dict[str, str]:
    if not (given["country"] or given["file"]):
        raise Refused("no_source", _("Choose a country or a file, from which days off are added."))
    days = days_off_in(given["country"], range(year, year + 3)) if given["country"] else {}
    if given["file"]:
        # One byte more than is allowed is enough to tell that it is too long.
        file = given["file"].read(LONGEST_FILE + 1)
        days |= days_off_from(file, first=date(year, 1, 1), last=date(year + 2, 12, 31))
    return days


def _previewed(
    request: HttpRequest, calendar: WorkCalendar | None, form: HoursForm, at: datetime
) -> HttpResponse:
    """Publish what was looked at; show what anything else would do. Raises Refused."""
    hours, from_at = form.hours, form.cleaned_data.get("from_at") or at
    refuse_past(from_at, at)
    refuse_bad_hours(hours["time_zone"], hours["frames"], hours["holidays"])
    seal = salted_hmac("helpdesk.calendars", repr((hours, request.POST.get("from_at")))).hexdigest()
    if "publish" in request.POST and constant_time_compare(request.POST.get("seal", ""), seal):
        if calendar is None:
            add_calendar(form.names, by=request.user, at=at, **hours)
        else:
            after = number_in(request.POST)
            change_calendar(calendar, by=request.user, at=at, from_at=from_at, after=after, **hours)
        messages.success(request, _("Published."))
        return redirect("console:promises")
    holds = in_force(from_at)
    draft = CalendarVersion(calendar=calendar, from_at=from_at, **hours)
    changed = {calendar.pk: draft} if calendar else {}
    foresight = foresee(InForce(holds.rows, {**holds.hours, **changed}), at=from_at)
    return _page(request, calendar, form, seal=seal, **told_foresight(foresight, request.user))


def _page(
    request: HttpRequest, calendar: WorkCalendar | None, form: HoursForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    last = calendar.versions.order_by("-number").first() if calendar else None
    number = number_in(request.POST) if "after" in request.POST else last.number if last else 0
    context = {
        "calendar": calendar,
        "form": form,
        "source": SourceForm(),
        "number": number,
        "here": "settings",
        **more,
    }
    return page(request, "helpdesk/console/calendar.html", context, status=status)
