"""Working hours as leads set them: days off by country and from a file, looked at before they hold."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.days_off import LONGEST_FILE, days_off_from, days_off_in
from helpdesk.models import CalendarVersion
from tests.factories import make_case, make_moderator, make_policy, make_queue, refused

HOUR = timedelta(hours=1)
ALL_DAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
YEARS = {"first": date(2026, 1, 1), "last": date(2028, 12, 31)}


def ics(*events):
    lines = "\r\n".join(f"BEGIN:VEVENT\r\nUID:1\r\n{event}\r\nEND:VEVENT" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{lines}\r\nEND:VCALENDAR\r\n".encode()


@pytest.fixture
def desk(client, db):
    client.force_login(make_moderator(make_queue().team, "Lena", role="lead"))
    return client


@pytest.fixture
def tehran(desk):
    answer = publish(
        desk, reverse("console:add_calendar"), name="Tehran", time_zone="Asia/Tehran", **ALL_DAYS
    )
    assert answer.status_code == 302
    return CalendarVersion.objects.get().calendar


def publish(desk, url, **typed):
    seal = desk.post(url, typed).context["seal"]
    return desk.post(url, typed | {"publish": "1", "seal": seal})


def test_country_knows_its_days_off():
    assert days_off_in("DE", [2026])["2026-10-03"] == "German Unity Day"
    with refused("unknown_country"):
        days_off_in("XX", [2026])


def test_file_gives_whole_days_and_no_meetings():
    file = ics(
        "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Feast",
        "DTSTART:20260101T090000Z",
    )
    assert days_off_from(file, **YEARS) == {"2026-12-25": "Feast", "2026-12-26": "Feast"}


def test_file_repeats_what_comes_every_year():
    file = ics("DTSTART;VALUE=DATE:19900704\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Day")
    assert list(days_off_from(file, **YEARS)) == ["2026-07-04", "2027-07-04", "2028-07-04"]


def test_day_that_was_taken_out_of_a_rule_is_no_day_off():
    rule = "DTSTART;VALUE=DATE:19900704\r\nRRULE:FREQ=YEARLY\r\n"
    file = ics(rule + "EXDATE;VALUE=DATE:20270704\r\nSUMMARY:Day")
    assert list(days_off_from(file, **YEARS)) == ["2026-07-04", "2028-07-04"]


def test_exception_with_a_time_of_day_takes_its_day_out():
    rule = "DTSTART;VALUE=DATE:19900704\r\nRRULE:FREQ=YEARLY\r\n"
    file = ics(rule + "EXDATE:20270704T000000Z,20280704T000000Z\r\nSUMMARY:Day")
    assert list(days_off_from(file, **YEARS)) == ["2026-07-04"]


def test_listed_days_are_days_off_beside_the_first():
    file = ics("DTSTART;VALUE=DATE:20260320\r\nRDATE;VALUE=DATE:20270310,20280227,20400101\r\nSUMMARY:Feast")
    assert list(days_off_from(file, **YEARS)) == ["2026-03-20", "2027-03-10", "2028-02-27"]


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"hello",
        b"\xff\x00",
        b"x" * (LONGEST_FILE + 1),
        ics("SUMMARY:No start"),
        ics("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=SECONDLY"),
    ],
)
def test_file_that_is_no_calendar_is_refused(file):
    with refused("bad_file"):
        days_off_from(file, **YEARS)


def test_days_off_are_added_to_what_was_typed_and_nothing_is_saved(desk, tehran):
    url, year = reverse("console:calendar", args=[tehran.pk]), now().year
    file = SimpleUploadedFile("days.ics", ics(f"DTSTART;VALUE=DATE:{year}0303\r\nSUMMARY:Own"))
    typed = {
        "fill": "1",
        "days_off": f"{year}-02-02 Mine",
        "country": "DE",
        "file": file,
        "mon": "09:00-10:00",
    }
    answer = desk.post(url, typed)
    shown = answer.context["form"]["days_off"].value()
    for day in (f"{year}-02-02 Mine", f"{year}-03-03 Own", f"{year}-10-03 German Unity Day"):
        assert day in shown
    assert answer.context["form"]["mon"].value() == "09:00-10:00"
    assert CalendarVersion.objects.count() == 1


def test_day_off_shows_what_it_moves_before_it_holds(desk, tehran):
    make_policy(resolution=10 * HOUR, calendar=tehran, at=now())
    make_case(make_queue(), at=now())
    days = "\n".join((now() + timedelta(days=number)).date().isoformat() for number in range(-1, 3))
    url, typed = reverse("console:calendar", args=[tehran.pk]), {"time_zone": "Asia/Tehran", **ALL_DAYS}
    assert desk.post(url, typed).context["foresight"].moved == 0
    assert desk.post(url, typed | {"days_off": days}).context["foresight"].later == 1
    assert publish(desk, url, **typed, days_off=days).status_code == 302
    assert [version.number for version in tehran.versions.all()] == [2, 1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"mon": "9 to 5"},
        {"mon": "17:00-09:00"},
        {"mon": "09:00-25:00"},
        {"days_off": "tomorrow"},
        {"days_off": "2026-02-31"},
        {"time_zone": "Mars/Olympus"},
        {"from_at": "2020-01-01T00:00", "publish": "1"},
    ],
)
def test_hours_that_cannot_be_counted_are_not_published(desk, tehran, wrong):
    typed = {"time_zone": "Asia/Tehran", **wrong}
    url = reverse("console:calendar", args=[tehran.pk])
    seen = desk.post(url, typed)
    seal = (seen.context or {}).get("seal", "")
    assert desk.post(url, typed | {"publish": "1", "seal": seal}).status_code == 409
    assert tehran.versions.count() == 1
