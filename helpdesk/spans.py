"""Lengths of time in words, as the console's pills say them. Pure."""

from collections.abc import Callable
from datetime import timedelta

from django.utils.translation import gettext as _

from journal.moments import Count

MINUTE, HOUR, DAY = 60, 3600, 86400


def speaker() -> Callable[[timedelta], str]:
    """A function that words a length of time in the active language, which is looked up once."""
    days, hours, minutes = (
        _("%(days)s d %(hours)s h"),
        _("%(hours)s h %(minutes)s min"),
        _("%(minutes)s min"),
    )

    def say(length: timedelta) -> str:
        seconds = int(abs(length.total_seconds()))
        if seconds >= DAY:
            return days % {"days": Count(seconds // DAY), "hours": Count(seconds % DAY // HOUR)}
        if seconds >= HOUR:
            return hours % {"hours": Count(seconds // HOUR), "minutes": Count(seconds % HOUR // MINUTE)}
        return minutes % {"minutes": Count(seconds // MINUTE)}

    return say
