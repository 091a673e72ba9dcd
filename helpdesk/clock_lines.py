"""The lines of `simulate_clocks`: a case of the clocks as JSON, and its answer. The contract, section 6."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.calendars import Calendar, add, between, read_calendar
from helpdesk.clock_cases import (
    CaseError,
    check_calendar,
    check_events,
    check_moment,
    check_seconds,
    check_targets,
    part,
)
from helpdesk.clocks import Happening, Kind, Reading, Targets, clocks_at

MOST = 9999 * 366 * 86400  # seconds; no date lies so far from another
MOMENT = "%Y-%m-%dT%H:%M:%SZ"


def answer(line: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one line. Raises CaseError where it is not of the contract."""
    kind = part(line, "kind")
    if not isinstance(kind, str) or kind not in ANSWERS:
        raise CaseError(f"{kind!r} is not a kind of line: write one of {', '.join(ANSWERS)}.")
    return {"id": line.get("id"), **ANSWERS[kind](line)}


def _add(line: Mapping[str, Any]) -> dict[str, Any]:
    calendar, start = _calendar(part(line, "calendar")), _moment(part(line, "start"))
    check_seconds(seconds := part(line, "seconds"))
    # More than time can hold is never reached, by whatever calendar.
    reached = add(calendar, start, timedelta(seconds=seconds)) if seconds <= MOST else None
    return {"expect_at": _written(reached)}


def _between(line: Mapping[str, Any]) -> dict[str, Any]:
    start, end = _moment(part(line, "start")), _moment(part(line, "end"))
    return {"expect_seconds": _seconds(between(_calendar(part(line, "calendar")), start, end))}


def _clock(line: Mapping[str, Any]) -> dict[str, Any]:
    check_events(part(line, "events"))
    clocks = clocks_at(
        _moment(part(line, "as_of")),
        [_happening(event) for event in line["events"]],
        targets=_targets(part(line, "targets")),
        calendar=_calendar(part(line, "calendar")),
    )
    return {"expect": [_row(reading) for reading in clocks.readings()]}


ANSWERS = {"add": _add, "between": _between, "clock": _clock}


def _calendar(given: Mapping[str, Any] | None) -> Calendar | None:
    check_calendar(given)
    return None if given is None else read_calendar(given)


def _targets(given: Mapping[str, int | None]) -> Targets:
    check_targets(given)
    return read_targets(given)


def read_targets(given: Mapping[str, int | None]) -> Targets:
    """Targets as JSON writes them, in seconds; null, 0 and absent are no clock."""
    return {kind: timedelta(seconds=seconds) for kind in Kind if (seconds := given.get(kind))}


def _happening(given: Mapping[str, Any]) -> Happening:
    return Happening(
        at=_moment(given["at"]),
        type=given["type"],
        targets=_targets(given.get("targets") or {}),
        calendar=_calendar(given.get("calendar")),
    )


def _row(reading: Reading) -> dict[str, Any]:
    return {
        "clock": reading.kind,
        "instance": reading.instance,
        "state": reading.state,
        "due_at": _written(reading.due_at),
        "met_at": _written(reading.met_at),
        "spent_seconds": _seconds(reading.spent),
    }


def _moment(written: str) -> datetime:
    check_moment(written)
    try:
        return datetime.strptime(written, MOMENT).replace(tzinfo=UTC)
    except ValueError:
        raise CaseError(f"{written!r} is not a moment that there was or will be.") from None


def _written(moment: datetime | None) -> str | None:
    return moment.strftime(MOMENT) if moment else None


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)
