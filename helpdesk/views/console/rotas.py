"""Who is on call: now in all teams, the rota of a team, its next version, and who stands in for whom."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import needs_role
from helpdesk.actions import rotas as actions
from helpdesk.actions.rota_watch import AHEAD
from helpdesk.forms.promises import rearranged
from helpdesk.forms.rotas import LayerForm, RotaFromForm, as_typed, typed_layers
from helpdesk.models import Rota, RotaChange, RotaLayer, Team, TeamMember, Wrong
from helpdesk.on_call import Board, Problem, all_boards, problems_of
from helpdesk.permissions import (
    ON_CALL_READERS,
    can_agree_to_change,
    can_be_on_call,
    can_lead_rota,
    can_withdraw_change,
)
from helpdesk.rotas import Plan
from helpdesk.shown_rotas import TURNS_EACH, people_of, shown_days, standings, turn_key
from helpdesk.views.console.frame import page
from journal.errors import Refused

on_call_reader = needs_role(*ON_CALL_READERS)


@require_safe
@on_call_reader
def on_call(request: HttpRequest) -> HttpResponse:
    """Who is on call now in each team, until when, and who is next."""
    at = timezone.now()
    boards = all_boards(at, at + AHEAD)
    by_team = {board.rota.team_id: board for board in boards.values()}
    teams = [
        (team, _told_standings(by_team[team.pk]) if team.pk in by_team else None)
        for team in Team.objects.filter(ended_at=None)
    ]
    context = {"teams": teams, "here": "console:on_call"}
    return page(request, "helpdesk/console/on_call.html", context, at=at)


def _told_standings(board: Board) -> list[dict[str, Any]]:
    names = people_of(board)
    return [
        {
            "layer": each.layer,
            "who": names[each.person] if each.person else None,
            "until": each.until,
            "next": names[each.next_person] if each.next_person else None,
            "next_at": each.next_at,
        }
        for each in standings(board)
    ]


def team_of(pk: UUID) -> Team:
    return get_object_or_404(Team, pk=pk, ended_at=None)


def rota_of(team: Team) -> Rota | None:
    return Rota.objects.filter(team=team).select_related("team").first()


@require_safe
@on_call_reader
def rota(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Four weeks of a team: who is on call, what is wrong, and what people changed."""
    at, team = timezone.now(), team_of(pk)
    found = rota_of(team)
    context: dict[str, Any] = {"team": team, "rota": found, "here": "console:on_call"}
    context |= {"leads": can_lead_rota(request.user, team), "version": None}
    context |= {"fits": can_be_on_call(request.user, team)}
    if found:
        boards = all_boards(at, at + AHEAD)
        board, problems = boards[found.pk], problems_of(boards)[found.pk]
        context |= _shown(board, problems)
        context |= {
            "version": found.versions.first(),
            "turns": _own_turns(board, request.user),
            "people": people_in(team),
            "changes": _told_changes(found, request.user, at),
            "can_ask": context["fits"] or context["leads"],
        }
    return page(request, "helpdesk/console/rota.html", context, at=at)


def _shown(board: Board, problems: list[Problem], before: Board | None = None) -> dict[str, Any]:
    """The table of a board, in the reader's time zone."""
    layers = board.plans[-1].layers if board.plans else ()
    days = shown_days(
        board,
        timezone.get_current_timezone(),  # type: ignore[arg-type]  # ours are all ZoneInfo
        problems=problems,
        before=before,
    )
    names = people_of(board)
    told = [
        {
            "is_gap": each.what == Wrong.GAP,
            "what": Wrong(each.what).label,
            "who": names[each.person][0] if each.person else "",
            "start": each.start,
            "end": each.end,
        }
        for each in problems
    ]
    width = max((len(day.layers) for day in days), default=0)
    titles = [layer.name for layer in layers] + [""] * (width - len(layers))
    return {"days": days, "problems": told, "titles": titles[:width] or titles}


def _own_turns(board: Board, user: Any) -> list[Any]:
    """The turns of a user, each with its name in the form; without one where its end is not in sight."""
    own = [duty for duty in board.duties if duty.person == user.pk][:TURNS_EACH]
    return [(duty, turn_key(duty) if duty.end < board.end else "") for duty in own]


def _told_changes(found: Rota, user: Any, at: datetime) -> list[dict[str, Any]]:
    """What is asked or holds and is not over, with what this user may do about it."""
    ahead = Q(until_at__gt=at) | Q(back_until_at__gt=at)
    changes = RotaChange.objects.filter(ahead, rota=found, status__in=["asked", "holds"])
    leads = can_lead_rota(user, found.team)
    told = []
    for change in changes.select_related("out", "stand_in", "asked_by", "rota__team")[:100]:
        is_asked = change.status == "asked"
        may_agree = is_asked and (leads or can_agree_to_change(user, change))
        acts = [("agree", _("Agree")), ("refuse", _("Turn down"))] if may_agree else []
        acts += [("withdraw", _("Withdraw"))] if is_asked and can_withdraw_change(user, change) else []
        acts += [("end", _("Take back"))] if not is_asked and leads else []
        told.append({"change": change, "acts": acts})
    return told


