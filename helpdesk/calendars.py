"""Working time: when a place is at work, how much of that lies between two moments, and where it leads.

Moments are aware datetimes in UTC; a calendar of None means round the clock. Source: the contract of the
clocks, section 2, in docs/clocks.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)

Minutes = int  # since 00:00 on the wall clock; 1440 is 24:00, the 00:00 of the following date
Frame = tuple[Minutes, Minutes]
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Calendar:
    """The hours of a place: frames for each weekday, Monday first, sorted and apart; and its days off."""

    time_zone: ZoneInfo
    frames: tuple[tuple[Frame, ...], ...]
    holidays: frozenset[date] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nobody ever works by it."""
        return not any(self.frames)


def read_calendar(written: Mapping[str, Any]) -> Calendar:
    """A calendar as JSON writes it, in the contract's section 2. Raises ValueError or KeyError."""
    frames = written.get("frames") or {}
    return Calendar(
        time_zone=ZoneInfo(written["time_zone"]),
        frames=tuple(
            tuple((_minutes(start), _minutes(end)) for start, end in frames.get(day, ())) for day in DAYS
        ),
        holidays=frozenset(map(date.fromisoformat, written.get("holidays") or ())),
    )


def _minutes(wall: str) -> Minutes:
    hours, minutes = wall.split(":")
    return int(hours) * 60 + int(minutes)


def between(calendar: Calendar | None, start: datetime, end: datetime) -> timedelta:
    """The working time from `start` to `end`; nothing where `end` is not later."""
    worked = timedelta(0)
    for begins, ends in _stretches(calendar, start):
        if begins >= end:
            break
        worked += min(ends, end) - begins
    return worked


def add(calendar: Calendar | None, start: datetime, working: timedelta) -> datetime | None:
    """The earliest moment at which this much working time has passed since `start`; None where there is none.

    What is used up at the end of a frame gives that end, not the start of the next frame.
    """
    if not working:
        return start
    for begins, ends in _stretches(calendar, start):
        if working <= ends - begins:
            return begins + working
        working -= ends - begins
    return None


def stretches_between(calendar: Calendar | None, start: datetime, end: datetime) -> list[Stretch]:
    """The stretches of working time from `start` to `end`; two that touch are one."""
    found: list[Stretch] = []
    for begins, ends in _stretches(calendar, start):
        if begins >= end:
            break
        if found and found[-1][1] == begins:
            begins = found.pop()[0]
        found.append((begins, min(ends, end)))
    return found


def shown_at(zone: ZoneInfo, wall: datetime) -> datetime:
    """The moment at which the wall clock first shows this; or at which it has jumped over it."""
    return _moment(zone, wall)


def _stretches(calendar: Calendar | None, start: datetime) -> Iterator[Stretch]:
    """The stretches of working time from `start` on, in order and apart."""
    if calendar is None:
        yield start, END_OF_TIME
        return
    if calendar.is_empty:
        return
    # A frame can reach into the next local date, where the clock is set back over midnight.
    day = start.astimezone(calendar.time_zone).date() - DAY
    last = date.max - 2 * DAY
    covered = start
    while day < last:
        for begins, ends in _stretches_on(calendar, day):
            # Both ends only ever grow from frame to frame, so that what has been covered is never met again.
            if ends > covered:
                yield max(begins, covered), ends
                covered = ends
        day += DAY


@lru_cache(maxsize=8192)
def _stretches_on(calendar: Calendar, day: date) -> tuple[Stretch, ...]:
    """What the frames of a local date are in real time; those that shrink to one instant are left out."""
    if day in calendar.holidays:
        return ()
    ends = (
        (_first(calendar.time_zone, day, begins), _last(calendar.time_zone, day, ends))
        for begins, ends in calendar.frames[day.weekday()]
    )
    return tuple((begins, ends) for begins, ends in ends if begins < ends)


def _first(zone: ZoneInfo, day: date, minutes: Minutes) -> datetime:
    return shown_at(zone, _wall(day, minutes))


def _last(zone: ZoneInfo, day: date, minutes: Minutes) -> datetime:
    """The moment at which the wall clock last shows this; or at which it has jumped over it."""
    return _moment(zone, _wall(day, minutes).replace(fold=1))


def _wall(day: date, minutes: Minutes) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)


def _moment(zone: ZoneInfo, wall: datetime) -> datetime:
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    return moment if shown == wall.replace(fold=0) else _end_of_gap(zone, wall.replace(fold=0))


def _end_of_gap(zone: ZoneInfo, wall: datetime) -> datetime:
    """The first moment at which the wall clock shows more than `wall`, which it never shows.

    Read with the offset after the change (fold=1) a skipped time lies before the change, with that before it
    (fold=0) behind it (PEP 495): the change itself lies between, also where a whole date was skipped.
    """
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    behind = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    while behind - before > SECOND:
        middle = before + (behind - before) // 2 // SECOND * SECOND
        if middle.astimezone(zone).replace(tzinfo=None) > wall:
            behind = middle
        else:
            before = middle
    return behind
