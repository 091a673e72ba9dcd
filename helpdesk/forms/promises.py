"""What is typed of a policy: rows with conditions and hours, and from when they hold."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.clock_words import CLOCKS
from helpdesk.languages import language_names
from helpdesk.models import Level, PolicyRow, Priority, Queue, Step, WorkCalendar
from helpdesk.steps import DOINGS, MOMENTS, When

MOST_ROWS = 100
TARGETS = ("first_response", "next_response", "resolution", "keep_in_touch")
NAMES = tuple(f"name_{code}" for code in ("en", "ru", "fa"))
HOURS = re.compile(r"(\d{1,5})(?::([0-5]\d))?")
MOMENT = "%Y-%m-%dT%H:%M"


class HoursField(forms.Field):
    """A length of time in hours, as 72 or 0:30. Days are left out: a working day has no fixed length."""

    def to_python(self, value: Any) -> timedelta | None:
        if not value:
            return None
        found = HOURS.fullmatch(str(value).strip())
        if found is None:
            raise forms.ValidationError(_("Write hours, as 72 or 0:30."))
        return timedelta(hours=int(found[1]), minutes=int(found[2] or 0)) or None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, timedelta):
            return value
        hours, minutes = divmod(int(value.total_seconds()) // 60, 60)
        return f"{hours}:{minutes:02}" if minutes else str(hours)


class MomentField(forms.DateTimeField):
    """A moment on the wall clock of whoever types; empty is at once."""

    def __init__(self, **kwargs: Any):
        widget = forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"})
        super().__init__(required=False, input_formats=[MOMENT], widget=widget, **kwargs)


class RowForm(forms.ModelForm):
    """One row of the table."""

    class Meta:
        model = PolicyRow
        fields = [*NAMES, "queue", "kind", "priority", "tier", "language", *TARGETS, "calendar"]
        field_classes = dict.fromkeys(TARGETS, HoursField)
        widgets = dict.fromkeys(TARGETS, forms.TextInput())

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        anyone = ("", _("any"))
        names, name_words = language_names(), _("Name of the row")
        for name in NAMES:
            code = name.removeprefix("name_")
            self.fields[name].label = f"{name_words}: {names[code]}"
            self.fields[name].required = code == "en"
            self.fields[name].widget.attrs |= {"dir": "auto", "lang": code}
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=[anyone, *names.items()], required=False
        )
        self.fields["priority"].choices = [anyone, *Priority.choices]
        self.fields["kind"].choices = [anyone, *self.fields["kind"].choices[1:]]
        self.fields["queue"].queryset = Queue.objects.in_use()
        self.fields["queue"].label = _("Queue")
        self.fields["queue"].empty_label = anyone[1]
        self.fields["calendar"].queryset = WorkCalendar.objects.filter(ended_at=None)
        self.fields["calendar"].label = _("Working hours")
        self.fields["calendar"].empty_label = _("round the clock")

    @property
    def conditions(self) -> list[Any]:
        return [self[name] for name in ("queue", "kind", "priority", "tier", "language")]

    @property
    def promised(self) -> list[Any]:
        return [self[name] for name in (*TARGETS, "calendar")]

    @property
    def names(self) -> list[Any]:
        return [self[name] for name in NAMES]

    steps: Sequence["StepForm"] = ()


class StepForm(forms.Form):
    """One step of a row. Its key comes back as it was given, so that an edited step stays the same step."""

    key = forms.SlugField(max_length=40, required=False, widget=forms.HiddenInput)
    clock = forms.ChoiceField(label=gettext_lazy("Clock"), choices=list(CLOCKS.items()))
    when = forms.ChoiceField(label=gettext_lazy("When"), choices=list(MOMENTS.items()))
    amount = forms.CharField(
        label=gettext_lazy("Percent, or hours"),
        required=False,
        max_length=9,
        help_text=gettext_lazy("A share as 50, a time as 2 or 0:30."),
    )
    what = forms.ChoiceField(
        label=gettext_lazy("What is done"), choices=[(what, doing.label) for what, doing in DOINGS.items()]
    )
    level = forms.TypedChoiceField(
        label=gettext_lazy("Who is told"),
        choices=[("", gettext_lazy("nobody")), *Level.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given |= {"percent": None, "length": None}
        when, amount = given.get("when"), given.get("amount", "").strip().removesuffix("%").strip()
        if when == When.SHARE:
            given["percent"] = self._percent(amount)
        elif when in (When.BEFORE, When.AFTER):
            given["length"] = self._length(amount)
        doing = DOINGS.get(given.get("what", ""))
        if doing is None or not doing.takes_level:
            given["level"] = None
        elif given.get("level") is None:
            self.add_error("level", _("Choose who is told."))
        return given

    def _percent(self, amount: str) -> int | None:
        if amount.isdecimal() and 1 <= int(amount) <= 99:
            return int(amount)
        self.add_error("amount", _("Write a share of the time between 1 and 99 percent."))
        return None

    def _length(self, amount: str) -> timedelta | None:
        try:
            length = HoursField().to_python(amount)
        except forms.ValidationError:
            length = None
        if length is None:
            self.add_error("amount", _("Write hours, as 72 or 0:30."))
        return length

    @property
    def values(self) -> dict[str, Any]:
        """As a step takes them."""
        names = ("key", "clock", "when", "percent", "length", "what", "level")
        return {name: self.cleaned_data[name] for name in names}


STEP_FIELDS = tuple(StepForm.base_fields)


def step_as_typed(step: Step) -> dict[str, Any]:
    """A saved step as its form writes it."""
    amount = step.percent or HoursField().prepare_value(step.length)
    named = {name: getattr(step, name) for name in STEP_FIELDS if name != "amount"}
    return {**named, "amount": "" if amount is None else amount}


class FromForm(forms.Form):
    """From when a version holds."""

    from_at = MomentField(
        label=gettext_lazy("It holds from"),
        help_text=gettext_lazy("In your own time zone. Empty: from the moment at which you publish it."),
    )


class WhatIfForm(forms.Form):
    """A case that might be opened."""

    queue = forms.ModelChoiceField(
        Queue.objects.none(), label=gettext_lazy("Queue"), empty_label=gettext_lazy("Choose")
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), choices=Priority.choices, coerce=int, initial=Priority.NORMAL
    )
    tier = forms.IntegerField(label=gettext_lazy("Tier"), min_value=0, max_value=9, required=False)
    opened_at = MomentField(
        label=gettext_lazy("Opened at"), help_text=gettext_lazy("In your own time zone. Empty: now.")
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["queue"].queryset = Queue.objects.in_use()
        self.fields["language"].choices = list(language_names().items())


def typed_rows(posted: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows as they were typed, in their order, each with its steps in theirs."""
    return [
        _typed(posted, str(number), RowForm.Meta.fields)
        | {
            "steps": [
                _typed(posted, f"{number}-s{step}", STEP_FIELDS) for step in _count(posted, f"{number}-steps")
            ]
        }
        for number in _count(posted, "total")
    ]


