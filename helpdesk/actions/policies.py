"""What is promised changes: policies and working hours in versions, each from a stated moment on."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from helpdesk.actions.clocks import wind
from helpdesk.actions.tickets import lock
from helpdesk.calendars import read_calendar
from helpdesk.models import CalendarVersion, Clock, Policy, PolicyRow, Priority, Ticket, WorkCalendar
from helpdesk.permissions import can_change_settings, is_system
from journal.actions import record
from journal.actors import SYSTEM
from journal.errors import Refused, require
from journal.sweeps import one_by_one

FIRST_ROWS: tuple[dict[str, Any], ...] = (
    {
        "name_en": "In danger",
        "name_ru": "Тем, кто в опасности",
        "name_fa": "کسانی که در خطرند",
        "priority": Priority.TOP,
        "first_response": timedelta(hours=4),
        "next_response": timedelta(hours=4),
        "resolution": timedelta(days=3),
    },
    {
        "name_en": "Everybody",
        "name_ru": "Всем",
        "name_fa": "همه",
        "next_response": timedelta(days=3),
        "resolution": timedelta(days=5),
    },
)


@transaction.atomic
def publish_policy(rows: Sequence[PolicyRow], *, by: Any, at: datetime, from_at: datetime) -> Policy:
    """Promise this from `from_at` on; the rows, not saved yet, are read from the top.

    Open tickets get their row of it from that moment on: by `keep_promises`, or with their next event.
    Raises Refused("in_the_past", "no_row_for_all", "never_reached").
    """
    require(is_system(by) or can_change_settings(by))
    _refuse_past(from_at, at)
    _refuse_gaps(rows)
    number = (Policy.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    policy = Policy.objects.create(number=number, from_at=from_at, made_at=at)
    for place, row in enumerate(rows, 1):
        row.policy, row.place = policy, place
    PolicyRow.objects.bulk_create(rows)
    record(policy, "published", by=by, at=at, number=number, from_at=from_at, rows=len(rows))
    return policy


def make_first_policy(*, at: datetime) -> Policy | None:
    """What a new installation promises, where nothing is promised yet. Safe to repeat."""
    if Policy.objects.exists():
        return None
    return publish_policy([PolicyRow(**row) for row in FIRST_ROWS], by=SYSTEM, at=at, from_at=at)


def _refuse_past(from_at: datetime, at: datetime) -> None:
    if from_at < at:
        raise Refused(
            "in_the_past",
            _("What was promised in the past stays as it was. Choose a moment that is still to come."),
            field="from_at",
        )


def _refuse_gaps(rows: Sequence[PolicyRow]) -> None:
    if not rows or rows[-1].conditions:
        raise Refused(
            "no_row_for_all",
            _("The last row must be for everybody, so that nobody is left without a promise."),
        )
    for number, row in enumerate(rows):
        for earlier in rows[:number]:
            if earlier.conditions.items() <= row.conditions.items():
                raise Refused(
                    "never_reached",
                    _("The row %(row)s is never reached, because %(earlier)s stands before it. Move it up.")
                    % {"row": row.name, "earlier": earlier.name},
                )


@transaction.atomic
def add_calendar(name: str, *, by: Any, at: datetime, **hours: Any) -> CalendarVersion:
    """The working hours of another place, with their first version from now on."""
    require(can_change_settings(by))
    calendar = WorkCalendar.objects.create(name=name, made_at=at)
    record(calendar, "made", by=by, at=at)
    return change_calendar(calendar, by=by, at=at, from_at=at, **hours)


@transaction.atomic
def change_calendar(
    calendar: WorkCalendar,
    *,
    by: Any,
    at: datetime,
    from_at: datetime,
    time_zone: str,
    frames: Mapping[str, Any],
    holidays: Mapping[str, str],
) -> CalendarVersion:
    """Other hours for this place from `from_at` on. Raises Refused("in_the_past", "bad_hours")."""
    require(can_change_settings(by))
    _refuse_past(from_at, at)
    _refuse_bad_hours(time_zone, frames, holidays)
    calendar = WorkCalendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    number = (calendar.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = CalendarVersion.objects.create(
        calendar=calendar,
        number=number,
        from_at=from_at,
        time_zone=time_zone,
        frames=dict(frames),
        holidays=dict(holidays),
        made_at=at,
    )
    record(version, "published", by=by, at=at, calendar=calendar.pk, number=number, from_at=from_at)
    return version


def _refuse_bad_hours(time_zone: str, frames: Mapping[str, Any], holidays: Mapping[str, str]) -> None:
    try:
        ZoneInfo(time_zone)
        calendar = read_calendar({"time_zone": time_zone, "frames": frames, "holidays": list(holidays)})
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise Refused("bad_hours", _("These hours cannot be read. Write them as 09:00-17:00.")) from error
    for day in calendar.frames:
        ends = [end for frame in day for end in frame]
        if ends != sorted(ends) or any(start >= end for start, end in day) or (ends and ends[-1] > 24 * 60):
            raise Refused(
                "bad_hours",
                _("The hours of a day begin before they end, stand in order and do not overlap."),
            )


def keep_promises(*, at: datetime) -> int:
    """Give open tickets what versions promise that have begun since; how many tickets were looked at.

    Looks at them only where a version has begun that was not applied yet, so it costs nothing otherwise.
    """
    begun = Q(applied_at=None, from_at__lte=at)
    policies, versions = Policy.objects.filter(begun), CalendarVersion.objects.filter(begun)
    if not (policies.exists() or versions.exists()):
        return 0
    open_clocks = Clock.objects.open().values_list("ticket", flat=True).distinct()
    looked_at = one_by_one(
        Ticket.objects.filter(pk__in=open_clocks).iterator(), lambda ticket: _renew(ticket, at=at)
    )
    policies.update(applied_at=at)
    versions.update(applied_at=at)
    return looked_at


@transaction.atomic
def _renew(ticket: Ticket, *, at: datetime) -> None:
    wind(lock(ticket), at=at)
