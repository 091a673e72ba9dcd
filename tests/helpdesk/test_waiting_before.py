"""A case that waited for its person before such waits were noted gets the moment from its history."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from helpdesk.actions import end_silence, reply
from helpdesk.models import Ticket
from tests.factories import NOON, make_case, make_moderator, make_queue

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def migrate(name):
    MigrationExecutor(connection).migrate([("helpdesk", name)])


@pytest.fixture
def queue():
    return make_queue(remind_after_days=7, close_after_days=14)


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def filled():
    """Fills the moments as if they had never been noted."""

    def fill(**fields):
        migrate("0032_push")
        Ticket.objects.update(**({"waiting_since": None} | fields))
        latest = MigrationExecutor(connection)
        latest.migrate(latest.loader.graph.leaf_nodes())

    return fill


def ask(queue, amir, at=NOON):
    ticket = make_case(queue, at=NOON).ticket
    reply(ticket, by=amir, at=at, turn=ticket.turn, text="Which channel?", is_question=True)
    return ticket


def since(ticket):
    return Ticket.objects.get(pk=ticket.pk).waiting_since


def test_case_waits_since_our_last_words_and_is_reminded(queue, amir, filled):
    ticket = ask(queue, amir)
    reply(ticket, by=amir, at=NOON + DAY, turn=Ticket.objects.get().turn, text="The one about poetry?")
    filled()
    assert since(ticket) == NOON + DAY
    assert end_silence(at=NOON + 7 * DAY) == (0, 0)
    assert end_silence(at=NOON + 8 * DAY) == (1, 0)


def test_case_that_waits_for_us_gets_no_such_moment(queue, filled):
    ticket = make_case(queue, at=NOON).ticket
    filled()
    assert since(ticket) is None


def test_moment_that_was_noted_stays(queue, amir, filled):
    ticket = ask(queue, amir)
    filled(waiting_since=NOON + 3 * DAY)
    assert since(ticket) == NOON + 3 * DAY