def _typed(posted: Mapping[str, str], prefix: str, names: Iterable[str]) -> dict[str, Any]:
    return {name: posted.get(f"{prefix}-{name}", "").replace("\0", "") for name in names}


def _count(posted: Mapping[str, str], name: str) -> range:
    given = posted.get(name, "")
    return range(min(int(given), MOST_ROWS) if given.isdecimal() and len(given) < 5 else 0)


def rearranged(rows: list[dict[str, Any]], edit: str) -> list[dict[str, Any]]:
    """The rows after one button: `up-2`, `down-2`, `remove-2`, `add-2` (an empty row before it); `step-2` (an
    empty step at the end of that row), `unstep-2-1` (without its second step)."""
    verb, _line, given = edit.partition("-")
    place, _line, step = given.partition("-")
    number = _number(place)
    if number is None or not 0 <= number < max(len(rows), 1):
        return rows
    rows = list(rows)
    if verb == "add" and len(rows) < MOST_ROWS:
        rows.insert(number, {})
    elif verb == "remove":
        del rows[number : number + 1]
    elif verb in ("up", "down"):
        other = number + (1 if verb == "down" else -1)
        if 0 <= other < len(rows):
            rows[number], rows[other] = rows[other], rows[number]
    elif verb in ("step", "unstep") and rows:
        rows[number] = rows[number] | {
            "steps": _steps_after(verb, rows[number].get("steps", []), _number(step))
        }
    return rows


def _number(given: str) -> int | None:
    return int(given) if given.isdecimal() and len(given) < 5 else None


def _steps_after(verb: str, steps: list[dict[str, Any]], number: int | None) -> list[dict[str, Any]]:
    if verb == "step":
        return [*steps, {}][:MOST_ROWS]
    return [step for place, step in enumerate(steps) if place != number]
