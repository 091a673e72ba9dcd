"""The clocks keep their contract: its worked cases, and a naive second reading on generated histories."""

import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.calendars import Calendar, add, between
from helpdesk.clocks import Happening, Kind, clocks_at
from tests.helpdesk import naive_clocks
from tests.helpdesk.naive_clocks import MINUTE, Minutes

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "sla_cases.jsonl").read_text().splitlines()
]
# Each with the week in which its clock does something rare: half an hour, over midnight, a whole date.
ZONES = {
    "UTC": date(2026, 3, 1),
    "Europe/Berlin": date(2026, 10, 23),
    "America/St_Johns": date(2026, 3, 6),
    "Australia/Lord_Howe": date(2026, 4, 3),
    "Asia/Kathmandu": date(2026, 5, 1),
    "America/Havana": date(2026, 10, 30),
    "Atlantic/Azores": date(2026, 10, 23),
    "America/Scoresbysund": date(2026, 10, 23),
    "Pacific/Apia": date(2011, 12, 28),
    "Africa/Cairo": date(2026, 4, 22),
}
WEEK = 7 * 24 * 60


def simulate(*lines):
    """What the command answers to these lines."""
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in lines)))
        call_command("simulate_clocks", stdout=out, stderr=StringIO())
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_worked_case(case):
    (answer,) = simulate(json.dumps(case))
    assert answer["id"] == case["id"]
    for part in ("expect", "expect_at", "expect_seconds"):
        assert answer.get(part) == case.get(part)


def test_answers_come_in_the_order_of_the_lines_and_blank_lines_are_skipped():
    lines = [json.dumps(case) for case in CASES[:3]]
    answers = simulate(lines[0], "", lines[1], "   ", lines[2])
    assert [answer["id"] for answer in answers] == [case["id"] for case in CASES[:3]]


def test_a_line_that_cannot_be_read_keeps_its_place():
    answers = simulate("{", json.dumps(CASES[0]))
    assert "error" in answers[0]
    assert answers[1]["id"] == CASES[0]["id"]


def test_an_answer_to_a_broken_case_names_the_case_and_the_next_ones_come():
    deep = '{"id": "deep", "kind": ' + "[" * 100_000 + "]" * 100_000 + "}"
    lost = {**CASES[0], "id": "mars", "calendar": {"time_zone": "Mars/Olympus"}}
    first, second, third = simulate(deep, json.dumps(lost), json.dumps(CASES[0]))
    assert (first["line"], first["id"]) == (1, "deep")
    assert (second["line"], second["id"]) == (2, "mars")
    assert "error" not in third


NINE = "2024-05-06T09:00:00Z"
OPENED = {"at": NINE, "type": "opened"}


def adding(**given):
    return {"id": 7, "kind": "add", "calendar": None, "start": NINE, "seconds": 60, **given}


def worked(**calendar):
    return adding(calendar={"time_zone": "Europe/Berlin", **calendar})


def happened(*events, **given):
    return {
        "id": 7,
        "kind": "clock",
        "calendar": None,
        "targets": {},
        "as_of": NINE,
        "events": events,
        **given,
    }


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (worked(frames={"mon": [["10:00", "25:00"]]}), "not a frame"),
        (worked(frames={"mon": [["24:00", "24:00"]]}), "ends before"),
        (worked(frames={"mon": [["9:00", "12:00"]]}), "not a frame"),
        (worked(frames={"mon": [["10:00", "09:00"]]}), "ends before"),
        (worked(frames={"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}), "begins before"),
        (worked(frames={"moonday": []}), "not a day"),
        (worked(holidays=["2024-02-30"]), "not a date"),
        (worked(time_zone="Europe"), "not a time zone"),
        (worked(time_zone=3), "not a time zone"),
        (adding(seconds=1.5), "whole seconds"),
        (adding(seconds=-60), "whole seconds"),
        (adding(seconds=True), "whole seconds"),
        (adding(start="2024-5-6T9:0:0Z"), "not a moment"),
        (adding(start="2024-02-30T09:00:00Z"), "not a moment"),
        (adding(kind=[]), "not a kind"),
        ({"id": 7, "kind": "add"}, "“calendar” is missing"),
        (happened(), "begins with"),
        (happened(OPENED, OPENED), "occurs once"),
        (happened({"at": NINE, "type": "staff_wrote"}), "occurs once"),
        (happened(OPENED, {"at": NINE, "type": "sang"}), "not a type"),
        (happened(OPENED, {"at": "2024-05-06T08:00:00Z", "type": "waiting"}), "in order"),
        (happened(OPENED, targets={"resolution": -1}), "whole seconds"),
    ],
)
def test_case_that_cannot_be_is_refused_by_name_and_in_words(case, why):
    (answer,) = simulate(json.dumps(case))
    assert (answer["id"], answer["line"]) == (7, 1)
    assert why in answer["error"]


@pytest.mark.parametrize("calendar", [None, {"time_zone": "Europe/Berlin"}])
@pytest.mark.parametrize("seconds", [10**12, 10**30])
def test_what_time_cannot_hold_is_never_reached(calendar, seconds):
    assert simulate(json.dumps(adding(calendar=calendar, seconds=seconds))) == [{"id": 7, "expect_at": None}]


def test_bytes_that_are_no_text_break_their_own_line_only(monkeypatch):
    given = b'{"id": \xff}\n' + json.dumps(adding()).encode()
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(given), encoding="utf-8"))
    out = StringIO()
    call_command("simulate_clocks", stdout=out, stderr=StringIO())
    first, second = map(json.loads, out.getvalue().splitlines())
    assert "error" in first
    assert second["expect_at"] == "2024-05-06T09:01:00Z"


