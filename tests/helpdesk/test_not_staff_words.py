"""What a machine says, or staff among themselves, is no answer: each of these leaves the clocks running."""

from datetime import timedelta

import pytest

from helpdesk.actions import add_note, confirm_contact, end_silence, reply, set_contact
from helpdesk.actions.escalating import take_steps
from helpdesk.actions.incidents import join_incident
from helpdesk.actions.paging import ring
from journal.models import Delivery, Event
from tests.factories import (
    NOON,
    contact_token,
    make_alarm,
    make_case,
    make_line,
    make_moderator,
    make_policy,
    make_queue,
    person,
)
from tests.helpdesk.test_escalating import DUE, LEAD, make_steps
from tests.helpdesk.test_silence import REMINDED, ask

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def queue():
    make_policy(first_response=HOUR, resolution=10 * HOUR, keep_in_touch=30 * DAY)
    return make_queue(remind_after_days=7, close_after_days=14)


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


def clocks(ticket):
    return {each.kind: (each.state, each.due_at) for each in ticket.clocks.all()}


def is_unanswered(ticket):
    wrote = Event.objects.filter(subject_id=ticket.pk, code="staff_wrote")
    return clocks(ticket)["first_response"] == ("running", NOON + HOUR) and not wrote.exists()


def test_receipt_is_no_answer(queue):
    opened = make_case(queue)
    assert opened.receipt
    assert is_unanswered(opened.ticket)


def test_mail_that_the_machine_sends_to_the_person_is_no_answer(queue):
    ticket = make_case(queue).ticket
    set_contact(ticket, by=person(ticket), at=NOON, address="rita@mail.example")
    confirm_contact(contact_token(ticket), at=NOON)
    assert Delivery.objects.filter(address="rita@mail.example").exists()
    assert is_unanswered(ticket)


def test_note_among_the_staff_is_no_answer(queue, amir):
    ticket = make_case(queue).ticket
    add_note(ticket, by=amir, at=NOON, text="Looks odd.")
    assert is_unanswered(ticket)


def test_incident_of_many_cases_answers_none_of_them(queue):
    tickets = [make_case(queue).ticket for _each in range(3)]
    for ticket in tickets:
        join_incident(ticket, title="promises", at=NOON)
    assert all(map(is_unanswered, tickets))


def test_page_of_whoever_is_on_call_is_no_answer(queue):
    make_line(queue.team)
    ticket = make_case(queue).ticket
    make_alarm(ticket)
    assert ring(at=NOON) == 1
    assert is_unanswered(ticket)


def test_reminder_is_no_word_of_ours_that_keeps_in_touch(queue, amir):
    ticket = ask(queue, amir)
    before = clocks(ticket)
    assert before["keep_in_touch"] == ("running", NOON + 30 * DAY)
    assert end_silence(at=REMINDED) == (1, 0)
    assert clocks(ticket) == before


def test_step_of_the_clock_is_no_answer_and_words_of_staff_are():
    make_steps({"when": "at"} | LEAD)
    queue = make_queue()
    lena = make_moderator(queue.team, "Lena", role="lead")
    ticket = make_case(queue).ticket
    take_steps(at=DUE)
    wrote = Event.objects.filter(subject_id=ticket.pk, code="staff_wrote")
    assert not wrote.exists()
    ticket.refresh_from_db()
    reply(ticket, by=lena, at=DUE, text="We are looking.", turn=ticket.turn)
    assert wrote.count() == 1
