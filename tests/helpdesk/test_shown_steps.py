"""The ticket page says what the clock did, how late, and what it will do."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.actions import reply, resolve
from helpdesk.actions.clocks import steps_ahead
from helpdesk.actions.escalating import take_steps
from helpdesk.history import escalated_events
from helpdesk.models import Level
from helpdesk.shown_clocks import clocks_of
from helpdesk.shown_steps import coming_steps, taken_steps
from journal.models import Event
from tests.factories import NOON, make_case, make_moderator, make_queue
from tests.helpdesk.test_escalating import make_steps

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
HALF = {"when": "share", "percent": 50, "what": "tell", "level": Level.LEAD}
DUE = {"when": "at", "what": "hand"}


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


def escalated(ticket):
    return [event.values for event in escalated_events(ticket.pk)]


def shown_coming(ticket, at):
    return [(each.words, each.at, each.text) for each in coming_steps(ticket, clocks_of(ticket), at)]


def test_steps_to_come_are_shown_in_order_with_their_moments(queue):
    make_steps(DUE, HALF)
    ticket = make_case(queue).ticket
    assert shown_coming(ticket, NOON) == [
        ("Tell somebody: Lead", NOON + 5 * HOUR, "at 50% of the time"),
        ("Hand it to the next level", NOON + 10 * HOUR, "When it is due"),
    ]


def test_step_that_was_taken_is_shown_with_how_late_it_was(queue):
    make_steps(HALF, DUE)
    ticket = make_case(queue).ticket
    take_steps(at=NOON + 7 * HOUR)
    (taken,) = taken_steps(escalated(ticket))
    assert (taken.words, taken.at, taken.text, taken.is_late) == (
        "Tell somebody: Lead", NOON + 5 * HOUR, "late 2 h 0 min", True,
    )  # fmt: skip
    assert [words for words, _at, _text in shown_coming(ticket, NOON + 7 * HOUR)] == [
        "Hand it to the next level"
    ]


def test_sweep_that_comes_some_seconds_later_is_in_time(queue):
    make_steps(HALF)
    ticket = make_case(queue).ticket
    take_steps(at=NOON + 5 * HOUR + timedelta(seconds=10))
    assert [(each.text, each.is_late) for each in taken_steps(escalated(ticket))] == [("in time", False)]


def test_case_that_is_answered_has_no_step_to_come(queue, amir):
    make_steps(DUE)
    ticket = make_case(queue).ticket
    resolve(reply(ticket, by=amir, at=NOON, text="Done.", turn=1).ticket, by=amir, at=NOON)
    assert shown_coming(ticket, NOON) == []


def test_case_without_a_promise_has_no_steps(queue):
    ticket = make_case(queue).ticket
    assert steps_ahead(ticket, at=NOON) == []


def test_looking_ahead_writes_nothing(queue):
    make_steps(HALF)
    ticket = make_case(queue).ticket
    before = list(ticket.clocks.values()), Event.objects.count()
    steps_ahead(ticket, at=NOON + 9 * HOUR)
    assert (list(ticket.clocks.values()), Event.objects.count()) == before


def test_looking_ahead_costs_the_same_for_many_words(queue, amir, django_assert_num_queries):
    make_steps(HALF, DUE)
    ticket = make_case(queue).ticket
    for hour in range(4):
        ticket = reply(ticket, by=amir, at=NOON + hour * HOUR, text="News.", turn=ticket.turn).ticket
    with django_assert_num_queries(4):
        steps_ahead(ticket, at=NOON + 4 * HOUR)


def test_page_shows_both(client, queue, amir):
    make_steps(HALF, DUE)
    ticket = make_case(queue, at=now() - 6 * HOUR).ticket
    take_steps(at=now())
    client.force_login(amir)
    page = client.get(reverse("console:ticket", args=[ticket.reference])).content.decode()
    for words in ("Tell somebody: Lead", "late 1 h 0 min", "Hand it to the next level"):
        assert words in page
