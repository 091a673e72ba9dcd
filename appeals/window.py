"""The window in which a decision may be appealed: pure arithmetic of calendar months."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone

LEAST_MONTHS = 6  # DSA Art. 20(1): at least six months from being informed
LAST_PLACE_ON_EARTH = timezone(timedelta(hours=-12))


def months_later(day: date, months: int) -> date:
    """The same day of a later month; where that month is shorter, its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def last_day(until: datetime) -> date:
    """The last whole day of a window, as a person reads it: asking on that day is in time everywhere."""
    return (until - timedelta(seconds=1)).astimezone(LAST_PLACE_ON_EARTH).date()


def window_end(from_at: datetime, *, months: int = LEAST_MONTHS) -> datetime:
    """The moment at which the window closes that opened when the person was informed.

    It is the end of the last day (counted in UTC) where that day ends last (UTC-12), so that nobody has
    less than the months from the very moment, wherever they live.
    """
    day_after = months_later(from_at.astimezone(UTC).date(), max(months, LEAST_MONTHS)) + timedelta(days=1)
    return datetime.combine(day_after, time(0), LAST_PLACE_ON_EARTH).astimezone(UTC)
