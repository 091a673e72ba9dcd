"""Who stands in for whom, and who fills a gap: asked for, agreed, and taken back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import StaffRequest
from helpdesk.actions import rotas as actions
from helpdesk.feeds import AHEAD
from helpdesk.forms.rota_changes import ChangeForm, GapForm
from helpdesk.models import ChangeStatus, Rota, RotaChange, Team
from helpdesk.on_call import Board, boards
from helpdesk.permissions import can_be_on_call, can_lead_rota
from helpdesk.views.console.frame import page
from helpdesk.views.console.rotas import on_call_reader, people_in, rota_of, team_of
from journal.errors import Refused


@require_http_methods(["GET", "POST"])
@on_call_reader
def change(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Somebody instead of somebody else, a swap, or a gap that is filled: a lead says so, others ask."""
    at, team = timezone.now(), team_of(pk)
    found, leads = _rota_to_change(request, team), can_lead_rota(request.user, team)
    options = {"people": people_in(team), "board": _turns_of(found, at), "by": request.user, "leads": leads}
    sent = request.POST if request.method == "POST" else None
    form = ChangeForm(sent, initial=_asked_for(request), **options)
    if form.is_valid():
        try:
            said = _made(found, form, request, at)
        except Refused as refused:
            form.add_error(_field_of(refused, form), str(refused))
        else:
            messages.success(request, said)
            return redirect("console:rota", team.pk)
    status = 409 if form.is_bound else 200
    context = {"team": team, "form": form, "leads": leads, "here": "console:on_call"}
    return page(request, "helpdesk/console/rota_change.html", context, at=at, status=status)


def _rota_to_change(request: StaffRequest, team: Team) -> Rota:
    found = rota_of(team)
    if found is None or not (can_lead_rota(request.user, team) or can_be_on_call(request.user, team)):
        raise Http404
    return found


def _turns_of(rota: Rota, at: datetime) -> Board:
    """The turns to choose from: as far ahead as calendars show them to those whose they are."""
    return boards([rota], at, at + AHEAD)[rota.pk]


def _made(rota: Rota, form: ChangeForm, request: StaffRequest, at: datetime) -> str:
    given, stretches = form.cleaned_data, form.stretches(at)
    if given["out"] is None and given["stand_in"] is not None:
        actions.fill_gap(rota, given["stand_in"], by=request.user, at=at, there=stretches["there"])
        return _("It holds.")
    made = actions.change_rota(rota, given["out"], given["stand_in"], by=request.user, at=at, **stretches)
    return _("It holds.") if made.status == ChangeStatus.HOLDS else _("Asked. It holds once they agree.")


def _field_of(refused: Refused, form: ChangeForm) -> str | None:
    """Where the refusal is shown: on the turn, where one was chosen."""
    if refused.field == "out" and form.cleaned_data["turn"]:
        return "turn"
    return refused.field if refused.field in form.fields else None


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """What a link to the form fills in."""
    return {name: request.GET[name] for name in ("turn", "from_at", "until_at") if name in request.GET}


@require_POST
@on_call_reader
def fill(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The one click beside a gap: whoever is chosen, or who pressed it, is on call there."""
    team = team_of(pk)
    rota, form = _rota_to_change(request, team), GapForm(request.POST, people=people_in(team))
    if not form.is_valid():
        messages.error(request, _("Choose who is on call there, and from when until when."))
        return redirect("console:rota", team.pk)
    given = form.cleaned_data
    there = actions.Stretch(given["from_at"], given["until_at"])
    who = given["stand_in"] or request.user
    try:
        actions.fill_gap(rota, who, by=request.user, at=timezone.now(), there=there)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The gap is filled: %(name)s is on call there.") % {"name": who})
    return redirect("console:rota", team.pk)


ACTS = {
    "agree": actions.agree_to_change,
    "refuse": actions.refuse_change,
    "withdraw": actions.withdraw_change,
    "end": actions.end_change,
}


@require_POST
@on_call_reader
def act(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Agree, turn down, withdraw, take back."""
    found = get_object_or_404(RotaChange.objects.select_related("rota__team"), pk=pk)
    if name not in ACTS:
        raise Http404
    try:
        ACTS[name](found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Done. Both are told."))
    return redirect("console:rota", found.rota.team_id)
