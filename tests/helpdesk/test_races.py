"""Two at the same moment, on connections of their own: the database settles it."""

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.actions import assign, bar, person_writes, reply, take_next
from helpdesk.actions.indexing import index_again
from helpdesk.models import Barred, Message, Note, SearchText, Submission, Ticket
from helpdesk.search import VERSION, search
from journal.actors import SYSTEM
from journal.models import Event
from tests.factories import NOON, make_api_key, make_case, make_moderator, make_queue, make_ticket, person
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_moderators_who_take_next_together_get_different_cases():
    queue = make_queue()
    people = [make_moderator(queue.team, f"Amir {number}") for number in range(6)]
    for _each in range(5):
        make_ticket(queue)
    taken = at_once(*[lambda user=user: take_next(by=user, at=NOON) for user in people])
    got = [ticket.pk for ticket in taken if ticket]
    assert len(got) == len(set(got)) == 5
    assert take_next(by=people[0], at=NOON) is None
    assert Event.objects.filter(code="taken").count() == 5


def test_same_form_sent_by_many_at_once_opens_one_case():
    queue = make_queue()

    def send():
        return make_case(queue, token="t" * 32)

    opened = at_once(*[send] * 6)
    assert len({(each.ticket.pk, each.receipt) for each in opened}) == 1
    assert [each.was_new for each in opened].count(True) == 1
    assert Ticket.objects.count() == Message.objects.count() == Submission.objects.count() == 1


def test_two_answers_from_the_same_page_do_not_cross():
    queue = make_queue()
    ticket = make_ticket(queue)
    people = [make_moderator(queue.team, name) for name in ("Amir", "Bela")]
    answers = at_once(
        *[lambda user=user: reply(ticket, by=user, at=NOON, text="Hello", turn=1) for user in people]
    )
    assert answers.count("changed_meanwhile") == 1
    assert Message.objects.count() == 1


def test_bar_and_assignment_at_once_never_leave_the_barred_with_the_case():
    queue = make_queue()
    lena, amir = make_moderator(queue.team, "Lena", role="lead"), make_moderator(queue.team)
    for _each in range(5):
        ticket = make_ticket(queue)
        at_once(
            lambda ticket=ticket: assign(ticket, by=lena, at=NOON, to=amir),
            lambda ticket=ticket: bar(ticket, amir, why="decided", by=SYSTEM, at=NOON),
        )
        ticket.refresh_from_db()
        assert ticket.assignee is None
    assert Barred.objects.count() == 5


def test_bar_that_comes_while_next_is_taken_is_honoured():
    queue = make_queue()
    amir = make_moderator(queue.team)
    for _each in range(8):
        ticket = make_ticket(queue)
        at_once(
            lambda: take_next(by=amir, at=NOON),
            lambda ticket=ticket: bar(ticket, amir, why="decided", by=SYSTEM, at=NOON),
        )
        ticket.refresh_from_db()
        assert ticket.assignee is None


def test_same_call_of_a_machine_at_once_is_done_once():
    queue = make_queue()
    key = make_api_key(user=make_moderator(queue.team), scopes=["tickets:write"])
    ticket = make_ticket(queue)
    headers = {"Authorization": f"Bearer {key.shown}", "Idempotency-Key": "one"}

    def call():
        notes = reverse("helpdesk_api:notes", args=[ticket.pk])
        return Client(headers=headers).post(notes, {"text": "Seen."}, content_type="application/json")

    answers = at_once(*[call] * 4)
    assert {(each.status_code, each.json()["id"]) for each in answers} == {(201, str(Note.objects.get().pk))}


def test_same_words_of_a_person_at_once_are_stored_once():
    ticket = make_ticket()

    def write():
        return person_writes(ticket, by=person(ticket), at=NOON, text="Hello", token="m" * 32)

    assert len({message.pk for message in at_once(*[write] * 4)}) == Message.objects.count() == 1


def test_words_written_while_their_case_is_indexed_anew_are_found():
    queue = make_queue()
    amir = make_moderator(queue.team)
    for number in range(5):
        ticket = make_case(queue).ticket
        SearchText.objects.update(tokens="", version=VERSION - 1)
        at_once(
            index_again,
            lambda ticket=ticket, number=number: person_writes(
                ticket, by=person(ticket), at=NOON, text=f"spoken{number}"
            ),
        )
        index_again()
        assert search(amir, f"spoken{number} gone").ids == [ticket.pk]
