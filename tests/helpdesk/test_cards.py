"""The other cases of a person, known by an address that its owner has confirmed."""

import pytest

from helpdesk.cards import earlier_card
from helpdesk.models import Contact, QueueKind
from tests.factories import NOON, make_moderator, make_queue, make_ticket

pytestmark = pytest.mark.django_db
RITA = "rita@mail.example"


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


def make_known(queue, address=RITA, *, confirmed_at=NOON):
    ticket = make_ticket(queue)
    Contact.objects.create(ticket=ticket, address=address, confirmed_at=confirmed_at)
    return ticket


def earlier(ticket, user):
    return earlier_card(ticket, user, at=NOON)["earlier"]


def test_cases_of_one_confirmed_address_are_named_whatever_their_kind(queue, amir):
    report = make_known(make_queue(amir, kind=QueueKind.NOTICE), "Rita@Mail.example")
    assert earlier(make_known(queue), amir) == [report]


def test_an_address_that_nobody_confirmed_says_nothing(queue, amir):
    unsure = make_known(queue, confirmed_at=None)
    ticket = make_known(queue)
    assert earlier(ticket, amir) == earlier(unsure, amir) == []


def test_a_case_out_of_sight_is_not_named(queue, amir):
    make_known(make_queue())
    assert earlier(make_known(queue), amir) == []


def test_it_costs_two_queries_for_one_and_for_many(queue, amir, django_assert_num_queries):
    tickets = [make_known(queue) for _ in range(12)]
    amir.roles  # noqa: B018 - read once a request
    with django_assert_num_queries(2):
        assert len(earlier(tickets[0], amir)) == 10


def test_the_case_page_shows_them(client, queue, amir):
    other, ticket = make_known(queue), make_known(queue)
    client.force_login(amir)
    page = client.get(f"/console/tickets/{ticket.reference}/").content.decode()
    assert other.reference in page
