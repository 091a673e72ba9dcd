"""Whether a case of `simulate_clocks` is one of the contract, and if not, why, in a sentence.

The engine counts whatever it is given: hours that do not exist or events out of order would give figures that
look right. Source: the contract of the clocks, in docs/clocks.md.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.calendars import DAYS
from helpdesk.clocks import EFFECTS, Kind

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WALL = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")


class CaseError(ValueError):
    """What is wrong with a case, as a sentence for whoever wrote it."""


def part(of: Any, name: str) -> Any:
    """What stands under this name."""
    if not isinstance(of, Mapping):
        raise CaseError(f"An object with “{name}” is expected.")
    if name not in of:
        raise CaseError(f"“{name}” is missing.")
    return of[name]


def check_moment(written: Any) -> None:
    if not isinstance(written, str) or not MOMENT.fullmatch(written):
        raise CaseError(f"{written!r} is not a moment written YYYY-MM-DDTHH:MM:SSZ.")


def check_seconds(given: Any) -> None:
    # True is a number to Python, and a mistake here.
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise CaseError(f"{given!r} is not a number of whole seconds from 0.")


def check_targets(given: Any) -> None:
    if not isinstance(given, Mapping):
        raise CaseError("Targets are an object with seconds or null for each clock.")
    for kind in Kind:
        if given.get(kind) is not None:
            check_seconds(given[kind])


def check_calendar(given: Any) -> None:
    """Null, or an object of the contract's section 2."""
    if given is None:
        return
    _check_zone(part(given, "time_zone"))
    frames = given.get("frames") or {}
    if not isinstance(frames, Mapping):
        raise CaseError("Frames are an object with a list for each day.")
    for day, of_day in frames.items():
        if day not in DAYS:
            raise CaseError(f"{day!r} is not a day: write one of {', '.join(DAYS)}.")
        _check_day(day, of_day)
    for holiday in given.get("holidays") or ():
        _check_date(holiday)


def _check_zone(name: Any) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, TypeError, AttributeError, OSError):  # a folder of zones is an OSError
        raise CaseError(f"{name!r} is not a time zone of the IANA database.") from None


def _check_day(day: str, frames: Any) -> None:
    if not isinstance(frames, list):
        raise CaseError(f"The frames of {day} are not a list.")
    until = "00:00"
    for frame in frames:
        if not isinstance(frame, list) or len(frame) != 2 or not all(map(_is_wall, frame)):
            raise CaseError(f"{frame!r} of {day} is not a frame: write two times from 00:00 to 24:00.")
        start, end = frame
        # Times of two digits each are in the order of their letters.
        if start >= end:
            raise CaseError(f"The frame {start}-{end} of {day} ends before it has begun.")
        if start < until:
            raise CaseError(f"The frame {start}-{end} of {day} begins before the one before it ends.")
        until = end


def _is_wall(written: Any) -> bool:
    return isinstance(written, str) and bool(WALL.fullmatch(written))


def _check_date(written: Any) -> None:
    try:
        if not DATE.fullmatch(written):
            raise ValueError
        date.fromisoformat(written)
    except (TypeError, ValueError):
        raise CaseError(f"{written!r} is not a date written YYYY-MM-DD.") from None


def check_events(events: Any) -> None:
    """A list that begins with `opened`, which occurs once, in order of their moments."""
    if not isinstance(events, list) or not events:
        raise CaseError("Events are a list that begins with “opened”.")
    before = ""
    for number, event in enumerate(events):
        of_type, at = part(event, "type"), part(event, "at")
        if not isinstance(of_type, str) or of_type not in EFFECTS:
            raise CaseError(f"{of_type!r} is not a type of event.")
        if (of_type == "opened") != (number == 0):
            raise CaseError("The first event is “opened”, and it occurs once.")
        check_moment(at)
        if at < before:
            raise CaseError(f"The event of {at} stands behind one of {before}: events are in order.")
        before = at
