"""Days off, by country and from an iCalendar file. Values in, values out; nothing is saved here.

The libraries are read when somebody asks for days off: every process would hold their megabytes otherwise.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from journal.errors import Refused
from journal.moments import digits

DAY = timedelta(days=1)
LONGEST_FILE = 500 * 1024  # bytes: a calendar of a century of days off has a tenth of it
MOST_DAYS = 1000
LONGEST_EVENT = 60  # days


def country_codes() -> list[str]:
    """The countries whose days off are known, as ISO 3166 writes them."""
    import holidays

    return sorted(code for code in holidays.list_supported_countries(include_aliases=False) if len(code) == 2)


def days_off_in(country: str, years: Iterable[int]) -> dict[str, str]:
    """The public holidays of a country. Raises Refused("unknown_country").

    Those that follow the moon are estimates until they are announced, so somebody looks at them.
    """
    if country not in country_codes():
        raise Refused(
            "unknown_country", _("The days off of this country are not known. Write them yourself.")
        )
    import holidays

    found = holidays.country_holidays(country, years=list(years), language="en_US")
    return {day.isoformat(): name for day, name in sorted(found.items())}


def days_off_from(file: bytes, *, first: date, last: date) -> dict[str, str]:
    """The whole days of an iCalendar file from `first` to `last`, repeated and listed ones among them.

    Events with a time of day are meetings and no days off. Raises Refused("bad_file", "too_long", "no_days").
    """
    if len(file) > LONGEST_FILE:
        raise Refused(
            "too_long",
            _("This file is too long for a list of days off. It may have %(size)s at most.")
            % {"size": digits(filesizeformat(LONGEST_FILE))},
        )
    found = _days_off(file, first, last)
    if not found:
        raise Refused(
            "no_days",
            _("This file has no whole day in these years. Events with a time of day are left out."),
        )
    return found


def _days_off(file: bytes, first: date, last: date) -> dict[str, str]:
    try:
        events = _read(file)
        days = islice(_days(events, first, last), MOST_DAYS)
        return dict(sorted((day.isoformat(), name) for day, name in days))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Refused("bad_file", _("This is not an iCalendar file that can be read.")) from error


def _read(file: bytes) -> list[Any]:
    import icalendar

    return list(icalendar.Calendar.from_ical(file).walk("VEVENT"))


def _days(events: Iterable[Any], first: date, last: date) -> Iterator[tuple[date, str]]:
    for event in events:
        start = event.decoded("DTSTART")
        if isinstance(start, datetime):
            continue
        end = event.decoded("DTEND") if "DTEND" in event else start + DAY
        length = min(max((end - start).days, 1), LONGEST_EVENT)
        for begins in _repeated(event, start, first - length * DAY, last):
            for number in range(length):
                day = begins + number * DAY
                if first <= day <= last:
                    yield day, str(event.get("SUMMARY", ""))[:100]


def _repeated(event: Any, start: date, first: date, last: date) -> Iterator[date]:
    """The days on which it begins: those of its rule and its list, without those that were taken out."""
    out = {_day(moment) for moment in event.exdates}
    listed = {_day(moment) for moment, _end in event.rdates}
    ruled = set(_by_rule(event, start, first, last))
    yield from sorted(day for day in (ruled | listed) - out if first <= day <= last)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _by_rule(event: Any, start: date, first: date, last: date) -> Iterator[date]:
    """A rule by hours or seconds is no rule of days and could go on forever."""
    if "RRULE" not in event:
        yield start
        return
    rule = event["RRULE"].to_ical().decode()
    if not any(f"FREQ={step}" in rule for step in ("YEARLY", "MONTHLY", "WEEKLY")):
        raise ValueError(rule)
    begins = datetime.combine(start, datetime.min.time())
    until = datetime.combine(last, datetime.min.time())
    for moment in islice(rrulestr(rule, dtstart=begins, ignoretz=True), 5 * MOST_DAYS):
        if moment > until:
            return
        if moment.date() >= first:
            yield moment.date()
