"""The clocks of a ticket follow what is done to it, in the same transaction, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from helpdesk.actions import (
    add_note,
    answer_undone,
    answered,
    move_to_queue,
    person_writes,
    reopen,
    reply,
    resolve,
    set_priority,
    undo_reply,
    withdraw,
)
from helpdesk.actions.policies import add_calendar, change_calendar, keep_promises, publish_policy
from helpdesk.models import NEVER, Clock, PolicyRow, Priority
from journal.actors import SYSTEM
from journal.models import Event
from tests.factories import (
    NOON,
    make_case,
    make_moderator,
    make_policy,
    make_queue,
    make_user,
    person,
    refused,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PROMISED = {"first_response": HOUR, "next_response": 2 * HOUR, "resolution": 10 * HOUR}


@pytest.fixture
def queue():
    make_policy(**PROMISED)
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def ticket(queue):
    return make_case(queue).ticket


def clock(ticket, kind, instance=1):
    return ticket.clocks.get(kind=kind, instance=instance)


def states(ticket):
    return {(clock.kind, clock.instance): clock.state for clock in ticket.clocks.all()}


def answer(ticket, amir, at, **more):
    ticket.refresh_from_db()
    return reply(ticket, by=amir, at=at, text="We are looking.", turn=ticket.turn, **more)


def test_new_case_begins_with_its_clocks(ticket):
    assert states(ticket) == {("first_response", 1): "running", ("resolution", 1): "running"}
    assert clock(ticket, "first_response").due_at == NOON + HOUR


def test_case_is_ordered_by_what_is_due_first(ticket):
    assert ticket.due_at == NOON + HOUR


def test_answer_meets_the_first_clock_and_the_next_one_leads(ticket, amir):
    answer(ticket, amir, NOON + HOUR / 2)
    first = clock(ticket, "first_response")
    assert (first.state, first.met_at) == ("met", NOON + HOUR / 2)
    ticket.refresh_from_db()
    assert ticket.due_at == NOON + 10 * HOUR


def test_late_answer_stays_late(ticket, amir):
    answer(ticket, amir, NOON + 2 * HOUR)
    first = clock(ticket, "first_response")
    assert (first.state, first.due_at, first.met_at) == ("missed", NOON + HOUR, NOON + 2 * HOUR)


def test_note_among_the_staff_answers_nobody(ticket, amir):
    add_note(ticket, by=amir, at=NOON, text="Looks odd.")
    assert clock(ticket, "first_response").state == "running"


def test_reply_that_was_undone_has_answered_nobody(ticket, amir):
    message = answer(ticket, amir, NOON, is_question=True)
    undo_reply(message, by=amir, at=NOON + timedelta(seconds=5))
    assert states(ticket) == {("first_response", 1): "running", ("resolution", 1): "running"}


def test_undone_answer_takes_no_reply_with_it(ticket, amir):
    answered(ticket, by=amir, at=NOON)
    answer(ticket, amir, NOON + timedelta(seconds=3))
    ticket.refresh_from_db()
    answer_undone(ticket, by=amir, at=NOON + timedelta(seconds=5))
    assert clock(ticket, "first_response").met_at == NOON + timedelta(seconds=3)


def test_question_stops_the_clock_and_says_where_it_will_stand(ticket, amir):
    answer(ticket, amir, NOON + HOUR, is_question=True)
    paused = clock(ticket, "resolution")
    assert (paused.state, paused.due_at) == ("paused", None)
    ticket.refresh_from_db()
    assert ticket.due_at == NOON + 10 * HOUR


def test_answer_of_the_person_lets_it_run_on(ticket, amir):
    answer(ticket, amir, NOON, is_question=True)
    person_writes(ticket, by=person(ticket), at=NOON + 3 * HOUR, text="Here it is.")
    assert clock(ticket, "resolution").due_at == NOON + 13 * HOUR
    assert clock(ticket, "next_response").due_at == NOON + 5 * HOUR


def test_reopened_case_has_a_clock_of_its_own(ticket, amir):
    answer(ticket, amir, NOON)
    resolve(ticket, by=amir, at=NOON)
    reopen(ticket, by=person(ticket), at=NOON + 20 * HOUR)
    assert clock(ticket, "resolution").state == "met"
    assert clock(ticket, "resolution", 2).due_at == NOON + 30 * HOUR


def test_withdrawn_case_owes_nothing(ticket):
    ended = withdraw(ticket, by=person(ticket), at=NOON)
    assert set(states(ticket).values()) == {"cancelled"}
    ended.refresh_from_db()
    assert ended.due_at == NEVER


def test_without_a_policy_nothing_is_promised():
    ticket = make_case().ticket
    assert (ticket.due_at, ticket.clocks.count()) == (NEVER, 0)


def test_more_urgent_case_gets_the_row_for_it(amir, queue):
    make_policy({"priority": Priority.TOP, "first_response": HOUR / 4}, first_response=HOUR, at=NOON)
    ticket = make_case(queue).ticket
    set_priority(ticket, by=amir, at=NOON, priority=Priority.TOP)
    assert clock(ticket, "first_response").due_at == NOON + HOUR / 4
    assert Event.objects.filter(subject_id=ticket.pk, code="targets_changed").count() == 1


def test_case_in_another_queue_is_promised_what_is_promised_there(amir, queue):
    other = make_queue(team=queue.team)
    make_policy({"queue": other, "resolution": HOUR}, resolution=10 * HOUR, at=NOON)
    ticket = make_case(queue).ticket
    move_to_queue(ticket, by=amir, at=NOON, queue=other)
    assert clock(ticket, "resolution").due_at == NOON + HOUR


def test_new_policy_reaches_open_cases_from_its_moment_on(ticket):
    lead = make_user("Lena", roles=["lead"])
    row = PolicyRow(name="All", first_response=3 * HOUR)
    publish_policy([row], by=lead, at=NOON, from_at=NOON + HOUR / 2)
    keep_promises(at=NOON)
    assert clock(ticket, "first_response").due_at == NOON + HOUR
    keep_promises(at=NOON + 0.9 * HOUR)
    changed = Event.objects.get(subject_id=ticket.pk, code="targets_changed")
    assert changed.at == NOON + HOUR / 2
    assert states(ticket) == {("first_response", 1): "running"}
    assert clock(ticket, "first_response").due_at == NOON + 3 * HOUR


def test_policy_that_comes_late_takes_no_breach_back(ticket):
    publish_policy(
        [PolicyRow(name="All", first_response=9 * HOUR)], by=SYSTEM, at=NOON, from_at=NOON + 2 * HOUR
    )
    keep_promises(at=NOON + 3 * HOUR)
    first = clock(ticket, "first_response")
    assert (first.state, first.due_at) == ("missed", NOON + HOUR)


def test_sweep_that_runs_twice_changes_nothing_more(ticket):
    publish_policy([PolicyRow(name="All", first_response=3 * HOUR)], by=SYSTEM, at=NOON, from_at=NOON)
    assert [keep_promises(at=NOON + HOUR), keep_promises(at=NOON + HOUR)] == [1, 0]


def test_working_hours_stand_still_at_night():
    lena = make_user("Lena", roles=["lead"])
    frames = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    hours = add_calendar(
        {"name_en": "Tehran"},
        by=lena,
        at=NOON - 9 * HOUR,
        time_zone="Asia/Tehran",
        frames=frames,
        holidays={},
    )
    make_policy(first_response=3 * HOUR, calendar=hours.calendar)
    ticket = make_case().ticket  # Monday, 15:30 in Tehran: an hour and a half are left
    assert clock(ticket, "first_response").due_at == datetime(2026, 11, 24, 7, tzinfo=UTC)


def test_holiday_given_later_moves_what_is_open():
    lena = make_user("Lena", roles=["lead"])
    frames = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    hours = {"time_zone": "Asia/Tehran", "frames": frames}
    first = add_calendar({"name_en": "Tehran"}, by=lena, at=NOON - 9 * HOUR, holidays={}, **hours)
    make_policy(first_response=3 * HOUR, calendar=first.calendar)
    ticket = make_case().ticket
    day_off = {"2026-11-24": "Mourning"}
    change_calendar(first.calendar, by=lena, at=NOON, from_at=NOON, holidays=day_off, **hours)
    keep_promises(at=NOON + timedelta(minutes=1))
    assert clock(ticket, "first_response").due_at == datetime(2026, 11, 25, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "no_row_for_all"),
        ([{"kind": "appeal"}], "no_row_for_all"),
        ([{}, {"kind": "appeal"}, {}], "never_reached"),
        ([{"kind": "appeal"}, {"kind": "appeal", "tier": 1}, {}], "never_reached"),
    ],
)
def test_policy_that_leaves_a_gap_is_refused(rows, code):
    drafts = [PolicyRow(name="Row", **row) for row in rows]
    with refused(code):
        publish_policy(drafts, by=SYSTEM, at=NOON, from_at=NOON)


def test_promise_of_yesterday_is_not_changed_today():
    with refused("in_the_past"):
        publish_policy([PolicyRow(name="All")], by=SYSTEM, at=NOON, from_at=NOON - HOUR)


def test_moderator_does_not_change_what_is_promised(ticket, amir):
    with pytest.raises(PermissionDenied):
        publish_policy([PolicyRow(name="All")], by=amir, at=NOON, from_at=NOON)
    assert Clock.objects.filter(ticket=ticket).count() == 2
