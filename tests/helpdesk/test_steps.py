"""When steps are due: the engine with marks, against the engine with scaled targets, and its promises."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.clocks import Happening, Kind, Mark, clocks_at
from helpdesk.steps import Planned, coming, mark_of, marks_of
from tests.factories import NOON
from tests.helpdesk.naive_clocks import MINUTE
from tests.helpdesk.test_clock_contract import histories

HOUR = timedelta(hours=1)
SHARES = (10, 50, 75)
ALL_MARKS = [*(Mark(share) for share in SHARES), Mark(after=-30 * MINUTE), Mark(), Mark(after=HOUR)]
STEPS = [Planned(kind, f"step-{n}", mark, n) for kind in Kind for n, mark in enumerate(ALL_MARKS)]


def clocks_of(history, as_of, *, percent=100, marks=None):
    """The history as the engine reads it, its targets scaled."""
    events, targets, known, _as_of = history

    def scaled(given):
        return {kind: count * MINUTE * percent // 100 for kind, count in given.items()}

    heard = [
        Happening(
            event["at"], event["type"], scaled(event.get("targets", {})), known[event.get("calendar", 0)]
        )
        for event in events
    ]
    return clocks_at(as_of, heard, targets=scaled(targets), calendar=known[0], marks=marks)


def moments(history):
    """The moments at which a sweep may come by."""
    return sorted({event["at"] for event in history[0]} | {history[3]})


@settings(max_examples=150, deadline=None)
@given(histories())
def test_share_is_due_when_the_clock_with_that_share_of_its_target_would_be(history):
    # Only these two begin and end whether or not they were missed, so scaling leaves their instances alone.
    for share in SHARES:
        scaled = {
            (row.kind, row.instance): row.due_at
            for row in clocks_of(history, history[3], percent=share).readings()
        }
        for row in clocks_of(history, history[3], marks=marks_of(STEPS)).readings():
            if row.kind in (Kind.FIRST_RESPONSE, Kind.RESOLUTION) and row.closed_at is None:
                assert row.marks[Mark(share)] == scaled[row.kind, row.instance]


@settings(max_examples=150, deadline=None)
@given(histories())
def test_marks_change_nothing_of_what_a_clock_shows(history):
    def shown(clocks):
        return [(r.kind, r.instance, r.run, r.state, r.due_at, r.met_at, r.spent) for r in clocks.readings()]

    plain, marked = (clocks_of(history, history[3], marks=marks) for marks in (None, marks_of(STEPS)))
    assert shown(plain) == shown(marked)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_point_that_was_passed_stays_where_it_was_for_the_run(history):
    passed = {}
    for at in moments(history):
        for row in clocks_of(history, at, marks=marks_of(STEPS)).readings():
            for mark, moment in row.marks.items() if row.closed_at is None else ():
                key = (row.kind, row.instance, row.run, mark)
                assert passed.get(key, moment) == moment
                if moment and moment < at:
                    passed[key] = moment


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(0, 3))
def test_sweeps_take_each_step_once_in_order_and_never_early(history, missed_sweeps):
    taken, order = set(), []
    for at in moments(history)[missed_sweeps:]:
        readings = clocks_of(history, at, marks=marks_of(STEPS)).readings()
        due = [step for step in coming(readings, STEPS, taken) if step.due_at <= at]
        assert [step.due_at for step in due] == sorted(step.due_at for step in due)
        assert taken.isdisjoint(step.taken for step in due)
        taken |= {step.taken for step in due}
        order.append(due)
    assert sum(map(len, order)) == len(taken)


def ahead(happenings, as_of, *steps, taken=(), target=10 * HOUR):
    clocks = clocks_at(
        as_of,
        [Happening(NOON, "opened"), *happenings],
        targets={Kind.RESOLUTION: target},
        calendar=None,
        marks=marks_of(steps),
    )
    return [(step.key, step.due_at) for step in coming(clocks.readings(), steps, taken)]


def step(key, when, *, percent=None, length=None, place=0):
    return Planned(Kind.RESOLUTION, key, mark_of(when, percent=percent, length=length), place)


HALF, SOON, DUE = step("half", "share", percent=50), step("soon", "before", length=HOUR), step("due", "at")
LATE = step("late", "after", length=2 * HOUR)


def test_steps_come_in_the_order_of_their_moments():
    assert ahead([], NOON, LATE, DUE, SOON, HALF) == [
        ("half", NOON + 5 * HOUR),
        ("soon", NOON + 9 * HOUR),
        ("due", NOON + 10 * HOUR),
        ("late", NOON + 12 * HOUR),
    ]


def test_paused_clock_has_no_step_ahead_but_those_that_it_has_passed():
    paused = [Happening(NOON + 6 * HOUR, "waiting")]
    assert ahead(paused, NOON + 20 * HOUR, HALF, SOON, DUE) == [("half", NOON + 5 * HOUR)]


def test_pause_moves_what_is_still_ahead():
    paused = [Happening(NOON + HOUR, "waiting"), Happening(NOON + 4 * HOUR, "resumed")]
    assert ahead(paused, NOON + 4 * HOUR, HALF) == [("half", NOON + 8 * HOUR)]


def test_deadline_that_moved_back_leaves_a_passed_step_at_its_true_time():
    edit = Happening(NOON + 9.5 * HOUR, "targets_changed", targets={Kind.RESOLUTION: 40 * HOUR})
    assert ahead([edit], NOON + 10 * HOUR, SOON) == [("soon", NOON + 9 * HOUR)]


def test_deadline_that_moved_forward_makes_a_step_overdue_at_once():
    edit = Happening(NOON + 4 * HOUR, "targets_changed", targets={Kind.RESOLUTION: 4.5 * HOUR})
    assert ahead([edit], NOON + 4 * HOUR, SOON) == [("soon", NOON + 3.5 * HOUR)]


def test_step_before_the_end_of_a_shorter_clock_is_due_as_it_begins():
    assert ahead([], NOON, SOON, target=HOUR / 2) == [("soon", NOON)]


def test_closed_clock_has_nothing_ahead_of_it():
    assert ahead([Happening(NOON + 11 * HOUR, "resolved")], NOON + 20 * HOUR, HALF, DUE, LATE) == []


def test_after_a_breach_time_is_real_time_also_in_a_pause():
    paused = [Happening(NOON + 11 * HOUR, "waiting")]
    assert ahead(paused, NOON + 11 * HOUR, LATE) == [("late", NOON + 12 * HOUR)]
