"""Days, moments and numbers as the reader writes them: their language, digits, calendar and zone. Pure."""

from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from persiantools.jdatetime import MONTH_NAMES_FA, JalaliDate

OWN_DIGITS = {"fa": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")}
LONGEST_ZONE = 40  # characters; the longest name of today has 30
LAST_SOLAR = date(9997, 12, 31)  # beyond it the calendar of Iran has no years that Python can count


def digits(said: Any) -> str:
    """What is said, in the digits of the reader's language.

    Never for what is typed or copied: references, receipts, links and codes are the same everywhere.
    """
    own = OWN_DIGITS.get(_language())
    return str(said).translate(own) if own else str(said)


class Count(int):
    """A number that templates and sentences write in the reader's digits, and that still counts."""

    def __str__(self) -> str:
        return digits(int.__repr__(self))


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def day_words(day: date, *, with_year: bool = True) -> str:
    """A day. In Persian by the calendar that Iran and Afghanistan live by, the Gregorian day beside it."""
    # E: the name of the month as it stands after a number, which differs in Slavic languages
    gregorian = digits(date_format(day, "DATE_FORMAT" if with_year else "j E"))
    if _language() != "fa" or day > LAST_SOLAR:
        return gregorian
    solar = JalaliDate.to_jalali(day.year, day.month, day.day)
    words = f"{solar.day} {MONTH_NAMES_FA[solar.month]}" + (f" {solar.year}" if with_year else "")
    return _("%(solar)s (%(gregorian)s)") % {"solar": digits(words), "gregorian": gregorian}


def moment_words(at: datetime) -> str:
    """A moment in the active zone, with the place that keeps it: 24 November 2026, 18:00 in Tehran."""
    local = timezone.localtime(at)
    return _("%(day)s, %(time)s") % {"day": day_words(local.date()), "time": time_words(local)}


def short_moment_words(at: datetime) -> str:
    """A moment with its day of the week for lists of the staff: Tue 11/24/2026 6 p.m."""
    local = timezone.localtime(at)
    return digits(f"{date_format(local, 'D')} {date_format(local, 'SHORT_DATETIME_FORMAT')}")


def time_words(local: datetime, shape: str = "H:i") -> str:
    """18:00 in Tehran. Where the zone is no place's, it is UTC or the zone's own short name."""
    shown, key = digits(date_format(local, shape)), getattr(local.tzinfo, "key", "")
    if local.tzinfo is UTC or key == "UTC" or "/" not in key or key.startswith("Etc/"):
        return _("%(time)s %(zone)s") % {"time": shown, "zone": local.tzname()}
    return _("%(time)s in %(city)s") % {"time": shown, "city": city(key)}


def city(zone: str) -> str:
    """The place that a zone is named after, in the active language."""
    return _city(zone, get_language() or "en")


@cache
def once_called(zone: str) -> list[str]:
    """Earlier names of a zone; some browsers say no others."""
    return [old for old, new in get_global("zone_aliases").items() if new == zone]


@lru_cache(maxsize=1024)
def _city(zone: str, language: str) -> str:
    # Babel files cities under the names that zones had once (Asia/Calcutta), and asks for the present ones.
    now_called = get_global("zone_aliases").get(zone, zone)
    names = [zone, now_called, *once_called(now_called)]
    try:
        known = Locale.parse(to_locale(language)).time_zones
    except (UnknownLocaleError, ValueError):
        names = []
    found = (known[name].get("city") for name in names if name in known)
    return next(filter(None, found), now_called.rsplit("/", 1)[-1].replace("_", " "))


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if len(name) <= LONGEST_ZONE and "/" in name)


def read_zone(name: str) -> str:
    """The zone of that name; empty, which means UTC, where there is none. A browser may say anything."""
    return name if name in _zones() and not name.startswith("Etc/") else ""


def zone_of(name: str) -> ZoneInfo:
    """The zone by which to tell somebody the time who has chosen `name`."""
    return ZoneInfo(read_zone(name) or "UTC")
