"""Working hours as leads set them: days off by country and from a file, looked at before they hold."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.actions.policies import change_calendar
from helpdesk.actions.settings import end_calendar
from helpdesk.days_off import LONGEST_FILE, days_off_from, days_off_in
from helpdesk.models import CalendarVersion, WorkCalendar
from journal.models import Event
from tests.factories import NOON, make_case, make_moderator, make_policy, make_queue, refused

HOUR = timedelta(hours=1)
ALL_DAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
YEARS = {"first": date(2026, 1, 1), "last": date(2028, 12, 31)}


def ics(*events):
    lines = "\r\n".join(f"BEGIN:VEVENT\r\nUID:1\r\n{event}\r\nEND:VEVENT" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{lines}\r\nEND:VCALENDAR\r\n".encode()


@pytest.fixture
def lena(db):
    return make_moderator(make_queue().team, "Lena", role="lead")


@pytest.fixture
def desk(client, lena):
    client.force_login(lena)
    return client


@pytest.fixture
def tehran(desk):
    answer = publish(
        desk, reverse("console:add_calendar"), name_en="Tehran", time_zone="Asia/Tehran", **ALL_DAYS
    )
    assert answer.status_code == 302
    return CalendarVersion.objects.get().calendar


def publish(desk, url, **typed):
    """Look at it and publish it, as the page that was opened first would."""
    after = typed.setdefault("after", str(desk.get(url).context["number"]))
    seen = desk.post(url, typed)
    assert seen.context["number"] == int(after)
    return desk.post(url, typed | {"publish": "1", "seal": seen.context["seal"]})


def history(calendar):
    return list(Event.objects.filter(subject_id=calendar.pk).values_list("code", flat=True))


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


def test_file_that_cannot_be_read_says_so_and_keeps_what_was_typed(desk, tehran):
    url = reverse("console:calendar", args=[tehran.pk])
    broken = SimpleUploadedFile("photo.ics", b"\x89PNG\r\n\x1a\n")
    answer = desk.post(url, {"fill": "1", "days_off": "2026-02-02 Mine", "file": broken})
    assert answer.status_code == 409
    assert "not an iCalendar file" in answer.content.decode()
    assert answer.context["form"]["days_off"].value() == "2026-02-02 Mine"
    assert CalendarVersion.objects.count() == 1


def test_file_that_is_too_long_says_how_long_it_may_be(desk, tehran):
    url = reverse("console:calendar", args=[tehran.pk])
    file = SimpleUploadedFile("days.ics", b"x" * (LONGEST_FILE + 1))
    answer = desk.post(url, {"fill": "1", "file": file})
    assert "500.0" in answer.content.decode()


def test_file_without_a_day_in_these_years_says_so(desk, tehran):
    url = reverse("console:calendar", args=[tehran.pk])
    file = SimpleUploadedFile("days.ics", ics("DTSTART;VALUE=DATE:19990101"))
    answer = desk.post(url, {"fill": "1", "file": file})
    assert (answer.status_code, "has no whole day" in answer.content.decode()) == (409, True)


def test_nothing_chosen_to_add_from_is_told(desk, tehran):
    answer = desk.post(reverse("console:calendar", args=[tehran.pk]), {"fill": "1"})
    assert (answer.status_code, "Choose a country or a file" in answer.content.decode()) == (409, True)


def test_digits_of_any_script_are_kept_as_latin_ones(desk, tehran):
    url = reverse("console:calendar", args=[tehran.pk])
    typed = {"time_zone": "Asia/Tehran", "mon": "۰۹:۰۰-۱۷:۳۰", "days_off": "۲۰۲۷-۰۳-۲۱ نوروز"}
    assert publish(desk, url, **typed).status_code == 302
    version = tehran.versions.first()
    assert (version.frames, version.holidays) == ({"mon": [["09:00", "17:30"]]}, {"2027-03-21": "نوروز"})


def test_place_is_named_in_every_language_at_once(desk):
    names = {"name_en": "Tehran", "name_fa": "تهران"}
    publish(desk, reverse("console:add_calendar"), **names, time_zone="Asia/Tehran", **ALL_DAYS)
    assert WorkCalendar.objects.values_list("name_en", "name_fa").get() == ("Tehran", "تهران")


def test_place_is_renamed_and_an_event_says_so_without_words(desk, tehran):
    url = reverse("console:setting", args=["hours", tehran.pk])
    seen = desk.get(url).context["seen"]
    assert desk.post(url, {"name_en": "Teheran", "name_fa": "تهران", "seen": seen}).status_code == 302
    event = Event.objects.filter(subject_id=tehran.pk).last()
    assert event.code == "changed"
    assert "تهران" not in str(event.values)


def test_second_of_two_who_rename_a_place_sees_the_first_name(desk, tehran):
    url = reverse("console:setting", args=["hours", tehran.pk])
    seen = desk.get(url).context["seen"]
    desk.post(url, {"name_en": "First", "seen": seen})
    answer = desk.post(url, {"name_en": "Second", "seen": seen})
    assert answer.status_code == 409
    assert answer.context["form"].errors["name_en"] == ["Saved now: First"]


def test_second_of_two_who_change_the_hours_looks_again(desk, tehran):
    url, typed = reverse("console:calendar", args=[tehran.pk]), {"time_zone": "Asia/Tehran", **ALL_DAYS}
    assert publish(desk, url, **typed).status_code == 302
    answer = publish(desk, url, **typed, days_off="2027-01-01", after="1")
    assert answer.status_code == 409
    assert "Somebody has published another version since" in answer.content.decode()
    assert tehran.versions.count() == 2


def test_hours_that_nothing_counts_by_are_ended_and_no_longer_offered(desk, tehran):
    assert desk.post(reverse("console:end_setting", args=["hours", tehran.pk])).status_code == 302
    assert history(tehran) == ["made", "ended"]
    assert desk.get(reverse("console:calendar", args=[tehran.pk])).status_code == 404
    assert "Tehran" not in desk.get(reverse("console:edit_promises")).content.decode()


@pytest.mark.parametrize("from_at", [-HOUR, HOUR])
def test_hours_that_a_promise_counts_by_now_or_later_stay(desk, tehran, from_at):
    make_policy(resolution=10 * HOUR, calendar=tehran, at=now() + from_at)
    answer = desk.post(reverse("console:end_setting", args=["hours", tehran.pk]), follow=True)
    assert "Give its rows other hours first." in answer.content.decode()
    assert history(tehran) == ["made"]


def test_hours_that_only_an_earlier_table_named_are_ended(desk, tehran):
    make_policy(resolution=10 * HOUR, calendar=tehran, at=now() - 2 * HOUR)
    make_policy(resolution=10 * HOUR, at=now() - HOUR)
    desk.post(reverse("console:end_setting", args=["hours", tehran.pk]))
    assert history(tehran) == ["made", "ended"]


def test_nothing_is_promised_by_hours_that_ended_meanwhile(lena, tehran):
    end_calendar(tehran, by=lena, at=now())
    with refused("hours_ended"):
        make_policy(resolution=10 * HOUR, calendar=tehran, at=now())
    with refused("ended"):
        change_calendar(tehran, by=lena, at=NOON, from_at=NOON, time_zone="UTC", frames={}, holidays={})


def test_start_in_the_past_is_refused_before_anything_is_foreseen(desk, tehran):
    typed = {"time_zone": "Asia/Tehran", "from_at": "2020-01-01T00:00"}
    answer = desk.post(reverse("console:calendar", args=[tehran.pk]), typed)
    assert (answer.status_code, "foresight" in answer.context) == (409, False)
    assert "leave the field empty" in str(answer.context["form"].errors["from_at"])


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
        {"days_off": "۲۰۲۶-۱۳-۰۱"},
        {"mon": "۰۹:۰۰-۲۵:۰۰"},
        {"mon": "09:00-17:75"},
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
