"""Where a case stands among others, and which cases belong together."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from helpdesk.access import open_case
from helpdesk.actions import (
    confirm_contact,
    erase_case,
    link,
    mark_spam,
    merge,
    move_to_queue,
    reopen,
    reply,
    screen,
    set_contact,
    set_priority,
    take_next,
    unlink,
)
from helpdesk.models import Message, Receipt, Status, TicketLink
from journal.models import Event
from tests.factories import (
    NOON,
    contact_token,
    make_api_key,
    make_case,
    make_moderator,
    make_queue,
    make_ticket,
    person,
    refused,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


def reachable(ticket, address="rita@mail.example"):
    set_contact(ticket, by=person(ticket), at=NOON, address=address)
    confirm_contact(contact_token(ticket), at=NOON)
    return ticket


def test_urgent_case_is_next(queue, amir):
    make_ticket(queue)
    urgent = make_ticket(queue, due_at=NOON + timedelta(days=9))
    set_priority(urgent, by=amir, at=NOON, priority=1)
    assert take_next(by=amir, at=NOON) == urgent
    assert Event.objects.get(code="priority_set").values == {"before": 3, "after": 1}


def test_screened_case_waits_in_line(queue, amir):
    assert screen(make_ticket(queue, is_screened=False), by=amir, at=NOON).is_screened


def test_case_moves_only_between_queues_of_its_kind(queue, amir):
    ticket = make_ticket(queue)
    take_next(by=amir, at=NOON)
    with refused("wrong_queue"):
        move_to_queue(ticket, by=amir, at=NOON, queue=make_queue(kind="appeal"))
    moved = move_to_queue(ticket, by=amir, at=NOON, queue=make_queue())
    assert (moved.assignee, moved.status) == (None, Status.NEW)
    with pytest.raises(PermissionDenied):
        set_priority(ticket, by=amir, at=NOON, priority=1)


def test_cases_are_linked_once_in_either_direction(queue, amir):
    one, two = make_ticket(queue), make_ticket(queue)
    link(one, two, by=amir, at=NOON)
    link(two, one, by=amir, at=NOON)
    assert TicketLink.objects.count() == 1
    unlink(two, one, by=amir, at=NOON)
    assert not TicketLink.objects.exists()
    with refused("same_case"):
        link(one, one, by=amir, at=NOON)


def test_duplicates_of_the_same_person_become_one_case(queue, amir):
    first, again = make_case(queue), make_case(queue)
    for each in (first, again):
        reachable(each.ticket)
    merged = merge(again.ticket, by=amir, at=LATER, into=first.ticket, reason="same_matter")
    assert (merged.status, merged.merged_into) == (Status.DROPPED, first.ticket)
    assert open_case(again.ticket.reference, again.receipt, request_key="rita", at=LATER) == first.ticket
    with refused("gone"):
        reopen(merged, by=amir, at=LATER)
    with refused("case_merged"):
        reply(merged, by=amir, at=LATER, text="Nobody reads this", turn=None)


def test_a_duplicate_of_a_duplicate_opens_and_ends_with_the_last_case(queue, amir):
    first, second, third = (make_case(queue) for _ in range(3))
    for each in (first, second, third):
        reachable(each.ticket)
    merge(first.ticket, by=amir, at=LATER, into=second.ticket, reason="same_matter")
    merge(second.ticket, by=amir, at=LATER, into=third.ticket, reason="same_matter")
    assert open_case(first.ticket.reference, first.receipt, request_key="rita", at=LATER) == third.ticket
    erase_case(third.ticket, by=person(third.ticket), at=LATER)
    assert not Receipt.objects.exists()
    assert not Message.objects.exclude(text="").exists()


def test_cases_of_two_people_are_never_merged(queue, amir):
    ours, theirs = reachable(make_case(queue).ticket), reachable(make_case(queue).ticket, "otto@mail.example")
    for into in (theirs, make_case(queue).ticket):
        with refused("not_the_same_person"):
            merge(ours, by=amir, at=LATER, into=into, reason="same_matter")
    with refused("not_into_this"):
        merge(ours, by=amir, at=LATER, into=ours, reason="same_matter")


def test_spam_needs_a_person_and_a_reason_and_can_be_reopened(queue, amir):
    ticket = make_ticket(queue)
    with refused("reason_needed"):
        mark_spam(ticket, by=amir, at=NOON, reason="I do not like it")
    with pytest.raises(PermissionDenied):
        mark_spam(ticket, by=make_api_key(user=amir), at=NOON, reason="empty")
    assert mark_spam(ticket, by=amir, at=NOON, reason="empty").status == Status.DROPPED
    assert reopen(ticket, by=amir, at=LATER).status == Status.NEW
