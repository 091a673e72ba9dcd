"""What is typed of working hours: frames for each weekday, a zone, days off."""

import re
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from django import forms
from django.utils.translation import get_language, gettext_lazy, to_locale
from django.utils.translation import gettext as _

from helpdesk.calendars import DAYS
from helpdesk.days_off import MOST_DAYS, country_codes
from helpdesk.forms.promises import FromForm
from helpdesk.languages import column_of, language_names

FRAME = re.compile("(\\d\\d):(\\d\\d)\\s*[-\N{EN DASH}]\\s*(\\d\\d):(\\d\\d)")
DAY_OFF = re.compile(r"(\d{4})-(\d\d)-(\d\d)\s*(.{0,100})")
WEEKDAYS = dict(
    zip(
        DAYS,
        (
            gettext_lazy("Monday"),
            gettext_lazy("Tuesday"),
            gettext_lazy("Wednesday"),
            gettext_lazy("Thursday"),
            gettext_lazy("Friday"),
            gettext_lazy("Saturday"),
            gettext_lazy("Sunday"),
        ),
        strict=True,
    )
)


def _wall(hours: str, minutes: str) -> str:
    """A time of day in Latin digits, whichever it was typed in."""
    if int(minutes) > 59:
        raise forms.ValidationError(_("Write hours, as 09:00-12:00, 13:00-17:30."))
    return f"{int(hours):02}:{int(minutes):02}"


class FramesField(forms.CharField):
    """The hours of one day: 09:00-12:00, 13:00-17:30. Empty: nobody works."""

    def to_python(self, value: Any) -> Any:
        written = [part.strip() for part in str(value or "").split(",") if part.strip()]
        found = [FRAME.fullmatch(part) for part in written]
        if not all(found):
            raise forms.ValidationError(_("Write hours, as 09:00-12:00, 13:00-17:30."))
        return [[_wall(each[1], each[2]), _wall(each[3], each[4])] for each in found if each]


class DaysOffField(forms.CharField):
    """Days off, one on a line: 2026-12-25 Christmas."""

    widget = forms.Textarea({"rows": 8, "dir": "auto"})

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
        if len(lines) > MOST_DAYS:
            raise forms.ValidationError(_("These are more than %(count)d days off.") % {"count": MOST_DAYS})
        return dict(map(_day_off, lines))


def _day_off(line: str) -> tuple[str, str]:
    """Its date, in Latin digits whichever it was typed in, and its name."""
    try:
        found = DAY_OFF.fullmatch(line)
        year, month, day = (int(found[part]) for part in (1, 2, 3)) if found else (0, 0, 0)
        return date(year, month, day).isoformat(), found[4] if found else ""
    except ValueError as error:
        said = _("Write one day on a line, as 2026-12-25 Christmas. This is no day: %(line)s")
        raise forms.ValidationError(said % {"line": line[:100]}) from error


class HoursForm(FromForm):
    """Working hours from a moment on. What they are is asked of a country or a file by their own buttons."""

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [(name, name) for name in sorted(available_timezones())],
    )
    days_off = DaysOffField(
        label=gettext_lazy("Days off"),
        required=False,
        help_text=gettext_lazy("One day on a line, as 2026-12-25 Christmas."),
    )

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for day, label in WEEKDAYS.items():
            self.fields[day] = FramesField(label=label, required=False)
        if is_new:
            # The first hours of a place hold at once; nothing counts by them yet.
            del self.fields["from_at"]
            self.fields = self._names() | self.fields

    def _names(self) -> dict[str, forms.Field]:
        label = _("Name of the place")
        return {
            f"name_{column_of(code)}": forms.CharField(
                label=f"{label}: {name}",
                max_length=100,
                required=code == "en",
                widget=forms.TextInput({"dir": "auto", "lang": code}),
            )
            for code, name in language_names().items()
        }

    @property
    def names(self) -> dict[str, str]:
        """Of another place, in every language."""
        return {name: self.cleaned_data[name] for name in self.fields if name.startswith("name_")}

    @property
    def hours(self) -> dict[str, Any]:
        """As the action takes them."""
        return {
            "time_zone": self.cleaned_data["time_zone"],
            "frames": {day: frames for day in DAYS if (frames := self.cleaned_data[day])},
            "holidays": self.cleaned_data["days_off"],
        }


class SourceForm(forms.Form):
    """Where days off may come from."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    file = forms.FileField(label=gettext_lazy("iCalendar file"), required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        names = Locale.parse(to_locale(get_language() or "en")).territories
        countries = [(code, names.get(code, code)) for code in country_codes()]
        self.fields["country"].choices = [("", _("Choose")), *sorted(countries, key=lambda each: each[1])]


def written_days(days: dict[str, str]) -> str:
    """Days off as the form writes them."""
    return "\n".join(f"{day} {name}".strip() for day, name in sorted(days.items()))


def written_hours(frames: dict[str, Any]) -> dict[str, str]:
    """The hours of each weekday as the form writes them."""
    return {day: ", ".join(f"{start}-{end}" for start, end in frames.get(day, ())) for day in DAYS}
