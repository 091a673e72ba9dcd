"""Alarms in the console: what rings, who has it, and the buttons that answer."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.permissions import needs_role
from helpdesk.actions.alarms import acknowledge as acknowledge_alarm
from helpdesk.actions.alarms import pass_on as pass_alarm_on
from helpdesk.actions.alarms import raise_alarm as raise_alarm_in
from helpdesk.forms.alarms import CallForm
from helpdesk.models import Alarm
from helpdesk.templatetags.alarms import ringing_for
from helpdesk.views.console.frame import case_reader, page

SHOWN = 100  # that ring; more than these nobody reads one by one
LATELY = 50
alarm_reader = needs_role("moderator", "lead", "head", "operator")
Answer = Callable[..., Alarm]


@require_safe
@alarm_reader
def alarms(request: HttpRequest) -> HttpResponse:
    """What rings, oldest first; below it what was answered or ended lately; and a form that calls a team."""
    return _show(request, CallForm(by=request.user))


def _show(request: HttpRequest, form: CallForm, status: int = 200) -> HttpResponse:
    seen = whole(Alarm.objects.visible_to(request.user))
    mine = set(Alarm.objects.visible_to(request.user).for_user(request.user).values_list("pk", flat=True))
    ringing = list(seen.ringing().order_by("id")[: SHOWN + 1])
    context = {
        "ringing": ringing[:SHOWN],
        "has_more": len(ringing) > SHOWN,
        "lately": seen.answered_or_over()[:LATELY],
        "mine": mine,
        "form": form,
        "here": "console:alarms",
    }
    return page(request, "helpdesk/console/alarms.html", context, status=status)


def whole(alarms: QuerySet[Alarm]) -> Any:
    """With everything that a row shows: the queries are the same for one and for a hundred."""
    return alarms.select_related("team", "ticket", "incident", "acknowledged_by").prefetch_related(
        "paged__user"
    )


@require_POST
@alarm_reader
def raise_alarm(request: HttpRequest) -> HttpResponse:
    """Call who is on call in a team."""
    form = CallForm(request.POST, by=request.user)
    if not form.is_valid():
        return _show(request, form, status=409)
    raise_alarm_in(form.cleaned_data["team"], by=request.user, at=timezone.now())
    messages.success(request, _("Whoever is on call is being paged."))
    return redirect("console:alarms")


def _answer_one(request: HttpRequest, pk: UUID, answer: Answer) -> HttpResponse:
    alarm = get_object_or_404(Alarm.objects.visible_to(request.user), pk=pk)
    say(request, [answer(alarm, by=request.user, at=timezone.now())])
    return redirect("console:alarms")


@require_POST
@case_reader
def acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """I come."""
    return _answer_one(request, pk, acknowledge_alarm)


@require_POST
@case_reader
def pass_on(request: HttpRequest, pk: UUID) -> HttpResponse:
    """I cannot: the next in line, now."""
    return _answer_one(request, pk, pass_alarm_on)


@require_POST
@case_reader
def answer_all(request: HttpRequest) -> HttpResponse:
    """One click for everything that rings for me."""
    seen = Alarm.objects.visible_to(request.user)
    ringing = seen.for_user(request.user)
    if asked := request.POST.getlist("alarm"):  # what the banner showed, also where somebody was quicker
        wanted = [each for each in asked if _is_id(each)]
        ringing = seen.filter(pk__in=wanted, paged__user=request.user).distinct()
    say(request, answered(ringing, request.user, request.POST.get("act", ""), timezone.now()))
    return redirect("console:alarms")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def answered(alarms: Iterable[Alarm], user: User | Any, act: str, at: datetime) -> list[Alarm]:
    """Acknowledge them, or pass them on; those that this user may not answer any more are left out."""
    answer = pass_alarm_on if act == "pass" else acknowledge_alarm
    done = []
    for alarm in list(alarms):
        try:
            done.append(answer(alarm, by=user, at=at))
        except PermissionDenied:  # barred since, or out of the team
            continue
    return done


def say(request: HttpRequest, done: list[Alarm]) -> None:
    """Who has it now: the one who clicked, or whoever was quicker."""
    for alarm in done:
        label = alarm.label or str(alarm.team)
        if alarm.ended_at:
            messages.info(request, _("%(alarm)s: it is over.") % {"alarm": label})
        elif alarm.acknowledged_by is None:
            messages.success(request, _("%(alarm)s: the next in line is being paged.") % {"alarm": label})
        elif alarm.acknowledged_by_id == request.user.pk:
            messages.success(request, _("%(alarm)s: you have it.") % {"alarm": label})
        else:
            who = {"alarm": label, "name": alarm.acknowledged_by}
            messages.warning(request, _("%(alarm)s: %(name)s has it already.") % who)


@require_safe
@case_reader
def banner(request: HttpRequest) -> HttpResponse:
    """What rings for me, asked for again by every page while it is open.

    Nothing where it is what the page shows already: it would take the focus from the buttons, and a screen
    reader would say it again every ten seconds.
    """
    shown = {str(alarm.pk) for alarm in ringing_for(request.user)}
    if shown and shown == set(request.GET.getlist("alarm")):
        return HttpResponse(status=204)
    return render(request, "helpdesk/console/_alarm_banner.html")
