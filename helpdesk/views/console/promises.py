"""What is promised, for leads, heads and operators: the policy as a table, its next version, and what-if."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk.actions.clocks import InForce, in_force
from helpdesk.actions.planning import new_key, refuse_bad_steps
from helpdesk.actions.policies import publish_policy, refuse_gaps, refuse_past
from helpdesk.calendars import Calendar, add
from helpdesk.clock_words import CLOCKS, condition_words, target_words
from helpdesk.clocks import Kind
from helpdesk.foreseen import Foresight, foresee
from helpdesk.forms.promises import (
    FromForm,
    RowForm,
    StepForm,
    WhatIfForm,
    rearranged,
    step_as_typed,
    typed_rows,
)
from helpdesk.models import Policy, PolicyRow, Step, Ticket, WorkCalendar
from helpdesk.policies import first_match
from helpdesk.shown_clocks import queue_names, why_words
from helpdesk.spans import speaker
from helpdesk.step_words import step_words, steps_by_clock
from helpdesk.steps import moments
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
    steps: list[tuple[str, list[str]]]


def shown_rows(rows: Sequence[PolicyRow]) -> list[ShownRow]:
    """Rows as a lead reads them. One query."""
    queues = queue_names()
    return [
        ShownRow(
            row.name,
            [condition_words(name, value, queues) for name, value in row.conditions.items()],
            target_words(row),
            str(row.calendar) if row.calendar else "",
            steps_by_clock(row.steps.all()),
        )
        for row in rows
    ]


def rows_of(policy: Policy | None) -> list[PolicyRow]:
    if policy is None:
        return []
    return list(policy.rows.select_related("queue", "calendar").prefetch_related("steps").order_by("place"))


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
        rows = [_as_typed(row) for row in rows_of(latest)]
        number = Policy.objects.order_by("-number").values_list("number", flat=True).first() or 0
        return _edit_page(request, _unbound(rows), FromForm(), number)
    rows = typed_rows(request.POST)
    number = number_in(request.POST)
    if "edit" in request.POST:
        initial = {"from_at": request.POST.get("from_at", "")}
        arranged = rearranged(rows, request.POST["edit"])
        return _edit_page(request, _unbound(arranged), FromForm(initial=initial), number)
    return _previewed(request, rows, number, at)


def number_in(posted: Mapping[str, str]) -> int:
    """The version that was edited."""
    given = posted.get("after", "")
    return int(given) if given.isdecimal() and len(given) < 9 else 0


def _as_typed(row: PolicyRow) -> dict[str, Any]:
    steps = [step_as_typed(step) for step in row.steps.all()]
    return model_to_dict(row, RowForm.Meta.fields) | {"steps": steps}


def _previewed(request: HttpRequest, rows: list[dict[str, Any]], number: int, at: datetime) -> HttpResponse:
    """Publish what was looked at; show what anything else would do."""
    forms = [_bound(row, place) for place, row in enumerate(rows)]
    when = FromForm(request.POST)
    typed = [each for form in forms for each in (form, *form.steps)]
    are_valid = all([*(form.is_valid() for form in typed), when.is_valid()])
    if not are_valid:
        return _edit_page(request, forms, when, number, status=409)
    drafts = [form.save(commit=False) for form in forms]
    steps = _drafted_steps(forms, drafts)
    from_at = when.cleaned_data["from_at"] or at
    seal = _seal(rows, request.POST.get("from_at", ""))
    hours = in_force(from_at).hours
    try:
        refuse_past(from_at, at)
        if "publish" in request.POST and constant_time_compare(request.POST.get("seal", ""), seal):
            publish_policy(drafts, by=request.user, at=at, from_at=from_at, steps=steps, after=number)
            messages.success(request, _("Published."))
            return redirect("console:promises")
        refuse_gaps(drafts)
        refuse_bad_steps(drafts, steps, hours=hours, at=from_at)
    except Refused as refused:
        when.add_error(refused.field if refused.field == "from_at" else None, str(refused))
        return _edit_page(request, forms, when, number, status=409)
    foresight = foresee(InForce(tuple(drafts), hours), at=from_at, steps=steps)
    shown = {**told_foresight(foresight, request.user), "seal": seal}
    return _edit_page(request, forms, when, number, **shown)


def _drafted_steps(forms: Sequence[RowForm], rows: Sequence[PolicyRow]) -> list[Step]:
    """The steps as typed, not saved yet; new ones get their keys."""
    steps = []
    for form, row in zip(forms, rows, strict=True):
        used = {(each.values["clock"], each.values["key"]) for each in form.steps}
        for place, each in enumerate(form.steps):
            step = Step(row=row, place=place, **each.values)
            step.key = step.key or new_key(step, (key for clock, key in used if clock == step.clock))
            used.add((step.clock, step.key))
            steps.append(step)
    return steps


def _seal(rows: list[dict[str, Any]], from_at: str) -> str:
    """What was looked at, so that something else is looked at first too."""
    return salted_hmac("helpdesk.promises", repr((rows, from_at))).hexdigest()


def _unbound(rows: Sequence[dict[str, Any]]) -> list[RowForm]:
    forms = [RowForm(initial=row, prefix=str(place)) for place, row in enumerate(rows)]
    for form, row in zip(forms, rows, strict=True):
        form.steps = [
            StepForm(initial=step, prefix=f"{form.prefix}-s{number}")
            for number, step in enumerate(row.get("steps", ()))
        ]
    return forms


def _bound(row: dict[str, Any], place: int) -> RowForm:
    form = RowForm(_posted(row, str(place)), prefix=str(place))
    prefixes = [f"{place}-s{number}" for number in range(len(row["steps"]))]
    form.steps = [
        StepForm(_posted(step, prefix), prefix=prefix)
        for step, prefix in zip(row["steps"], prefixes, strict=True)
    ]
    return form


def _posted(typed: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {f"{prefix}-{name}": value for name, value in typed.items() if name != "steps"}


def told_foresight(foresight: Foresight, user: Any) -> dict[str, Any]:
    """What would happen, for the page; cases out of sight of `user` without their names. One query."""
    ids = [each.ticket.pk for each in (*foresight.furthest, *foresight.latest)]
    visible = set(Ticket.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return {
        "foresight": foresight,
        "moved": _told_moves(foresight, visible),
        "steps_at_once": [(*named, count) for named, count in foresight.by_step.items()],
        "fired": _told_steps(foresight, visible),
    }


def _told_steps(foresight: Foresight, visible: set[UUID]) -> list[dict[str, Any]]:
    say = speaker()
    return [
        {
            "reference": each.ticket.reference if each.ticket.pk in visible else "",
            "row": each.row,
            "clock": CLOCKS[Kind(each.step.clock)],
            "step": step_words(each.step),
            "late": say(each.late),
        }
        for each in foresight.latest
    ]


def _told_moves(foresight: Foresight, visible: set[UUID]) -> list[dict[str, Any]]:
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
    dues = [_due(row, kind, calendar, opened_at) for kind in Kind]
    return {"opened_at": opened_at, "row": row, "dues": dues, "passed": why_words(holds.rows, facts)}


def _due(row: PolicyRow, kind: Kind, calendar: Calendar | None, begun_at: datetime) -> dict[str, Any]:
    """When a clock of this row would be due that begins then, and its steps with their moments."""
    target = row.targets.get(kind)
    steps = {step.key: step for step in row.steps.all() if step.clock == kind}
    planned = [step.planned for step in steps.values()]
    return {
        "name": CLOCKS[kind],
        "at": add(calendar, begun_at, target) if target else None,
        "steps": [
            (at, step_words(steps[step.key]))
            for at, step in (moments(planned, target, calendar, begun_at) if target else ())
        ],
    }