@st.composite
def frames(draw):
    """Up to three frames of a day, sorted and apart; one may end where the next begins."""
    ends = sorted(draw(st.lists(st.integers(0, 96), unique=True, max_size=4)))
    cut = [15 * end for end in ends]
    return tuple(zip(cut[::2], cut[1::2], strict=False))


@st.composite
def calendars(draw, zone):
    holidays = draw(st.sets(st.integers(0, 6), max_size=2))
    return Calendar(
        time_zone=ZoneInfo(zone),
        frames=tuple(draw(frames()) for _ in range(7)),
        holidays=frozenset(ZONES[zone] + timedelta(days=day) for day in holidays),
    )


@st.composite
def weeks(draw):
    """A zone's remarkable week, and a calendar of it."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    first = datetime.combine(ZONES[zone], datetime.min.time(), UTC)
    return first, draw(calendars(zone)), zone


@settings(max_examples=60, deadline=None)
@given(weeks(), st.integers(0, WEEK), st.integers(0, 3000))
def test_working_time_is_what_counting_minutes_gives(week, start, length):
    first, calendar, _zone = week
    minutes = Minutes(first, first + (WEEK + 3000) * MINUTE, [calendar])
    worked = between(calendar, first + start * MINUTE, first + (start + length) * MINUTE)
    assert worked == sum(minutes.worked[0][start : start + length]) * MINUTE


@settings(max_examples=60, deadline=None)
@given(weeks(), st.integers(0, WEEK), st.integers(0, 4000))
def test_adding_working_time_is_the_inverse_of_counting_it(week, start, working):
    first, calendar, _zone = week
    begins = first + start * MINUTE
    reached = add(calendar, begins, working * MINUTE)
    if reached is None:
        assert calendar.is_empty
        return
    assert between(calendar, begins, reached) == working * MINUTE
    if working:  # and no earlier moment would do
        assert between(calendar, begins, reached - MINUTE) == (working - 1) * MINUTE


TARGETS = st.dictionaries(st.sampled_from(list(Kind)), st.sampled_from([1, 30, 60, 240, 600]))
QUIET = (
    "staff_wrote",
    "person_wrote",
    "no_answer_needed",
    "waiting",
    "resumed",
    "resolved",
    "dropped",
    "reopened",
)


@st.composite
def histories(draw):
    """What happened on a ticket within a few days of a remarkable week, edits of its policy among it."""
    first, calendar, zone = draw(weeks())
    known = [calendar, draw(calendars(zone)), None]
    at, events = 0, [{"at": first, "type": "opened"}]
    for _ in range(draw(st.integers(0, 9))):
        at += draw(st.sampled_from([0, 0, 1, 29, 30, 60, 240, 601]))
        kind = draw(st.sampled_from([*QUIET, "targets_changed", "calendar_changed"]))
        event = {"at": first + at * MINUTE, "type": kind}
        if kind == "targets_changed":
            event["targets"] = draw(TARGETS)
        if kind == "calendar_changed":
            event["calendar"] = draw(st.integers(0, 2))
        events.append(event)
    as_of = first + (at + draw(st.sampled_from([0, 1, 60, 700, 3000]))) * MINUTE
    return events, draw(TARGETS), known, as_of


def read_by_the_engine(events, targets, known, as_of):
    def lengths(given):
        return {kind: count * MINUTE for kind, count in given.items()}

    heard = [
        Happening(
            at=event["at"],
            type=event["type"],
            targets=lengths(event.get("targets", {})),
            calendar=known[event.get("calendar", 0)],
        )
        for event in events
    ]
    clocks = clocks_at(as_of, heard, targets=lengths(targets), calendar=known[0])
    return sorted(
        (row.kind, row.instance, row.state, row.due_at, row.met_at, row.spent // MINUTE)
        for row in clocks.readings()
    )


@settings(max_examples=250, deadline=None)
@given(histories())
def test_engine_agrees_with_the_naive_reading(history):
    events, targets, known, as_of = history
    naive = naive_clocks.rows(events, targets=targets, calendars=known, as_of=as_of)
    horizon = as_of + (naive_clocks.AHEAD) * MINUTE
    ours = read_by_the_engine(*history)
    assert [near(row, horizon) for row in ours] == [near(row, horizon) for row in naive]


def near(row, horizon):
    """The row; a due moment that the naive reading does not look for is left open in both."""
    kind, number, state, due, met, spent = row
    return kind, number, state, due if due and due < horizon else None, met, spent
