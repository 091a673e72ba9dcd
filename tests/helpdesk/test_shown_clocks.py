"""What staff and people see of the clocks of a case: what for, by when, why it stands still, by which row."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from helpdesk.actions import reply
from helpdesk.clock_words import due_words, length_words, long_words
from helpdesk.models import Clock, Priority, Ticket
from helpdesk.reading import CasePage
from helpdesk.rows import rows_of
from helpdesk.shown_clocks import clocks_of, reason_for, shown_clocks
from tests.factories import NOON, make_case, make_moderator, make_policy, make_queue

HOUR = timedelta(hours=1)


@pytest.fixture
def queue(db):
    make_policy(
        {"name": "Danger", "priority": Priority.TOP, "resolution": HOUR},
        {"name": "Persian", "kind": "complaint", "language": "fa", "resolution": HOUR},
        first_response=HOUR,
        next_response=2 * HOUR,
        resolution=10 * HOUR,
    )
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def ticket(queue):
    return make_case(queue).ticket


def ask(ticket, amir):
    reply(ticket, by=amir, at=NOON, text="Which channel?", is_question=True, turn=None)
    ticket.refresh_from_db()


def coming(ticket, at=NOON):
    steps = CasePage(ticket, at).steps
    return {str(step["title"]): step for step in steps if step["state"] in ("next", "overdue")}


def test_staff_see_what_is_left_of_each_clock_first_due_first(ticket):
    shown = shown_clocks(clocks_of(ticket), NOON + HOUR / 4)
    assert [(each.name, each.words) for each in shown] == [
        ("First answer", "45 min left"),
        ("Decision", "9 h 45 min left"),
    ]


def test_missed_clock_says_how_late_it_is(ticket):
    first = shown_clocks(clocks_of(ticket), NOON + 3 * HOUR)[0]
    assert (first.look, first.words) == ("is-late", "late 2 h 0 min")


def test_clock_that_stands_still_says_why_and_what_is_left(ticket, amir):
    ask(ticket, amir)
    paused = shown_clocks(clocks_of(ticket), NOON + HOUR)[0]
    assert (paused.look, paused.words) == ("is-paused", "stands still, 10 h 0 min left")
    assert "wait for the answer" in paused.text


def test_ticket_names_its_row_and_why_no_earlier_one(ticket):
    reason = reason_for(ticket, clocks_of(ticket))
    assert reason.row.name == "Row 3"
    assert reason.passed == [
        "Danger is not it: that is for Priority: Top, and here it is Normal.",
        "Persian is not it: that is for Language: fa, and here it is en.",
    ]


def test_ticket_page_shows_clocks_and_the_row(client, ticket, amir):
    client.force_login(amir)
    page = client.get(reverse("console:ticket", args=[ticket.reference])).content.decode()
    assert "First answer" in page
    assert "Language: fa" in page


def test_row_of_a_list_names_the_clock_that_leads(ticket, amir):
    (row,) = rows_of(type(ticket).objects.all(), at=NOON, user=amir)
    assert "clock: first answer" in row.second


def test_row_of_a_case_that_waits_says_that_it_stands_still_and_why(ticket, amir):
    ask(ticket, amir)
    (row,) = rows_of(type(ticket).objects.all(), at=NOON + HOUR, user=amir)
    assert row.pill.words == "waiting"
    assert "Waiting for the person" in row.second


def test_row_of_a_case_that_waits_shows_the_clock_that_runs_on(queue, amir):
    make_policy(at=NOON - HOUR, resolution=10 * HOUR, keep_in_touch=2 * HOUR)
    ticket = make_case(queue).ticket
    ask(ticket, amir)
    (row,) = rows_of(type(ticket).objects.all(), at=NOON + 3 * HOUR, user=amir)
    assert row.pill.look == "is-late"
    assert "clock: news" in row.second


def test_clock_that_leads_a_row_is_found_by_index(queue, ticket, amir):
    many = Ticket.objects.bulk_create(
        Ticket(
            reference=f"{number:04d}-TEST-0", queue=queue, kind="complaint", language="en",
            opened_at=NOON, changed_at=NOON, due_at=NOON,
        )
        for number in range(2000)
    )  # fmt: skip
    row = ticket.clocks.first().row_id
    Clock.objects.bulk_create(
        Clock(
            ticket=each, queue=queue, kind=kind, instance=1, run=1, state="running", due_at=NOON,
            spent=timedelta(0), row_id=row,
        )
        for each in many for kind in ("first_response", "resolution")
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE helpdesk_clock, helpdesk_ticket")
    with CaptureQueriesContext(connection) as asked:
        rows_of(Ticket.objects.filter(queue=queue).unfinished().in_order()[:50], at=NOON, user=amir)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan on helpdesk_clock" not in plan
    assert "helpdesk_clock" in plan


def test_person_reads_what_each_clock_is_for_and_by_when(ticket):
    promised = coming(ticket)
    assert promised["You get a first answer from a person."]["words"].startswith("by this afternoon")
    assert promised["You get a decision with reasons."]["at"] == NOON + 10 * HOUR


def test_person_reads_that_the_time_stands_still_and_what_is_left(ticket, amir):
    ask(ticket, amir)
    assert coming(ticket) == {
        "You get a decision with reasons.": {
            "state": "next",
            "title": "You get a decision with reasons.",
            "when": "The time stands still until you answer. After that we have 10 hours left.",
        }
    }


def test_person_reads_that_we_are_late_with_one_thing_and_not_with_the_other(ticket):
    assert [step["state"] for step in coming(ticket, NOON + 2 * HOUR).values()] == ["overdue", "next"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "by tomorrow evening, 24 November, 18:00 in Tehran"),
        ("ru", "до завтрашнего вечера, 24 ноября, 18:00 (время города Тегеран)"),
        ("fa", "تا فردا عصر، ۳ آذر (۲۴ نوامبر)، ساعت ۱۸:۰۰ به وقت تهران"),
    ],
)
def test_due_moment_is_told_in_the_zone_and_language_of_the_reader(language, words):
    with translation.override(language), timezone.override(ZoneInfo("Asia/Tehran")):
        assert due_words(datetime(2026, 11, 24, 14, 30, tzinfo=UTC), NOON) == words


@pytest.mark.parametrize(
    ("due_at", "words"),
    [
        (datetime(2026, 11, 23, 13, tzinfo=UTC), "by this afternoon, 23 November, 13:00 UTC"),
        (datetime(2026, 11, 24, 0, tzinfo=UTC), "by the night to tomorrow, 24 November, 00:00 UTC"),
        (datetime(2026, 11, 24, 5, tzinfo=UTC), "by tomorrow morning, 24 November, 05:00 UTC"),
        (datetime(2026, 11, 27, 12, tzinfo=UTC), "by Friday, 27 November, 12:00 UTC"),
    ],
)
def test_due_moment_names_the_day_as_it_is_nearest(due_at, words):
    assert due_words(due_at, NOON) == words


@pytest.mark.parametrize(
    ("at", "due_at", "words"),
    [
        # 23:59 and 00:00 in Tehran are 20:29 and 20:30 in UTC
        ("11-23T20:29", "11-23T20:30", "by the night to tomorrow, 24 November, 00:00 in Tehran"),
        ("11-23T20:30", "11-24T20:29", "by this evening, 24 November, 23:59 in Tehran"),
        ("11-23T20:30", "11-24T01:29", "by tonight, 24 November, 04:59 in Tehran"),
        ("11-23T20:30", "11-24T01:30", "by this morning, 24 November, 05:00 in Tehran"),
        ("11-23T20:30", "11-24T20:30", "by the night to tomorrow, 25 November, 00:00 in Tehran"),
        ("11-23T12:00", "11-25T12:00", "by Wednesday, 25 November, 15:30 in Tehran"),
        ("11-23T12:00", "11-29T12:00", "by Sunday, 29 November, 15:30 in Tehran"),
        ("11-23T12:00", "11-30T12:00", "by 30 November 2026, 15:30 in Tehran"),
        ("12-31T20:29", "12-31T20:30", "by the night to tomorrow, 1 January, 00:00 in Tehran"),
    ],
)
def test_days_are_those_of_the_wall_clock_of_the_reader(at, due_at, words):
    at, due_at = (datetime.fromisoformat(f"2026-{each}:00+00:00") for each in (at, due_at))
    with timezone.override(ZoneInfo("Asia/Tehran")):
        assert due_words(due_at, at) == words


@pytest.mark.parametrize(
    ("zone", "at", "due_at", "words"),
    [
        # the night in which Berlin goes to summer time has 23 hours, and the one back 25
        ("Europe/Berlin", "03-28T12:00", "03-29T12:00", "by tomorrow afternoon, 29 March, 14:00"),
        ("Europe/Berlin", "03-28T23:00", "03-29T22:00", "by the night to tomorrow, 30 March, 00:00"),
        ("Europe/Berlin", "10-24T22:00", "10-25T22:59", "by this evening, 25 October, 23:59"),
        ("Asia/Kolkata", "11-23T18:29", "11-23T18:30", "by the night to tomorrow, 24 November, 00:00"),
        ("Pacific/Kiritimati", "11-23T09:59", "11-23T10:00", "by the night to tomorrow, 24 November, 00:00"),
    ],
)
def test_days_are_right_where_clocks_change_or_stand_at_half_hours(zone, at, due_at, words):
    at, due_at = (datetime.fromisoformat(f"2026-{each}:00+00:00") for each in (at, due_at))
    with timezone.override(ZoneInfo(zone)):
        assert due_words(due_at, at) == f"{words} in {zone.split('/')[1]}"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", "до пятницы, 27 ноября, 15:30 (время города Тегеран)"),
        ("fa", "تا جمعه، ۶ آذر (۲۷ نوامبر)، ساعت ۱۵:۳۰ به وقت تهران"),
    ],
)
def test_day_of_this_week_is_named_in_russian_and_persian(language, words):
    with translation.override(language), timezone.override(ZoneInfo("Asia/Tehran")):
        assert due_words(datetime(2026, 11, 27, 12, tzinfo=UTC), NOON) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", "до 24 декабря 2026, 15:30 (время города Тегеран)"),
        ("fa", "تا ۳ دی ۱۴۰۵ (۲۴ دسامبر ۲۰۲۶)، ساعت ۱۵:۳۰ به وقت تهران"),
    ],
)
def test_day_beyond_this_week_has_its_year(language, words):
    with translation.override(language), timezone.override(ZoneInfo("Asia/Tehran")):
        assert due_words(datetime(2026, 12, 24, 12, tzinfo=UTC), NOON) == words


@pytest.mark.parametrize(
    ("hours", "is_working", "words"),
    [
        (0, False, "less than a minute"),
        (-3, False, "less than a minute"),
        (0.25, False, "15 minutes"),
        (1, False, "1 hour"),
        (10.5, False, "10 hours and 30 minutes"),
        (24, False, "1 day"),
        (49, False, "2 days and 1 hour"),
        (48.25, False, "2 days and 15 minutes"),
        (30, True, "30 working hours"),
        (1.5, True, "1 working hour and 30 minutes"),
    ],
)
def test_length_of_time_is_said_in_whole_words(hours, is_working, words):
    assert long_words(hours * HOUR, is_working=is_working) == words


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "2 дня и 5 часов"), ("fa", "۲ روز و ۵ ساعت"), ("en", "2 days and 5 hours")]
)
def test_length_of_time_follows_the_grammar_and_digits_of_the_language(language, words):
    with translation.override(language):
        assert long_words(53 * HOUR, is_working=False) == words


def test_staff_who_read_persian_see_lengths_in_persian_digits():
    with translation.override("fa"):
        assert "۱:۳۰" in length_words(1.5 * HOUR, is_working=True)
        assert "10" not in length_words(10 * HOUR, is_working=False)
