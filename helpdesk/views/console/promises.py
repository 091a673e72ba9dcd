"""What is promised, for leads, heads and operators: the policy as a table, its next version, and what-if."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk.actions.clocks import InForce, in_force
from helpdesk.actions.policies import publish_policy, refuse_gaps
from helpdesk.calendars import add
from helpdesk.clock_words import CLOCKS, condition_words, target_words
from helpdesk.clocks import Kind
from helpdesk.foreseen import Foresight, foresee
from helpdesk.forms.promises import FromForm, RowForm, WhatIfForm, rearranged, typed_rows
from helpdesk.models import Policy, PolicyRow, Ticket, WorkCalendar
from helpdesk.policies import first_match
from helpdesk.shown_clocks import queue_names, why_words
from helpdesk.spans import speaker
from helpdesk.views.console.frame import page
from helpdesk.views.console.settings import setter
from journal.errors import Refused


@dataclass(frozen=True)
class ShownRow:
    """A row of the table in words."""

    name: str
    conditions: list[str]
    targets: list[tuple[str, str]]
    calendar: str


def shown_rows(rows: Sequence[PolicyRow]) -> list[ShownRow]:
    """Rows as a lead reads them. One query."""
    queues = queue_names()
    return [
        ShownRow(
            row.name,
            [condition_words(name, value, queues) for name, value in row.conditions.items()],
            target_words(row),
            str(row.calendar) if row.calendar else "",
        )
        for row in rows
    ]


def rows_of(policy: Policy | None) -> list[PolicyRow]:
    if policy is None:
        return []
    return list(policy.rows.select_related("queue", "calendar").order_by("place"))


@require_safe
@setter
def promises(request: HttpRequest) -> HttpResponse:
    """What holds now, and what has been published for later."""
    at = timezone.now()
    now = Policy.objects.in_force_at(at).first()
    coming = Policy.objects.filter(from_at__gt=at).order_by("from_at", "number")
    tables = [(policy, shown_rows(rows_of(policy))) for policy in [*filter(None, [now]), *coming]]
    context = {
        "tables": tables,
        "calendars": WorkCalendar.objects.filter(ended_at=None),
        "here": "settings",
    }
    return page(request, "helpdesk/console/promises.html", context, at=at)


@require_http_methods(["GET", "POST"])
@setter
def edit(request: HttpRequest) -> HttpResponse:
    """The next version of the table. Nothing is published that was not looked at first, as it is."""
    at = timezone.now()
    latest = Policy.objects.order_by("-from_at", "-number").first()
    if request.method != "POST":
        rows = [model_to_dict(row, RowForm.Meta.fields) for row in rows_of(latest)]
        number = Policy.objects.order_by("-number").values_list("number", flat=True).first() or 0
        return _edit_page(request, _unbound(rows), FromForm(), number)
    rows = typed_rows(request.POST)
    number = int(given) if (given := request.POST.get("after", "")).isdecimal() and len(given) < 9 else 0
    if "edit" in request.POST:
        initial = {"from_at": request.POST.get("from_at", "")}
        arranged = rearranged(rows, request.POST["edit"])
        return _edit_page(request, _unbound(arranged), FromForm(initial=initial), number)
    return _previewed(request, rows, number, at)


def _previewed(request: HttpRequest, rows: list[dict[str, str]], number: int, at: datetime) -> HttpResponse:
    """Publish what was looked at; show what anything else would do."""
    forms = [_bound(row, place) for place, row in enumerate(rows)]
    when = FromForm(request.POST)
    are_valid = all([*(form.is_valid() for form in forms), when.is_valid()])
    if not are_valid:
        return _edit_page(request, forms, when, number, status=409)
    drafts = [form.save(commit=False) for form in forms]
    from_at = when.cleaned_data["from_at"] or at
    seal = _seal(rows, request.POST.get("from_at", ""))
    try:
        if "publish" in request.POST and constant_time_compare(request.POST.get("seal", ""), seal):
            publish_policy(drafts, by=request.user, at=at, from_at=from_at, after=number)
            messages.success(request, _("Published."))
            return redirect("console:promises")
        refuse_gaps(drafts)
    except Refused as refused:
        when.add_error(refused.field if refused.field == "from_at" else None, str(refused))
        return _edit_page(request, forms, when, number, status=409)
    moment = max(from_at, at)
    foresight = foresee(InForce(tuple(drafts), in_force(moment).hours), at=moment)
    shown = {"foresight": foresight, "moved": told_moves(foresight, request.user), "seal": seal}
    return _edit_page(request, forms, when, number, **shown)


def _seal(rows: list[dict[str, str]], from_at: str) -> str:
    """What was looked at, so that something else is looked at first too."""
    return salted_hmac("helpdesk.promises", repr((rows, from_at))).hexdigest()


def _unbound(rows: Sequence[dict[str, Any]]) -> list[RowForm]:
    return [RowForm(initial=row, prefix=str(place)) for place, row in enumerate(rows)]


def _bound(row: dict[str, str], place: int) -> RowForm:
    return RowForm({f"{place}-{name}": value for name, value in row.items()}, prefix=str(place))


def told_moves(foresight: Foresight, user: Any) -> list[dict[str, Any]]:
    """Those that move furthest; cases out of sight of `user` without their names. One query."""
    ids = [each.ticket.pk for each in foresight.furthest]
    visible = set(Ticket.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    say = speaker()
    return [
        {
            "reference": each.ticket.reference if each.ticket.pk in visible else "",
            "row": each.row,
            "clock": CLOCKS[each.shift.kind],
            "shift": each.shift,
            "by": say(each.shift.by) if each.shift.by is not None else "",
        }
        for each in foresight.furthest
    ]


def _edit_page(
    request: HttpRequest, forms: list[RowForm], when: FromForm, number: int, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"forms": forms, "when": when, "number": number, "here": "settings", **more}
    return page(request, "helpdesk/console/promises_edit.html", context, status=status)


@require_safe
@setter
def what_if(request: HttpRequest) -> HttpResponse:
    """When something opened like this would be due, by which row, and why by that one."""
    at = timezone.now()
    form = WhatIfForm(request.GET if "queue" in request.GET else None)
    context: dict[str, Any] = {"form": form, "here": "settings"}
    if form.is_bound and form.is_valid():
        context |= _answer(form.cleaned_data, form.cleaned_data["opened_at"] or at)
    return page(request, "helpdesk/console/what_if.html", context, at=at)


def _answer(given: dict[str, Any], opened_at: datetime) -> dict[str, Any]:
    queue = given["queue"]
    facts = {"queue_id": queue.pk, "kind": queue.kind} | {
        name: given[name] for name in ("priority", "tier", "language")
    }
    holds = in_force(opened_at)
    row = first_match(holds.rows, facts)
    if row is None:
        return {"opened_at": opened_at, "nothing": True}
    calendar = holds.hours[row.calendar_id].working if row.calendar_id else None
    targets = row.targets
    dues = [
        (CLOCKS[kind], add(calendar, opened_at, targets[kind]) if kind in targets else None) for kind in Kind
    ]
    return {"opened_at": opened_at, "row": row, "dues": dues, "passed": why_words(holds.rows, facts)}
