"""Turns on the wall clock, read a second time minute by minute; and who stands in for whom."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.calendars import Calendar
from helpdesk.rotas import Layer, Plan, StandIn, gaps, in_force, on_call_at, timetable, twice
from tests.helpdesk.naive_clocks import place, wall_clock

AMIR, LENA, RITA, OTTO = (UUID(int=number) for number in range(1, 5))
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
MINUTE = timedelta(minutes=1)
LENGTH = 9 * 24 * 60  # minutes that are read naively
# Places and the days around which their clocks are set: an hour, half an hour, a whole date, never.
PLACES = [
    ("Europe/Berlin", datetime(2026, 3, 25, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 21, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 1, tzinfo=UTC)),
    ("America/St_Johns", datetime(2026, 10, 29, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 27, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 11, 20, tzinfo=UTC)),
]


def wall(*numbers):
    """What a wall clock shows."""
    return utc(*numbers).replace(tzinfo=None)


def utc(*numbers):
    return datetime(*numbers, tzinfo=UTC)


MONDAY_AT_NINE = wall(2026, 1, 5, 9)


def layer(*order, zone="Europe/Berlin", first=MONDAY_AT_NINE, length=WEEK, hours=None):
    return Layer("First", ZoneInfo(zone), order or (AMIR, LENA), first, length, hours)


def plan(*layers, number=1, from_at=datetime(2000, 1, 1, tzinfo=UTC)):
    return Plan(number, from_at, layers)


def people(duties):
    return [(duty.person, duty.start, duty.end) for duty in duties]


# --- against the naive reading ---


@st.composite
def drawn_layers(draw):
    zone, start = draw(st.sampled_from(PLACES))
    first = datetime.combine(
        start.date() + draw(st.integers(-20, 20)) * DAY,
        time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 15, 30]))),
    )
    length = draw(st.sampled_from([HOUR, 2 * HOUR, 5 * HOUR, 12 * HOUR, DAY, 3 * DAY, WEEK, 2 * WEEK]))
    order = draw(st.permutations([AMIR, LENA, RITA]))[: draw(st.integers(1, 3))]
    frames = draw(st.none() | st.tuples(st.integers(0, 1439), st.integers(1, 1440)))
    hours = None
    if frames:
        days = draw(st.sets(st.integers(0, 6), min_size=1))
        both = (frames[0], frames[0] + frames[1])
        hours = Calendar(ZoneInfo(zone), tuple((both,) if day in days else () for day in range(7)))
    return start, layer(*order, zone=zone, first=first, length=length, hours=hours)


def naive_turns(a_layer, start):
    """Who is on call at each minute, by looking at the wall clock at each."""
    margin = 3 * 24 * 60
    shown, once, last = wall_clock(a_layer.zone, start, LENGTH + 2 * margin)
    number = (shown[0] - a_layer.first) // a_layer.length
    found = [None] * len(shown)
    while (due := a_layer.first + number * a_layer.length) <= shown[-1]:
        person = a_layer.order[number % len(a_layer.order)]
        begins = place(shown, once, due) if due > shown[0] else 0
        for minute in range(begins, len(shown)):  # each next one paints over the rest
            found[minute] = person
        number += 1
    on = naive_hours(a_layer.hours, shown, once, last)
    return [person if there else None for person, there in zip(found, on, strict=True)][
        margin : margin + LENGTH
    ]


def naive_hours(hours, shown, once, last):
    on = [hours is None] * len(shown)
    day = shown[0].date()
    while hours and day <= shown[-1].date():
        for begins, ends in hours.frames[day.weekday()]:
            midnight = datetime.combine(day, time())
            a, b = (
                place(shown, once, midnight + begins * MINUTE),
                place(shown, last, midnight + ends * MINUTE),
            )
            on[a:b] = [True] * len(on[a:b])
        day += DAY
    return on


def painted(duties, start):
    """Who is on call at each minute; fails where two are."""
    found = [None] * LENGTH
    for duty in duties:
        a, b = (duty.start - start) // MINUTE, (duty.end - start) // MINUTE
        assert found[a:b] == [None] * (b - a)
        found[a:b] = [duty.person] * (b - a)
    return found


@settings(max_examples=60, deadline=None)
@given(drawn_layers())
def test_each_covered_minute_has_the_one_person_whom_the_wall_clock_names(drawn):
    start, drawn_layer = drawn
    duties = timetable([plan(drawn_layer)], [], start, start + LENGTH * MINUTE)
    assert painted(duties, start) == naive_turns(drawn_layer, start)


@settings(max_examples=60, deadline=None)
@given(
    drawn_layers(),
    st.lists(
        st.tuples(st.permutations([AMIR, LENA, RITA, OTTO]), st.integers(0, LENGTH), st.integers(1, LENGTH)),
        max_size=4,
    ),
)
def test_changes_cover_exactly_what_they_say_one_after_the_other(drawn, written):
    start, drawn_layer = drawn
    changes = [
        (StandIn(out, person, start + a * MINUTE, start + (a + b) * MINUTE),)
        for (out, person, *_rest), a, b in written
    ]
    expected = naive_turns(drawn_layer, start)
    for (way,) in changes:
        for minute, person in enumerate(expected):
            if person == way.out and way.start <= start + minute * MINUTE < way.end:
                expected[minute] = way.person
    duties = timetable([plan(drawn_layer)], changes, start, start + LENGTH * MINUTE)
    assert painted(duties, start) == expected


@settings(max_examples=30, deadline=None)
@given(drawn_layers(), st.integers(1, LENGTH - 1))
def test_looking_at_less_shows_the_same(drawn, cut):
    start, drawn_layer = drawn
    middle, end = start + cut * MINUTE, start + LENGTH * MINUTE
    plans = [plan(drawn_layer)]
    halves = [*timetable(plans, [], start, middle), *timetable(plans, [], middle, end)]
    assert painted(halves, start) == painted(timetable(plans, [], start, end), start)


# --- hand-overs ---


@pytest.mark.parametrize(
    ("before", "after"),
    [((2026, 3, 28, 8), (2026, 3, 29, 7)), ((2026, 10, 24, 7), (2026, 10, 25, 8))],
)
def test_hand_over_is_at_nine_by_the_wall_clock_also_when_it_was_set(before, after):
    daily = layer(length=DAY)
    assert daily.hand_over(daily.turn_at(utc(*before))) == utc(*before)
    assert daily.hand_over(daily.turn_at(utc(*after))) == utc(*after)


def test_hand_over_at_a_time_that_is_skipped_is_where_the_clock_jumped():
    daily = layer(first=wall(2026, 3, 1, 2, 30), length=DAY)
    turn = daily.turn_at(utc(2026, 3, 29, 12))
    assert daily.hand_over(turn) == utc(2026, 3, 29, 1)


def test_hand_over_at_a_time_that_is_shown_twice_is_at_the_first():
    daily = layer(first=wall(2026, 3, 1, 2, 30), length=DAY)
    turn = daily.turn_at(utc(2026, 10, 25, 12))
    assert daily.hand_over(turn) == utc(2026, 10, 25, 0, 30)


def test_turn_of_a_date_that_a_place_skipped_begins_where_its_clock_jumped():
    daily = layer(zone="Pacific/Apia", first=wall(2011, 12, 1, 9), length=DAY)
    duties = timetable([plan(daily)], [], utc(2011, 12, 28), utc(2012, 1, 2))
    assert all(duty.start < duty.end for duty in duties)
    assert [duty.start for duty in duties][3:5] == [utc(2011, 12, 30, 10), utc(2011, 12, 30, 19)]


def test_turns_before_the_first_hand_over_follow_the_same_order():
    weekly = layer(AMIR, LENA, RITA)
    duties = timetable([plan(weekly)], [], utc(2025, 12, 29, 8), utc(2026, 1, 12, 8))
    assert [duty.person for duty in duties] == [RITA, AMIR]


def test_nights_belong_to_the_day_on_which_they_begin():
    nights = Calendar(ZoneInfo("UTC"), tuple(((22 * 60, 30 * 60),) if day == 4 else () for day in range(7)))
    friday = layer(zone="UTC", hours=nights)
    duties = timetable([plan(friday)], [], utc(2026, 1, 5), utc(2026, 1, 12))
    assert people(duties) == [(AMIR, utc(2026, 1, 9, 22), utc(2026, 1, 10, 6))]


# --- versions ---


def test_new_version_leaves_what_was_before_it_as_it_was():
    old, new = plan(layer(AMIR)), plan(layer(LENA), number=2, from_at=utc(2026, 1, 7))
    duties = timetable([old, new], [], utc(2026, 1, 5, 8), utc(2026, 1, 9))
    assert people(duties) == [
        (AMIR, utc(2026, 1, 5, 8), utc(2026, 1, 7)),
        (LENA, utc(2026, 1, 7), utc(2026, 1, 9)),
    ]


def test_later_version_replaces_one_that_was_to_begin_after_it():
    first, planned = plan(layer(AMIR)), plan(layer(LENA), number=2, from_at=utc(2026, 2, 1))
    third = plan(layer(RITA), number=3, from_at=utc(2026, 1, 10))
    held = in_force([first, planned, third], utc(2026, 1, 1), utc(2026, 3, 1))
    assert [each.number for _start, _end, each in held] == [1, 3]


def test_turn_that_a_new_version_leaves_alone_stays_one():
    same = layer(AMIR, LENA)
    duties = timetable(
        [plan(same), plan(same, number=2, from_at=utc(2026, 1, 7))],
        [],
        utc(2026, 1, 5, 8),
        utc(2026, 1, 12, 8),
    )
    assert people(duties) == [(AMIR, utc(2026, 1, 5, 8), utc(2026, 1, 12, 8))]


def test_nothing_holds_before_the_first_version():
    begun = plan(layer(), from_at=utc(2026, 1, 7))
    duties = timetable([begun], [], utc(2026, 1, 1), utc(2026, 1, 8))
    assert people(duties) == [(AMIR, utc(2026, 1, 7), utc(2026, 1, 8))]


# --- changes ---

MONDAY, TUESDAY, WEDNESDAY = utc(2026, 1, 5), utc(2026, 1, 6), utc(2026, 1, 7)


def by_days(*changes, order=(AMIR, LENA), days=2):
    daily = layer(*order, zone="UTC", first=wall(2026, 1, 5), length=DAY)
    return timetable([plan(daily)], changes, MONDAY, MONDAY + days * DAY)


def test_swap_exchanges_two_turns_and_does_not_undo_itself():
    swap = (StandIn(AMIR, LENA, MONDAY, TUESDAY), StandIn(LENA, AMIR, TUESDAY, WEDNESDAY))
    assert people(by_days(swap)) == [(LENA, MONDAY, TUESDAY), (AMIR, TUESDAY, WEDNESDAY)]


def test_both_ways_of_a_swap_hold_at_once_where_they_overlap():
    both = [layer(person, zone="UTC", first=wall(2026, 1, 5), length=DAY) for person in (AMIR, LENA)]
    swap = (StandIn(AMIR, LENA, MONDAY, TUESDAY), StandIn(LENA, AMIR, MONDAY, TUESDAY))
    duties = timetable([plan(*both)], [swap], MONDAY, TUESDAY)
    assert on_call_at(duties, MONDAY) == [LENA, AMIR]


def test_whoever_stands_in_can_be_stood_in_for():
    first = (StandIn(AMIR, RITA, MONDAY, TUESDAY),)
    then = (StandIn(RITA, OTTO, MONDAY + HOUR, TUESDAY),)
    assert people(by_days(first, then, days=1)) == [
        (RITA, MONDAY, MONDAY + HOUR),
        (OTTO, MONDAY + HOUR, TUESDAY),
    ]


def test_whose_turn_it_is_stays_known():
    assert [duty.due for duty in by_days((StandIn(AMIR, RITA, MONDAY, TUESDAY),), days=1)] == [AMIR]


def test_nobody_is_there_at_the_end_of_a_change_but_at_its_start():
    duties = by_days((StandIn(AMIR, RITA, MONDAY + HOUR, MONDAY + 2 * HOUR),), days=1)
    assert on_call_at(duties, MONDAY + HOUR) == [RITA]
    assert on_call_at(duties, MONDAY + 2 * HOUR) == [AMIR]


# --- what is wrong ---


def test_gap_is_where_nobody_was_put_in():
    duties = by_days((StandIn(AMIR, None, MONDAY, MONDAY + HOUR),))
    assert gaps(duties, MONDAY, WEDNESDAY) == [(MONDAY, MONDAY + HOUR)]


def test_gap_reaches_to_the_end_of_what_is_looked_at():
    assert gaps(by_days(days=1), MONDAY, WEDNESDAY) == [(TUESDAY, WEDNESDAY)]
    assert gaps([], MONDAY, TUESDAY) == [(MONDAY, TUESDAY)]


def test_second_layer_covers_a_gap_of_the_first():
    nights = Calendar(ZoneInfo("UTC"), (((0, 60),),) * 7)
    layers = [layer(AMIR, zone="UTC", hours=nights), layer(LENA, zone="UTC")]
    assert gaps(timetable([plan(*layers)], [], MONDAY, TUESDAY), MONDAY, TUESDAY) == []


def test_somebody_in_two_layers_at_once_is_found():
    both = [layer(AMIR, zone="UTC"), layer(LENA, AMIR, zone="UTC", length=DAY, first=wall(2026, 1, 5))]
    duties = timetable([plan(*both)], [], MONDAY, WEDNESDAY)
    assert twice(duties) == [(AMIR, TUESDAY, WEDNESDAY)]


def test_turns_that_touch_are_not_twice():
    assert twice(by_days(order=(AMIR,))) == []


# --- gaps that are filled ---


def only_amir_by_day():
    """On call from nine to five, UTC; nobody at night."""
    hours = Calendar(ZoneInfo("UTC"), (((540, 1020),),) * 7)
    return plan(layer(AMIR, zone="UTC", hours=hours))


def test_whoever_fills_a_gap_is_there_while_nobody_else_is():
    start = utc(2026, 1, 5)
    filled = (StandIn(None, LENA, start, start + DAY),)
    duties = timetable([only_amir_by_day()], [filled], start, start + DAY)
    assert people(duties) == [
        (LENA, start, start + 9 * HOUR),
        (AMIR, start + 9 * HOUR, start + 17 * HOUR),
        (LENA, start + 17 * HOUR, start + DAY),
    ]
    assert [duty.due for duty in duties] == [None, AMIR, None]


def test_gap_that_a_later_plan_covers_needs_nobody_to_fill_it():
    start = utc(2026, 1, 5)
    filled = (StandIn(None, LENA, start, start + DAY),)
    covered = plan(layer(RITA), number=2, from_at=start)
    duties = timetable([only_amir_by_day(), covered], [filled], start, start + DAY)
    assert {duty.person for duty in duties} == {RITA}


def test_whoever_fills_a_gap_can_be_stood_in_for():
    start = utc(2026, 1, 5)
    changes = [(StandIn(None, LENA, start, start + DAY),), (StandIn(LENA, OTTO, start, start + HOUR),)]
    duties = timetable([only_amir_by_day()], changes, start, start + 9 * HOUR)
    assert people(duties) == [(OTTO, start, start + HOUR), (LENA, start + HOUR, start + 9 * HOUR)]


def test_nobody_fills_a_layer_while_another_has_somebody():
    start = utc(2026, 1, 5)
    taken_out = (StandIn(AMIR, None, start, start + DAY),)
    filled = (StandIn(None, OTTO, start, start + DAY),)
    duties = timetable([plan(layer(AMIR), layer(LENA))], [taken_out, filled], start, start + DAY)
    assert on_call_at(duties, start) == [LENA]
