"""The lines of `simulate_clocks`: a case of the clocks as JSON, and its answer. The contract, section 6."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.calendars import Calendar, add, between, read_calendar
from helpdesk.clocks import Happening, Kind, Reading, Targets, clocks_at

MOMENT = "%Y-%m-%dT%H:%M:%SZ"


def answer(line: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one line. Raises ValueError, KeyError or TypeError where it is not of the contract."""
    return {"id": line.get("id"), **ANSWERS[line["kind"]](line)}


def _add(line: Mapping[str, Any]) -> dict[str, Any]:
    reached = add(_calendar(line["calendar"]), _moment(line["start"]), timedelta(seconds=line["seconds"]))
    return {"expect_at": _written(reached)}


def _between(line: Mapping[str, Any]) -> dict[str, Any]:
    worked = between(_calendar(line["calendar"]), _moment(line["start"]), _moment(line["end"]))
    return {"expect_seconds": _seconds(worked)}


def _clock(line: Mapping[str, Any]) -> dict[str, Any]:
    clocks = clocks_at(
        _moment(line["as_of"]),
        map(_happening, line["events"]),
        targets=read_targets(line["targets"]),
        calendar=_calendar(line["calendar"]),
    )
    return {"expect": [_row(reading) for reading in clocks.readings()]}


ANSWERS = {"add": _add, "between": _between, "clock": _clock}


def _calendar(given: Mapping[str, Any] | None) -> Calendar | None:
    return None if given is None else read_calendar(given)


def read_targets(given: Mapping[str, int | None]) -> Targets:
    """Targets as JSON writes them, in seconds; null, 0 and absent are no clock."""
    return {kind: timedelta(seconds=seconds) for kind in Kind if (seconds := given.get(kind))}


def _happening(given: Mapping[str, Any]) -> Happening:
    return Happening(
        at=_moment(given["at"]),
        type=given["type"],
        targets=read_targets(given.get("targets") or {}),
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
    return datetime.strptime(written, MOMENT).replace(tzinfo=UTC)


def _written(moment: datetime | None) -> str | None:
    return moment.strftime(MOMENT) if moment else None


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)
