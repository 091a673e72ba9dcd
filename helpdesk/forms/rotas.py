"""What is typed of a rota: layers with people in order, and who stands in for whom."""

from collections.abc import Iterable
from datetime import time
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from helpdesk.actions.rotas import MOST_LAYERS
from helpdesk.forms.calendars import WEEKDAYS
from helpdesk.forms.promises import MomentField
from helpdesk.models import RotaLayer, Unit

TIME = "%H:%M"


class ClockField(forms.TimeField):
    """A time on the wall clock."""

    def __init__(self, **kwargs: Any):
        widget = forms.TimeInput(format=TIME, attrs={"type": "time"})
        super().__init__(input_formats=[TIME], widget=widget, **kwargs)


class LayerForm(forms.Form):
    """One layer. Whoever has a number takes turns, in the order of the numbers."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=60)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [(name, name) for name in sorted(available_timezones())],
    )
    length = forms.IntegerField(label=gettext_lazy("A turn lasts"), min_value=1, max_value=1344)
    unit = forms.ChoiceField(label=gettext_lazy("Counted in"), choices=Unit.choices)
    first_on = forms.DateField(
        label=gettext_lazy("The first person begins on"),
        help_text=gettext_lazy("A day on which turns change, also one that has passed."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )
    hand_over_at = ClockField(
        label=gettext_lazy("Hand-over at"), help_text=gettext_lazy("By the clock of the time zone.")
    )
    begins = ClockField(
        label=gettext_lazy("On call from"),
        required=False,
        help_text=gettext_lazy("Empty: all day. An end before it is on the following day."),
    )
    ends = ClockField(label=gettext_lazy("On call until"), required=False)
    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On these days"),
        required=False,
        coerce=int,
        choices=lambda: list(enumerate(WEEKDAYS.values())),
        widget=forms.CheckboxSelectMultiple(),
        help_text=gettext_lazy("None chosen: every day."),
    )

    def __init__(self, *args: Any, team: Iterable[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        for user in team:
            self.fields[place_name(user.pk)] = forms.IntegerField(
                label=str(user), required=False, min_value=1, max_value=99
            )

    @property
    def places(self) -> list[Any]:
        return [field for field in self if field.name.startswith("turn-")]

    @property
    def facts(self) -> list[Any]:
        return [field for field in self if not field.name.startswith("turn-")]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("begins") is None) != (given.get("ends") is None):
            self.add_error("ends", _("Write both times, or none."))
        if not self.members(given):
            self.add_error(None, _("Give at least one person a number."))
        return given

    def members(self, given: dict[str, Any]) -> list[UUID]:
        """Who takes turns, in their order; equal numbers in the order of the list."""
        placed = [
            (place, number, UUID(name.removeprefix("turn-")))
            for number, (name, place) in enumerate(given.items())
            if name.startswith("turn-") and place
        ]
        return [pk for _place, _number, pk in sorted(placed)]

    @property
    def layer(self) -> RotaLayer:
        """As the action takes it, not saved."""
        given = self.cleaned_data
        names = ("name", "time_zone", "length", "unit", "first_on", "hand_over_at", "days")
        return RotaLayer(
            **{name: given[name] for name in names},
            begins=_minutes(given["begins"]),
            ends=_minutes(given["ends"]),
            members=self.members(given),
        )


def place_name(user: UUID) -> str:
    return f"turn-{user}"


def _minutes(wall: time | None) -> int:
    return wall.hour * 60 + wall.minute if wall else 0


def as_typed(layer: RotaLayer) -> dict[str, Any]:
    """A published layer as the form writes it."""
    names = ("name", "time_zone", "length", "unit", "first_on", "hand_over_at", "days")
    typed = {name: getattr(layer, name) for name in names}
    if layer.begins != layer.ends:
        typed |= {name: time(*divmod(getattr(layer, name), 60)) for name in ("begins", "ends")}
    return typed | {place_name(user): place for place, user in enumerate(layer.members, 1)}


def typed_layers(posted: QueryDict, team: Iterable[User]) -> list[dict[str, Any]]:
    """The layers as they were typed, in their order."""
    given = posted.get("total", "")
    total = min(int(given), MOST_LAYERS) if given.isdecimal() and len(given) < 5 else 0
    names = [*LayerForm.base_fields, *(place_name(user.pk) for user in team)]
    return [
        {
            name: _plain(posted.getlist(f"{number}-{name}"))
            if name == "days"
            else posted.get(f"{number}-{name}", "").replace("\0", "")
            for name in names
        }
        for number in range(total)
    ]


def _plain(values: list[Any]) -> list[str]:
    return [str(value).replace("\0", "") for value in values]


class RotaFromForm(forms.Form):
    """From when a version holds."""

    from_at = MomentField(
        label=gettext_lazy("It holds from"),
        help_text=gettext_lazy("In your own time zone. Empty: from the moment at which you publish it."),
    )
