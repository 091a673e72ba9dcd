"""By which clock a person is told the time: guessed for them, seen by them, theirs to change.

It stands with the words of their case and is erased with them. It is in no event, no message to a platform
and on no page of the staff: where somebody lives is for them to say.
"""

from contextlib import AbstractContextManager
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from journal.moments import city, digits, read_zone, zone_of

# Where most who read a language live. A wrong guess does no harm: each moment names the place that keeps it.
ZONE_OF_LANGUAGE = {"fa": "Asia/Tehran", "ru": "Europe/Moscow"}
# A place for each time that clocks show somewhere, and more where many live. A browser adds its own.
OFFERED = (
    "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Mexico_City",
    "America/Chicago", "America/Bogota", "America/New_York", "America/Caracas", "America/Halifax",
    "America/St_Johns", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "Atlantic/Azores",
    "Africa/Lagos", "Europe/London", "Europe/Berlin", "Africa/Johannesburg", "Africa/Cairo", "Europe/Kyiv",
    "Europe/Istanbul", "Europe/Moscow", "Africa/Nairobi", "Asia/Tehran", "Europe/Samara", "Asia/Dubai",
    "Asia/Baku", "Asia/Kabul", "Asia/Tashkent", "Asia/Almaty", "Asia/Yekaterinburg", "Asia/Karachi",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Omsk", "Asia/Dhaka", "Asia/Yangon", "Asia/Krasnoyarsk",
    "Asia/Jakarta", "Asia/Irkutsk", "Asia/Shanghai", "Asia/Taipei", "Asia/Tokyo", "Asia/Yakutsk",
    "Australia/Adelaide", "Australia/Sydney", "Asia/Vladivostok", "Asia/Magadan", "Pacific/Auckland",
    "Asia/Kamchatka", "Pacific/Kiritimati",
)  # fmt: skip


def in_zone(name: str) -> AbstractContextManager[None]:
    """Tell every moment within as the clock of that place shows it; by UTC where none is known."""
    return timezone.override(zone_of(name))


def likely_zone() -> str:
    """Where whoever reads the active language most likely lives; empty where nobody can tell."""
    return ZONE_OF_LANGUAGE.get((get_language() or "").split("-")[0], "")


def place_of(zone: str) -> str:
    """The place whose clock it is, as a person reads it."""
    return city(zone) if read_zone(zone) else _("world time (UTC)")


def choices_at(at: datetime, chosen: str) -> list[tuple[str, str]]:
    """Places from west to east, each with what its clock shows now: one finds one's own by looking at it."""
    clocks = {name: at.astimezone(zone_of(name)) for name in {*OFFERED, chosen} - {""}}
    from_west = sorted(clocks, key=lambda name: (clocks[name].utcoffset(), city(name)))
    shown = [(name, f"{city(name)} ({_clock(clocks[name])})") for name in from_west]
    return [("", f"{place_of('')} ({_clock(at.astimezone(UTC))})"), *shown]


def _clock(local: datetime) -> str:
    return digits(date_format(local, "H:i"))
