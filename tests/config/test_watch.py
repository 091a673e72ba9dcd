"""A clock that stands still is seen by each web process itself, and said to whoever works in the console."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from config import watch
from config.watch import BEAT_LATE_AFTER, Seen
from journal.models import Heartbeat
from tests.factories import NOON, make_moderator, make_queue

BANNER = "The clock of this service stands still"


@pytest.mark.parametrize(
    ("beat_at", "is_silent"),
    [
        (NOON, False),
        (NOON - BEAT_LATE_AFTER, False),
        (NOON - BEAT_LATE_AFTER - timedelta(seconds=1), True),
        (None, True),
    ],
)
def test_clock_is_silent_after_two_minutes_or_when_it_never_ran(beat_at, is_silent):
    seen = Seen()
    seen.note(beat_at)
    assert seen.is_silent(NOON) is is_silent


def test_process_that_never_looked_raises_no_alarm():
    assert not Seen().is_silent(NOON)


@pytest.fixture
def desk(client, db, monkeypatch):
    monkeypatch.setattr(watch, "seen", Seen())
    client.force_login(make_moderator(make_queue().team))
    return client


def overview(desk):
    return desk.get(reverse("console:overview")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_look_of_a_process_puts_the_banner_up_and_takes_it_down(desk):
    beat = Heartbeat.objects.create(name="beat", at=now() - timedelta(minutes=3))
    assert BANNER not in overview(desk)
    watch.look()
    assert BANNER in overview(desk)
    Heartbeat.objects.filter(pk=beat.pk).update(at=now())
    watch.look()
    assert BANNER not in overview(desk)


def test_banner_costs_no_query(desk, django_assert_num_queries):
    watch.seen.note(None)
    with django_assert_num_queries(0):
        assert watch.clock_alarm(None)["is_clock_silent"]()


def test_people_outside_are_not_shown_it(desk):
    watch.seen.note(None)
    assert BANNER not in desk.get("/").content.decode()