@require_http_methods(["GET", "POST"])
@on_call_reader
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The next version of a rota. Nothing is published that was not looked at first, as it is."""
    at, team = timezone.now(), team_of(pk)
    if not can_lead_rota(request.user, team):
        raise Http404
    people = list(people_in(team))
    if request.method != "POST":
        found = rota_of(team)
        latest = found.versions.first() if found else None
        layers = [as_typed(layer) for layer in latest.layers.all()] if latest else [_first_layer(at)]
        return _edit_page(request, team, _unbound(layers, people), RotaFromForm(), latest)
    layers = typed_layers(request.POST, people)
    if "edit" in request.POST:
        initial = {"from_at": request.POST.get("from_at", "")}
        arranged = _rearranged(layers, request.POST["edit"], at)
        return _edit_page(request, team, _unbound(arranged, people), RotaFromForm(initial=initial))
    return _previewed(request, team, layers, people, at)


def people_in(team: Team) -> QuerySet[User]:
    places = TeamMember.objects.live().filter(team=team)
    return User.objects.active().filter(pk__in=places.values("user")).order_by("name", "pk")


def _first_layer(at: datetime) -> dict[str, Any]:
    """What a rota begins with: a week for each, from today."""
    local = timezone.localtime(at)
    return {
        "name": _("First"),
        "time_zone": timezone.get_current_timezone_name(),
        "length": 1,
        "unit": "weeks",
        "first_on": local.date(),
        "hand_over_at": "09:00",
    }


def _rearranged(layers: list[dict[str, Any]], edit: str, at: datetime) -> list[dict[str, Any]]:
    """The layers after one button: another one at the end, or moved or taken out."""
    if edit == "add":
        return [*layers, _first_layer(at) | {"name": ""}][: actions.MOST_LAYERS]
    return rearranged(layers, edit)


def _unbound(layers: list[dict[str, Any]], people: list[User]) -> list[LayerForm]:
    return [LayerForm(initial=each, prefix=str(place), team=people) for place, each in enumerate(layers)]


def _after(request: HttpRequest) -> int:
    given = request.POST.get("after", "")
    return int(given) if given.isdecimal() and len(given) < 9 else 0


def _previewed(
    request: HttpRequest, team: Team, typed: list[dict[str, Any]], people: list[User], at: datetime
) -> HttpResponse:
    """Publish what was looked at; show what anything else would do."""
    forms = [LayerForm(request.POST, prefix=str(place), team=people) for place in range(len(typed))]
    when = RotaFromForm(request.POST)
    if not all([*(form.is_valid() for form in forms), when.is_valid()]):
        return _edit_page(request, team, forms, when, status=409)
    layers, from_at = [form.layer for form in forms], when.cleaned_data["from_at"] or at
    seal = salted_hmac("helpdesk.rotas", repr((typed, request.POST.get("from_at", "")))).hexdigest()
    try:
        if "publish" in request.POST and constant_time_compare(request.POST.get("seal", ""), seal):
            actions.publish_rota(team, layers, by=request.user, at=at, from_at=from_at, after=_after(request))
            messages.success(request, _("Published."))
            return redirect("console:rota", team.pk)
        actions.refuse_bad_layers(layers)
    except Refused as refused:
        when.add_error(refused.field if refused.field == "from_at" else None, str(refused))
        return _edit_page(request, team, forms, when, status=409)
    return _edit_page(request, team, forms, when, seal=seal, **_foreseen(team, layers, max(from_at, at)))


def _foreseen(team: Team, layers: list[RotaLayer], start: datetime) -> dict[str, Any]:
    """Four weeks from the moment on, as they would be and where that differs from now. Writes nothing."""
    found = rota_of(team) or Rota(team=team)
    now = all_boards(start, start + AHEAD)
    before = now.get(found.pk, Board(found, start, start + AHEAD))
    number = max((each.number for each in before.plans), default=0) + 1
    plan = Plan(number, start, tuple(layer.working for layer in layers))
    after = all_boards(start, start + AHEAD, drafts={found: plan})
    known = problems_of(now).get(found.pk, [])
    problems = problems_of(after)[found.pk]
    shown = _shown(after[found.pk], problems, before)
    return {**shown, "changed": sum(day.is_changed for day in shown["days"]), "known": len(known)}


def _edit_page(
    request: HttpRequest,
    team: Team,
    forms: list[LayerForm],
    when: RotaFromForm,
    latest: Any = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    number = latest.number if latest else _after(request)
    context = {"team": team, "forms": forms, "when": when, "number": number, "here": "console:on_call"}
    return page(request, "helpdesk/console/rota_edit.html", {**context, **more}, status=status)
