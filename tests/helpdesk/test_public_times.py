"""How long it takes, as everybody may read it: promised and kept, and of nobody in particular."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from helpdesk.actions.numbers import count_kept_times
from helpdesk.models import KeptTimes
from helpdesk.tasks import count_numbers
from helpdesk.views.times import plain_length
from tests.factories import NOON, make_case, make_policy, make_queue
from tests.helpdesk.test_numbers import make_verdict

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
database = pytest.mark.django_db


@pytest.fixture
def queue():
    make_policy(resolution=5 * DAY)
    return make_queue()


def told(at=NOON + HOUR, clock="resolution"):
    figures = count_kept_times(at=at).figures
    return next(each for each in figures if (each["kind"], each["clock"]) == ("complaint", clock))


def verdicts(queue, number, **fields):
    for _ in range(number):
        make_verdict(queue, **fields)


@database
def test_what_is_promised_is_told(queue):
    assert told()["promised"] == 5 * 86400
    assert told(clock="first_response")["promised"] is None


@database
def test_kept_times_are_told_of_ten_and_more(queue):
    verdicts(queue, 9, spent=2 * HOUR)
    verdicts(queue, 3, spent=9 * HOUR, state="missed")
    assert told() == {
        "kind": "complaint", "clock": "resolution", "promised": 5 * 86400,
        "count": 10, "kept": 75, "half": 7200, "most": 9 * 3600,
    }  # fmt: skip


@database
def test_fewer_than_ten_are_not_told(queue):
    verdicts(queue, 9)
    assert told() == {"kind": "complaint", "clock": "resolution", "promised": 5 * 86400, "few": True}


@database
def test_one_more_changes_no_count_that_is_told(queue):
    verdicts(queue, 12)
    before = told()["count"]
    verdicts(queue, 1)
    assert told()["count"] == before == 10


@database
def test_whoever_waits_too_long_still_counts_as_late(queue):
    verdicts(queue, 9)
    make_case(queue, at=NOON - 6 * DAY)
    assert (told()["count"], told()["kept"]) == (10, 90)


@database
def test_what_was_taken_back_is_not_counted(queue):
    verdicts(queue, 12, state="cancelled", ended_by="dropped")
    assert told()["few"]


@database
def test_silence_is_told_as_no_answer_in_time(queue):
    verdicts(queue, 10)
    verdicts(queue, 30, ended_by="silence")
    assert told()["count"] == 10


@database
def test_what_ended_earlier_is_not_told(queue):
    verdicts(queue, 12, at=NOON - 31 * DAY)
    assert told()["few"]


@database
def test_clock_counts_again_in_the_same_row(queue):
    count_numbers()
    count_numbers()
    assert KeptTimes.objects.count() == 1


@pytest.mark.parametrize(
    ("length", "plain"),
    [
        (timedelta(seconds=0), timedelta(minutes=5)),
        (timedelta(minutes=6), timedelta(minutes=10)),
        (timedelta(minutes=61), 2 * HOUR),
        (2 * DAY, 48 * HOUR),
        (2 * DAY + HOUR, 3 * DAY),
    ],
)
def test_length_is_said_in_round_words_and_never_shorter_than_it_was(length, plain):
    assert plain_length(length) == plain


# --- the page ---


def shown(client, language="en"):
    with translation.override(language):
        response = client.get("/how-long/", headers={"Accept-Language": language})
    assert response.status_code == 200
    return response.content.decode()


@database
def test_page_tells_what_was_promised_and_kept(client, queue):
    verdicts(queue, 12, spent=2 * HOUR)
    count_kept_times(at=NOON + HOUR)
    page = shown(client)
    assert "We promise: within 5 days." in page
    assert "Out of every 100, 100 came in time." in page
    assert "Half of the people waited no longer than 2 hours." in page


@database
def test_page_says_that_there_were_few(client, queue):
    verdicts(queue, 3)
    count_kept_times(at=NOON + HOUR)
    page = shown(client)
    assert "fewer than 10" in page
    assert "waited no longer" not in page


@database
def test_page_before_anything_was_counted(client):
    assert "There is nothing to tell yet." in shown(client)


@database
def test_page_is_told_in_the_digits_of_the_reader(client, queue):
    verdicts(queue, 12, spent=2 * HOUR)
    count_kept_times(at=NOON + HOUR)
    assert "۱۰۰" in shown(client, "fa")


@database
def test_looking_makes_the_database_read_one_row(client, queue):
    verdicts(queue, 30)
    count_kept_times(at=NOON + HOUR)
    shown(client)
    with CaptureQueriesContext(connection) as asked:
        shown(client)
    assert [each["sql"] for each in asked if "helpdesk_" in each["sql"]] == [
        each["sql"] for each in asked if "helpdesk_kepttimes" in each["sql"]
    ]
    assert len(asked) == 1


@database
@pytest.mark.parametrize("path", ["/", "/how/"])
def test_way_to_it_is_shown(client, path):
    assert 'href="/how-long/"' in client.get(path).content.decode()
