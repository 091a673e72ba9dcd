"""A case does not wait for somebody who has gone."""

import pytest
from django.utils.timezone import now

from helpdesk.actions import assign, take_next
from helpdesk.models import Ticket
from helpdesk.tasks import free_left_cases
from tests.factories import make_case, make_moderator, make_queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    user = make_moderator(queue.team)
    ticket = make_case(queue, at=now()).ticket
    assign(ticket, by=user, at=now(), to=user)
    return user


def test_a_case_of_somebody_deactivated_can_be_taken_by_others(queue, amir):
    amir.is_active = False
    amir.save()
    assert free_left_cases() == 1
    mira = make_moderator(queue.team, "Mira")
    assert take_next(by=mira, at=now()) == Ticket.objects.get()


def test_a_case_of_somebody_without_a_role_is_laid_down(amir):
    amir.roles_given.update(ended_at=now())
    assert free_left_cases() == 1
    assert Ticket.objects.get().assignee is None


def test_a_case_of_somebody_at_work_stays(amir):
    assert free_left_cases() == 0
    assert Ticket.objects.get().assignee == amir
