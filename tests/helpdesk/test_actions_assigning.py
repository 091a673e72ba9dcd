"""Who gets which case: order, sight, languages, bars."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from helpdesk.actions import (
    assign,
    bar,
    declare_conflict,
    hand_over,
    release,
    snooze,
    take,
    take_next,
    wake,
)
from helpdesk.models import Status
from journal.actors import SYSTEM
from journal.models import Delivery, Event
from tests.factories import NOON, make_moderator, make_queue, make_ticket, make_user, refused

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


def test_next_is_the_most_urgent_then_the_soonest_due(queue, amir):
    late = make_ticket(queue, due_at=NOON + timedelta(days=3))
    soon = make_ticket(queue, due_at=NOON + timedelta(days=1))
    top = make_ticket(queue, due_at=NOON + timedelta(days=9), priority=1)
    assert [take_next(by=amir, at=NOON) for _each in range(4)] == [top, soon, late, None]
    top.refresh_from_db()
    assert (top.status, top.assignee) == (Status.OPEN, amir)


def test_next_keeps_to_teams_languages_bars_and_sleep(queue, amir):
    amir.languages = ["fa"]
    make_ticket(make_queue(), language="fa")
    make_ticket(queue, language="en")
    make_ticket(queue, language="fa", snoozed_until=LATER)
    bar(make_ticket(queue, language="fa"), amir, why="decided", by=SYSTEM, at=NOON)
    assert take_next(by=amir, at=NOON) is None


def test_next_offers_what_is_not_screened_last(queue, amir):
    unscreened = make_ticket(queue, is_screened=False, priority=1)
    screened = make_ticket(queue, priority=4)
    assert [take_next(by=amir, at=NOON), take_next(by=amir, at=NOON)] == [screened, unscreened]


def test_operator_takes_nothing():
    with pytest.raises(PermissionDenied):
        take_next(by=make_user(roles=["operator"]), at=NOON)


def test_moderator_takes_a_free_case_but_not_a_colleagues(queue, amir, lena):
    ticket = make_ticket(queue)
    bela = make_moderator(queue.team, "Bela")
    assert assign(ticket, by=amir, at=NOON, to=amir).assignee == amir
    for to in (amir, bela):
        with pytest.raises(PermissionDenied):
            assign(ticket, by=bela, at=NOON, to=to)
    assert assign(ticket, by=lena, at=NOON, to=bela).assignee == bela


def test_case_is_not_given_to_outsiders_or_the_barred(queue, amir, lena):
    ticket = make_ticket(queue)
    with refused("not_theirs"):
        assign(ticket, by=lena, at=NOON, to=make_user("Otto", roles=["moderator"]))
    bar(ticket, amir, why="decided", by=SYSTEM, at=NOON)
    with refused("barred"):
        assign(ticket, by=lena, at=NOON, to=amir)


def test_released_case_can_be_taken_again(queue, amir):
    ticket = make_ticket(queue)
    take_next(by=amir, at=NOON)
    assert release(ticket, by=amir, at=NOON).status == Status.NEW
    assert take_next(by=amir, at=NOON) == ticket


def test_case_is_handed_over_with_a_note(queue, amir):
    ticket, bela = make_ticket(queue), make_moderator(queue.team, "Bela")
    take_next(by=amir, at=NOON)
    assert hand_over(ticket, by=amir, at=NOON, to=bela, note="She writes Persian.").assignee == bela
    assert ticket.notes.get().text == "She writes Persian."
    with pytest.raises(PermissionDenied):
        hand_over(ticket, by=amir, at=NOON, to=amir, note="Back to me.")


def test_late_bar_takes_the_case_away_and_tells_the_leads(queue, amir, lena):
    ticket = make_ticket(queue)
    take_next(by=amir, at=NOON)
    bar(ticket, amir, why="reviewed", by=SYSTEM, at=LATER)
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status) == (None, Status.NEW)
    assert Delivery.objects.get(kind="barred_late").address == lena.email
    bar(ticket, amir, why="reviewed", by=SYSTEM, at=LATER)
    assert Event.objects.filter(subject_id=ticket.pk, code="barred").count() == 1


def test_declared_conflict_bars(queue, amir):
    ticket = make_ticket(queue)
    declare_conflict(ticket, by=amir, at=NOON)
    assert take_next(by=amir, at=NOON) is None


def test_snoozed_case_wakes_when_its_moment_has_come(queue, amir):
    ticket = make_ticket(queue)
    snooze(ticket, by=amir, at=NOON, until=LATER)
    assert wake(ticket, by=SYSTEM, at=NOON).snoozed_until == LATER
    assert wake(ticket, by=SYSTEM, at=LATER).snoozed_until is None
    with refused("in_the_past"):
        snooze(ticket, by=amir, at=LATER, until=NOON)


def test_lead_who_clicks_a_moment_later_does_not_take_it_over(queue, amir, lena):
    ticket = make_ticket(queue)
    take(ticket, by=amir, at=NOON)
    with refused("taken"):
        take(ticket, by=lena, at=NOON)
    ticket.refresh_from_db()
    assert ticket.assignee == amir


def test_who_takes_their_own_case_again_keeps_it(queue, amir):
    ticket = make_ticket(queue)
    take(ticket, by=amir, at=NOON)
    assert take(ticket, by=amir, at=NOON).assignee == amir


def test_stranger_takes_no_case_at_all(queue):
    with pytest.raises(PermissionDenied):
        take(make_ticket(queue), by=make_user("Otto", roles=["moderator"]), at=NOON)
