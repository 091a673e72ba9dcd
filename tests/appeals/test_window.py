from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from appeals.window import months_later, window_end


@pytest.mark.parametrize(
    ("informed", "closes"),
    [
        ("2026-05-23T09:00:00+00:00", "2026-11-24T12:00:00+00:00"),
        ("2026-05-23T00:00:00+00:00", "2026-11-24T12:00:00+00:00"),
        ("2026-05-23T23:59:59+00:00", "2026-11-24T12:00:00+00:00"),
        ("2026-08-31T09:00:00+00:00", "2027-03-01T12:00:00+00:00"),  # there is no 31 February
        ("2027-08-31T09:00:00+00:00", "2028-03-01T12:00:00+00:00"),  # a leap year
        ("2026-12-31T23:30:00-05:00", "2027-07-02T12:00:00+00:00"),
    ],
)
def test_window_closes_when_its_last_day_has_ended_everywhere(informed, closes):
    assert window_end(datetime.fromisoformat(informed)) == datetime.fromisoformat(closes)


def test_window_may_be_longer_but_never_shorter_than_six_months():
    start = datetime(2026, 1, 15, tzinfo=UTC)
    assert window_end(start, months=1) == window_end(start)
    assert window_end(start, months=8) == datetime(2026, 9, 16, 12, tzinfo=UTC)


@given(some.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_nobody_has_less_than_six_months_from_the_moment(moment):
    informed = moment.replace(tzinfo=UTC)
    same_moment = datetime.combine(months_later(informed.date(), 6), informed.timetz())
    assert window_end(informed) >= same_moment + timedelta(hours=12)


def test_months_run_over_the_year():
    assert months_later(date(2026, 11, 30), 15) == date(2028, 2, 29)
