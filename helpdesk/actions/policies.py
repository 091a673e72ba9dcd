"""What is promised changes: policies and working hours in versions, each from a stated moment on."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from helpdesk.actions.clocks import in_force, wind
from helpdesk.actions.planning import refuse_bad_steps
from helpdesk.actions.tickets import lock
from helpdesk.calendars import read_calendar
from helpdesk.clocks import Kind
from helpdesk.models import (
    CalendarVersion,
    Clock,
    Level,
    Policy,
    PolicyRow,
    Priority,
    Step,
    Ticket,
    WorkCalendar,
)
from helpdesk.models.tickets import UNFINISHED
from helpdesk.permissions import can_change_settings, is_system
from helpdesk.steps import What, When
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


# A key means the same in every row, so that a case that changes its row takes no step twice in a run.
_HALF = {"key": "half", "when": When.SHARE, "percent": 50}
_MOST = {"key": "most", "when": When.SHARE, "percent": 75}
_SOON = {"key": "soon", "when": When.BEFORE, "length": timedelta(minutes=30)}
_DUE = {"key": "due", "when": When.AT}
_LATE = {"key": "late", "when": When.AFTER, "length": timedelta(hours=2)}
_LATER = {"key": "later", "when": When.AFTER, "length": timedelta(days=1)}
_HAND_ON = {"what": What.HAND}


def _tell(level: Level) -> dict[str, Any]:
    return {"what": What.TELL, "level": level}


FIRST_STEPS: dict[str, dict[tuple[Kind, ...], tuple[dict[str, Any], ...]]] = {
    "In danger": {
        (Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE): (
            _HALF | _tell(Level.LEAD),
            _SOON | {"what": What.REASSIGN},
            _DUE | _HAND_ON,
            _LATE | _tell(Level.EXECUTIVE),
        ),
        (Kind.RESOLUTION,): (_MOST | _tell(Level.LEAD), _DUE | _HAND_ON, _LATER | _tell(Level.EXECUTIVE)),
    },
    "Everybody": {
        (Kind.NEXT_RESPONSE,): (_MOST | _tell(Level.MODERATOR), _DUE | _tell(Level.LEAD)),
        (Kind.RESOLUTION,): (
            _HALF | _tell(Level.MODERATOR),
            _MOST | {"what": What.RAISE},
            _DUE | _HAND_ON,
            _LATER | _HAND_ON,
        ),
    },
}


@transaction.atomic
def publish_policy(
    rows: Sequence[PolicyRow],
    *,
    by: Any,
    at: datetime,
    from_at: datetime,
    steps: Sequence[Step] | None = None,
    after: int | None = None,
) -> Policy:
    """Promise this from `from_at` on; the rows, not saved yet, are read from the top.

    `steps` name the rows, as little saved. Without them each row keeps those of the row that was for the same
    cases, or else for everybody: an edit of the table alone lets no case go without escalation.
    Open tickets get their row of it from that moment on: by `keep_promises`, or with their next event.
    `after` is the number of the version that was edited; whoever edits it too comes second.
    Raises Refused("in_the_past", "no_row_for_all", "never_reached", "changed_meanwhile", "hours_ended"), and
    what `refuse_bad_steps` raises.
    """
    require(is_system(by) or can_change_settings(by))
    refuse_past(from_at, at)
    refuse_gaps(rows)
    refuse_bad_steps(rows, steps or (), hours=in_force(from_at).hours, at=from_at)
    # Numbers follow each other: two who publish at once wait here, and do not fail at the constraint.
    list(Policy.objects.select_for_update().values_list("pk")[:1])
    if after is not None and Policy.objects.filter(number__gt=after).exists():
        raise _published_since()
    _refuse_ended_hours(rows)
    last = Policy.objects.order_by("-number").first()
    number = last.number + 1 if last else 1
    policy = Policy.objects.create(number=number, from_at=from_at, made_at=at)
    for place, row in enumerate(rows, 1):
        row.policy, row.place = policy, place
    PolicyRow.objects.bulk_create(rows)
    Step.objects.bulk_create(_kept_steps(rows, last) if steps is None else steps)
    record(policy, "published", by=by, at=at, number=number, from_at=from_at, rows=len(rows))
    return policy


def _kept_steps(rows: Sequence[PolicyRow], last: Policy | None) -> list[Step]:
    before = list(last.rows.prefetch_related("steps")) if last else []
    kept = []
    for row in rows if before else ():
        model = next((each for each in before if each.conditions == row.conditions), before[-1])
        kept += [_copy(step, row) for step in model.steps.all() if getattr(row, step.clock)]
    return kept


def _copy(step: Step, row: PolicyRow) -> Step:
    names = ("clock", "place", "key", "when", "percent", "length", "what", "level")
    return Step(row=row, **{name: getattr(step, name) for name in names})


def make_first_policy(*, at: datetime) -> Policy | None:
    """What a new installation promises, where nothing is promised yet. Safe to repeat."""
    if Policy.objects.exists():
        return None
    rows = [PolicyRow(**row) for row in FIRST_ROWS]
    return publish_policy(rows, by=SYSTEM, at=at, from_at=at, steps=_first_steps(rows))


def _first_steps(rows: Sequence[PolicyRow]) -> list[Step]:
    return [
        Step(row=row, clock=clock, place=place, **step)
        for row, values in zip(rows, FIRST_ROWS, strict=True)
        for clocks, steps in FIRST_STEPS[values["name_en"]].items()
        for clock in clocks
        for place, step in enumerate(steps)
    ]


def refuse_past(from_at: datetime, at: datetime) -> None:
    """A version begins when it is published, or later. Raises Refused."""
    if from_at < at:
        raise Refused(
            "in_the_past",
            _(
                "What was promised in the past stays as it was. Choose a moment that is still to come, "
                "or leave the field empty to begin at once."
            ),
            field="from_at",
        )


def _published_since() -> Refused:
    return Refused(
        "changed_meanwhile",
        _("Somebody has published another version since. Look at it, then make your change in it."),
    )


def _refuse_ended_hours(rows: Sequence[PolicyRow]) -> None:
    """Held until the commit: `end_calendar` holds them too, and then looks for rows that count by them."""
    asked = {row.calendar_id for row in rows if row.calendar_id}
    named = WorkCalendar.objects.select_for_update(no_key=True).filter(pk__in=asked).order_by("pk")
    for calendar in named:
        if calendar.ended_at is not None:
            raise Refused(
                "hours_ended",
                _("The working hours %(name)s have ended since. Choose others for the rows that name them.")
                % {"name": calendar.name},
            )


def refuse_gaps(rows: Sequence[PolicyRow]) -> None:
    """A table that leaves nobody out, and whose every row can be reached. Raises Refused."""
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
def add_calendar(names: Mapping[str, str], *, by: Any, at: datetime, **hours: Any) -> CalendarVersion:
    """The working hours of another place, named in each language, with their first version from now on."""
    require(can_change_settings(by))
    calendar = WorkCalendar.objects.create(**names, made_at=at)
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
    after: int | None = None,
) -> CalendarVersion:
    """Other hours for this place from `from_at` on.

    `after` is the number of the version that was edited; whoever edits it too comes second.
    Raises Refused("in_the_past", "bad_hours", "ended", "changed_meanwhile").
    """
    require(can_change_settings(by))
    refuse_past(from_at, at)
    refuse_bad_hours(time_zone, frames, holidays)
    calendar = WorkCalendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    if calendar.ended_at is not None:
        raise Refused("ended", _("These working hours have ended. Add others in their place."))
    last = calendar.versions.aggregate(last=Max("number"))["last"] or 0
    if after is not None and last > after:
        raise _published_since()
    number = last + 1
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


def refuse_bad_hours(time_zone: str, frames: Mapping[str, Any], holidays: Mapping[str, str]) -> None:
    """Hours by which one can count. Raises Refused."""
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
    # Taken down first: what is published while the tickets are gone through is for the next sweep.
    policies = list(Policy.objects.filter(begun).values_list("pk", flat=True))
    versions = list(CalendarVersion.objects.filter(begun).values_list("pk", flat=True))
    if not (policies or versions):
        return 0
    # An unfinished case without a clock counts too: a version can promise it something for the first time.
    owed = Q(pk__in=Clock.objects.open().values("ticket")) | Q(status__in=UNFINISHED)
    looked_at = one_by_one(Ticket.objects.filter(owed).iterator(), lambda ticket: _renew(ticket, at=at))
    Policy.objects.filter(pk__in=policies).update(applied_at=at)
    CalendarVersion.objects.filter(pk__in=versions).update(applied_at=at)
    return looked_at


@transaction.atomic
def _renew(ticket: Ticket, *, at: datetime) -> None:
    wind(lock(ticket), at=at)
