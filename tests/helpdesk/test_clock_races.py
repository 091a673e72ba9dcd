"""People who change at one moment what is promised and who is on call, and a machine beside them."""

from datetime import timedelta

import pytest

from helpdesk.actions import end_silence, person_writes
from helpdesk.actions.policies import publish_policy
from helpdesk.actions.rotas import (
    Stretch,
    agree_to_change,
    change_rota,
    publish_rota,
    refuse_change,
    withdraw_change,
)
from helpdesk.models import ChangeStatus, Policy, PolicyRow, RotaVersion, Status
from journal.models import Event
from tests.factories import (
    NOON,
    make_layer,
    make_moderator,
    make_policy,
    make_queue,
    make_rota,
    make_team,
    person,
)
from tests.helpdesk.test_silence import CLOSED, REMINDED, ask
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def leads(team):
    return [make_moderator(team, name, role="lead") for name in ("Lena", "Lars")]


def publishing_policy(lead, **more):
    row = PolicyRow(name=f"As {lead} says", resolution=DAY)
    return lambda: publish_policy([row], by=lead, at=NOON, from_at=NOON, **more)


def publishing_rota(team, lead, after):
    return lambda: publish_rota(team, [make_layer(lead)], by=lead, at=NOON, from_at=NOON, after=after)


def test_of_two_leads_who_edit_one_policy_the_second_looks_again(leads):
    first = make_policy()
    answers = at_once(*[publishing_policy(lead, after=first.number) for lead in leads])
    assert answers.count("changed_meanwhile") == 1
    assert Policy.objects.latest("number").number == first.number + 1


def test_two_policies_published_at_once_have_two_numbers(leads):
    first = make_policy()
    at_once(*[publishing_policy(lead) for lead in leads])
    numbers = list(Policy.objects.order_by("number").values_list("number", flat=True))
    assert numbers[-3:] == [first.number, first.number + 1, first.number + 2]


@pytest.mark.parametrize("has_one", [True, False])
def test_of_two_leads_who_edit_one_rota_the_second_looks_again(team, leads, has_one):
    if has_one:
        make_rota(team, make_layer(leads[0]))
    answers = at_once(*[publishing_rota(team, lead, after=int(has_one)) for lead in leads])
    assert answers.count("changed_meanwhile") == 1
    assert RotaVersion.objects.count() == 1 + has_one
    assert Event.objects.filter(code="published").count() == 1 + has_one


@pytest.fixture
def asked(team):
    """Sara asks Amir to take her turn of tomorrow; he has today's."""
    amir, sara = (make_moderator(team, name) for name in ("Amir", "Sara"))
    rota = make_rota(team, make_layer(amir, sara, length=1, unit="days", first_on=NOON.date()))
    there = Stretch(NOON + DAY, NOON + DAY + HOUR)
    return change_rota(rota, sara, amir, by=sara, at=NOON, there=there)


def settled(change):
    change.refresh_from_db()
    codes = Event.objects.filter(subject_id=change.pk).order_by("number").values_list("code", flat=True)
    return change.status, list(codes)[1:]


@pytest.mark.parametrize(
    ("act", "status", "code"),
    [
        (withdraw_change, ChangeStatus.WITHDRAWN, "withdrawn"),
        (refuse_change, ChangeStatus.REFUSED, "refused"),
    ],
)
def test_swap_that_is_agreed_to_and_given_up_at_once_is_one_of_both(asked, act, status, code):
    by = asked.out if act is withdraw_change else asked.stand_in
    answers = at_once(
        lambda: agree_to_change(asked, by=asked.stand_in, at=NOON), lambda: act(asked, by=by, at=NOON)
    )
    assert sum(isinstance(each, str) for each in answers) == 1
    assert settled(asked) in [(ChangeStatus.HOLDS, ["agreed"]), (status, [code])]


def test_swap_that_is_agreed_to_twice_at_once_holds_once(asked):
    answers = at_once(*[lambda: agree_to_change(asked, by=asked.stand_in, at=NOON)] * 2)
    assert sum(isinstance(each, str) for each in answers) == 1
    assert settled(asked) == (ChangeStatus.HOLDS, ["agreed"])


def test_person_who_answers_while_the_case_is_ended_is_heard_and_not_ended_after_it():
    queue = make_queue(remind_after_days=7, close_after_days=14)
    amir = make_moderator(queue.team)
    tickets = [ask(queue, amir) for _each in range(5)]
    end_silence(at=REMINDED)

    def answer(ticket):
        return lambda: person_writes(ticket, by=person(ticket), at=CLOSED, text="Here it is.")

    # The sweep begins with the first of them, so that it ends some before their words come.
    *_answers, (_reminded, closed) = at_once(*map(answer, reversed(tickets)), lambda: end_silence(at=CLOSED))
    ended = 0
    for ticket in tickets:
        ticket.refresh_from_db()
        codes = list(
            Event.objects.filter(subject_id=ticket.pk).order_by("number").values_list("code", flat=True)
        )
        ended += "resolved" in codes
        assert (ticket.status == Status.RESOLVED) == ("resolved" in codes)
        assert "resolved" not in codes[codes.index("person_wrote") :]
        assert ticket.unanswered_since == CLOSED  # staff see it either way
    assert ended == closed
