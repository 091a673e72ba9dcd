"""Clocks, promises and due moments in words, for the staff and for people. Pure, in the active language."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import get_timezone_location
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, to_locale
from django.utils.translation import gettext as _

from helpdesk.clocks import Kind
from helpdesk.models import PolicyRow, Priority, QueueKind
from helpdesk.spans import speaker

CLOCKS = {
    Kind.FIRST_RESPONSE: gettext_lazy("First answer"),
    Kind.NEXT_RESPONSE: gettext_lazy("Each further answer"),
    Kind.RESOLUTION: gettext_lazy("Decision"),
    Kind.KEEP_IN_TOUCH: gettext_lazy("Keep in touch every"),
}
SHORT = {
    Kind.FIRST_RESPONSE: gettext_lazy("first answer"),
    Kind.NEXT_RESPONSE: gettext_lazy("answer"),
    Kind.RESOLUTION: gettext_lazy("decision"),
    Kind.KEEP_IN_TOUCH: gettext_lazy("news"),
}
TO_PEOPLE = {
    Kind.FIRST_RESPONSE: gettext_lazy("You get a first answer from a person."),
    Kind.NEXT_RESPONSE: gettext_lazy("You get an answer to what you wrote."),
    Kind.RESOLUTION: gettext_lazy("You get a decision with reasons."),
    Kind.KEEP_IN_TOUCH: gettext_lazy("You hear from us again, even if nothing is decided yet."),
}
CONDITIONS = {
    "queue_id": gettext_lazy("Queue"),
    "kind": gettext_lazy("Kind"),
    "priority": gettext_lazy("Priority"),
    "tier": gettext_lazy("Tier"),
    "language": gettext_lazy("Language"),
}
# Whole sentences for each part of a day: no language puts "tomorrow" and "evening" together as ours does.
TODAY = (
    gettext_lazy("by tonight, %(date)s, %(time)s"),
    gettext_lazy("by this morning, %(date)s, %(time)s"),
    gettext_lazy("by this afternoon, %(date)s, %(time)s"),
    gettext_lazy("by this evening, %(date)s, %(time)s"),
)
TOMORROW = (
    gettext_lazy("by the night to tomorrow, %(date)s, %(time)s"),
    gettext_lazy("by tomorrow morning, %(date)s, %(time)s"),
    gettext_lazy("by tomorrow afternoon, %(date)s, %(time)s"),
    gettext_lazy("by tomorrow evening, %(date)s, %(time)s"),
)
PARTS_BEGIN = (0, 5, 12, 17)  # hours: night, morning, afternoon, evening


def due_words(due_at: datetime, at: datetime) -> str:
    """By when, as one says it on the telephone: in the reader's zone, with the name of its place."""
    local, here = timezone.localtime(due_at), timezone.localtime(at)
    part = sum(local.hour >= hour for hour in PARTS_BEGIN) - 1
    days = (local.date() - here.date()).days
    said = (
        (TODAY, TOMORROW)[days][part]
        if days in (0, 1)
        else gettext_lazy("by %(weekday)s, %(date)s, %(time)s")
    )
    return str(said) % {
        "weekday": date_format(local, "l"),
        # E: the name of the month as it stands after a number, which differs in Slavic languages
        "date": date_format(local, "j E"),
        "time": _time_in_place(local),
    }


def _time_in_place(local: datetime) -> str:
    """18:00 in Tehran; the zone's own short name where it is not that of a place."""
    shown, key = date_format(local, "H:i"), getattr(local.tzinfo, "key", "")
    if "/" not in key or key.startswith("Etc/"):
        return f"{shown} {local.tzname()}"
    return _("%(time)s in %(city)s") % {"time": shown, "city": _city(key)}


def _city(key: str) -> str:
    """The place that a zone is named after, in the active language."""
    try:
        locale = Locale.parse(to_locale(get_language() or "en"))
        return get_timezone_location(key, locale=locale, return_city=True)
    except (UnknownLocaleError, ValueError, LookupError):
        return key.rsplit("/", 1)[-1].replace("_", " ")


def length_words(length: timedelta, *, is_working: bool) -> str:
    """How long, in whole words; a working hour is an hour in which the place is at work."""
    minutes = int(length.total_seconds()) // 60
    say = speaker()
    if not is_working:
        return say(length) if length % timedelta(days=1) else _("%(days)s d") % {"days": length.days}
    hours = f"{minutes // 60}:{minutes % 60:02}" if minutes % 60 else str(minutes // 60)
    return _("%(hours)s working hours") % {"hours": hours}


def condition_words(name: str, value: Any, queues: Mapping[Any, str]) -> str:
    """One condition, or the fact that it is compared with: "Priority: Top"."""
    return f"{CONDITIONS[name]}: {value_words(name, value, queues)}"


def value_words(name: str, value: Any, queues: Mapping[Any, str]) -> str:
    """What a condition asks for, or what a ticket has, as the console names it."""
    if value in (None, ""):
        return _("none")
    if name == "queue_id":
        return queues.get(value, "")
    if name == "kind":
        return str(QueueKind(value).label)
    return str(Priority(value).label) if name == "priority" else str(value)


def target_words(row: PolicyRow) -> list[tuple[str, str]]:
    """What a row promises, clock by clock."""
    is_working = row.calendar_id is not None
    return [
        (str(CLOCKS[kind]), length_words(target, is_working=is_working))
        for kind, target in row.targets.items()
    ]
