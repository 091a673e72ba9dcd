"""Answered cases like one are found within sight, by an index, at any number of cases."""

from datetime import timedelta

import pytest
from django.db import connection

from helpdesk.likeness import _with_answered, answered_alike
from helpdesk.models import Queue, Status
from tests.factories import NOON, make_moderator, make_queue, make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def ticket(queue):
    return make_ticket(queue, category="threats")


def answered(queue, *, category="threats", hours=0):
    at = NOON + timedelta(hours=hours)
    return make_ticket(queue, category=category, status=Status.RESOLVED, ended_at=at)


def test_the_last_answered_of_the_category_come_first(ticket, queue, amir):
    first, last = answered(queue, hours=1), answered(queue, hours=2)
    answered(queue, category="doxxing")
    make_ticket(queue, category="threats")
    assert answered_alike(ticket, amir, most=5) == [last.pk, first.pk]
    assert answered_alike(ticket, amir, most=1) == [last.pk]


def test_every_queue_within_sight_gives_its_own_and_no_other(ticket, queue, amir):
    beside = answered(make_queue(team=queue.team))
    answered(make_queue())
    answered(make_queue(team=queue.team, kind="notice"))
    assert answered_alike(ticket, amir, most=5) == [beside.pk]


def test_a_case_is_not_like_itself(queue, amir):
    assert answered_alike(answered(queue), amir, most=5) == []


def test_an_index_gives_them_in_order(ticket, queue, amir):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    plan = _with_answered(Queue.objects.filter(pk=queue.pk), ticket, 5).values("answered").explain()
    assert "ticket_answered" in plan
    assert "Sort" not in plan
