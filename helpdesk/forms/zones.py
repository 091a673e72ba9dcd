"""The field by which a person sees, and may change, by which clock they are told the time."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.zones import choices_at, likely_zone, place_of
from journal.moments import once_called, read_zone


class SelectZone(forms.Select):
    """Places with their clocks; the one that was chosen is among them, whichever it is."""

    at: datetime

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        self.choices = choices_at(self.at, read_zone(value[0]) if value else "")
        return super().optgroups(name, value, attrs)

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """Chromium says Asia/Calcutta and means this very place; the script finds it by its earlier name."""
        option = super().create_option(name, value, *args, **options)
        if earlier := once_called(value):
            option["attrs"]["data-once"] = " ".join(earlier)
        return option


class ZoneField(forms.CharField):
    """The person's clock. Nobody must choose, and nothing wrong can be sent: what is no zone is UTC."""

    widget = SelectZone

    def __init__(self, **options: Any):
        super().__init__(
            required=False,
            initial=options.pop("initial", likely_zone),
            label=_("Whose clock shall we go by?"),
            help_text=_(
                "Choose a place whose clock shows the same as yours. We use it only to tell you times. It is "
                "kept with your words, erased with them, and shown to nobody else."
            ),
            **options,
        )

    def clean(self, value: Any) -> str:
        return read_zone(str(value or ""))

    def get_bound_field(self, form: Any, field_name: str) -> "BoundZone":
        return BoundZone(form, self, field_name)


class BoundZone(forms.BoundField):
    @property
    def place(self) -> str:
        """The place that is chosen so far."""
        return place_of(str(self.value() or ""))

    @property
    def is_guessed(self) -> bool:
        """Nobody has said anything yet: the browser may know better."""
        return not self.form.is_bound and not self.form.initial.get(self.name)


class ZoneForm(forms.Form):
    """The same beside an open case."""

    zone = ZoneField()

    def __init__(self, *args: Any, at: datetime, **options: Any):
        super().__init__(*args, **options)
        self.at = at
        self.fields["zone"].widget.at = at  # type: ignore[attr-defined]  # its own
