"""Clocks, promises and due moments in words, for the staff and for people. Pure, in the active language."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from helpdesk.clocks import Kind
from helpdesk.models import PolicyRow, Priority, QueueKind
from helpdesk.spans import speaker
from journal.moments import Count, day_words, digits, time_words

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
IN_DAYS = gettext_lazy("by %(weekday)s, %(date)s, %(time)s")
LATER = gettext_lazy("by %(date)s, %(time)s")  # "by Monday" would be taken for the next one
# As the day stands after "by", which is no longer its name where words are declined.
BY_WEEKDAY = (
    pgettext_lazy("after “by”", "Monday"),
    pgettext_lazy("after “by”", "Tuesday"),
    pgettext_lazy("after “by”", "Wednesday"),
    pgettext_lazy("after “by”", "Thursday"),
    pgettext_lazy("after “by”", "Friday"),
    pgettext_lazy("after “by”", "Saturday"),
    pgettext_lazy("after “by”", "Sunday"),
)
PARTS_BEGIN = (0, 5, 12, 17)  # hours: night, morning, afternoon, evening


def due_words(due_at: datetime, at: datetime) -> str:
    """By when, as one says it on the telephone: in the reader's zone, with the name of its place.

    Which day it is, and what part of it, is judged by the clock on the reader's wall at both moments.
    """
    local, here = timezone.localtime(due_at), timezone.localtime(at)
    part = sum(local.hour >= hour for hour in PARTS_BEGIN) - 1
    days = (local.date() - here.date()).days
    on_day: dict[int, Any] = {0: TODAY[part], 1: TOMORROW[part]}
    said = on_day.get(days, IN_DAYS if 1 < days < len(BY_WEEKDAY) else LATER)
    return str(said) % {
        "weekday": BY_WEEKDAY[local.weekday()],
        "date": day_words(local.date(), with_year=not 0 <= days < len(BY_WEEKDAY)),
        "time": time_words(local),
    }


def length_words(length: timedelta, *, is_working: bool) -> str:
    """How long, in whole words; a working hour is an hour in which the place is at work."""
    minutes = int(length.total_seconds()) // 60
    say = speaker()
    if not is_working:
        whole_days = _("%(days)s d") % {"days": Count(length.days)}
        return say(length) if length % timedelta(days=1) else whole_days
    hours = f"{minutes // 60}:{minutes % 60:02}" if minutes % 60 else str(minutes // 60)
    return _("%(hours)s working hours") % {"hours": digits(hours)}


def long_words(length: timedelta, *, is_working: bool) -> str:
    """How long, as one says it to a person: the two greatest parts, in whole words.

    Of working time there are no days: a working day is as long as its calendar says.
    """
    minutes = max(length // timedelta(minutes=1), 0)
    days, hours = (0, minutes // 60) if is_working else divmod(minutes // 60, 24)
    hours_said = _working_hours(hours) if is_working else _hours(hours)
    parts = [
        words
        for number, words in (
            (days, _days(days)),
            (hours, hours_said),
            (minutes % 60, _minutes(minutes % 60)),
        )
        if number
    ]
    if len(parts) > 1:
        return _("%(first)s and %(second)s") % {"first": parts[0], "second": parts[1]}
    return parts[0] if parts else _("less than a minute")


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": Count(count)}


def _hours(count: int) -> str:
    return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": Count(count)}


def _working_hours(count: int) -> str:
    return ngettext("%(count)s working hour", "%(count)s working hours", count) % {"count": Count(count)}


def _minutes(count: int) -> str:
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": Count(count)}


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
    if name == "tier":
        return digits(value)
    return str(Priority(value).label) if name == "priority" else str(value)


def target_words(row: PolicyRow) -> list[tuple[str, str]]:
    """What a row promises, clock by clock."""
    is_working = row.calendar_id is not None
    return [
        (str(CLOCKS[kind]), length_words(target, is_working=is_working))
        for kind, target in row.targets.items()
    ]
