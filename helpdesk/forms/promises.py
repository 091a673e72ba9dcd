"""What is typed of a policy: rows with conditions and hours, and from when they hold."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.languages import language_names
from helpdesk.models import PolicyRow, Priority, Queue, WorkCalendar

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


def typed_rows(posted: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows as they were typed, in their order."""
    given = posted.get("total", "")
    total = min(int(given), MOST_ROWS) if given.isdecimal() and len(given) < 5 else 0
    names = RowForm.Meta.fields
    return [
        {name: posted.get(f"{number}-{name}", "").replace("\0", "") for name in names}
        for number in range(total)
    ]


def rearranged(rows: list[dict[str, str]], edit: str) -> list[dict[str, str]]:
    """The rows after one button: `up-2`, `down-2`, `remove-2`, `add-2` (an empty row before it)."""
    verb, _line, given = edit.partition("-")
    place = int(given) if given.isdecimal() and len(given) < 5 else -1
    if not 0 <= place < max(len(rows), 1):
        return rows
    rows = list(rows)
    if verb == "add" and len(rows) < MOST_ROWS:
        rows.insert(place, {})
    elif verb == "remove":
        del rows[place : place + 1]
    elif verb in ("up", "down"):
        other = place + (1 if verb == "down" else -1)
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
    return rows
