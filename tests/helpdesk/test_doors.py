"""Whatever state a case is in, each door answers with words, never with a fault of ours."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.actions import erase_case, mark_spam, merge, reply, resolve, snooze, undo_reply
from helpdesk.models import Contact, Draft, Message, ReplyTemplate
from helpdesk.views.console.acts import ACTS
from journal.models import Event
from tests.factories import bar, make_api_key, make_case, make_message, make_moderator, make_queue, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def desk(client, amir):
    client.force_login(amir)
    return client


@pytest.fixture
def api(amir):
    return Client(headers={"Authorization": f"Bearer {make_api_key(user=amir).shown}"})


def erased(ticket, amir):
    erase_case(ticket, by=person(ticket), at=now())


def merged(ticket, amir):
    other = make_case(ticket.queue, at=now()).ticket
    for each in (ticket, other):
        Contact.objects.create(ticket=each, address="rita@mail.example", confirmed_at=now())
    merge(ticket, by=amir, at=now(), into=other, reason="same_matter")


def ended(ticket, amir):
    mark_spam(ticket, by=amir, at=now(), reason="empty")


def answered(ticket, amir):
    reply(ticket, by=amir, at=now(), text="Done.", turn=None)
    resolve(ticket, by=amir, at=now())


def asleep(ticket, amir):
    snooze(ticket, by=amir, at=now(), until=now() + timedelta(days=1))


def barred(ticket, amir):
    bar(ticket, amir)


def elsewhere(ticket, amir):
    amir.memberships.update(ended_at=now())


STATES = [erased, merged, ended, answered, asleep, barred, elsewhere]


@pytest.fixture(params=STATES, ids=lambda state: state.__name__)
def ticket(request, queue, amir):
    """A case in one of its states, as a form that is still open somewhere does not know it."""
    ticket = make_case(queue, at=now() - timedelta(minutes=5)).ticket
    request.param(ticket, amir)
    ticket.refresh_from_db()
    return ticket


ANSWERS = {200, 204, 302, 403, 404, 409}


@pytest.mark.parametrize("name", ["reply", "note", "draft"])
def test_words_to_a_case_in_any_state_are_answered(desk, ticket, name):
    typed = {"text": "Hello", "turn": ticket.turn, "keep": "reply", "then": "resolve"}
    assert desk.post(reverse(f"console:{name}", args=[ticket.reference]), typed).status_code in ANSWERS


def test_a_template_for_a_case_in_any_state_is_answered(desk, ticket):
    template = ReplyTemplate.objects.create(name_en="First", text_en="We have it.")
    address = reverse("console:start_reply", args=[ticket.reference, template.pk])
    assert desk.post(address).status_code in ANSWERS


def test_a_template_for_an_erased_case_is_refused_in_words(desk, queue, amir):
    ticket = make_case(queue, at=now()).ticket
    erased(ticket, amir)
    template = ReplyTemplate.objects.create(name_en="First", text_en="We have it.")
    answer = desk.post(reverse("console:start_reply", args=[ticket.reference, template.pk]))
    assert answer.status_code == 409
    assert "Nothing more can be added to it." in answer.content.decode()


@pytest.mark.parametrize("name", ["ticket", "others", "templates", "history"])
def test_pages_of_a_case_in_any_state_are_shown_or_not_there(desk, ticket, name):
    assert desk.get(reverse(f"console:{name}", args=[ticket.reference])).status_code in {200, 404}


@pytest.mark.parametrize("name", ACTS)
def test_acts_on_a_case_in_any_state_are_answered(desk, ticket, amir, queue, name):
    other = make_case(queue, at=now()).ticket
    bela = make_moderator(queue.team, "Bela")
    typed = {"to": bela.pk, "note": "Hi", "hours": "1", "other": other.reference, "priority": "2"}
    typed |= {"reason": "empty"}
    address = reverse("console:act", args=[ticket.reference, name])
    assert desk.post(address, typed).status_code in ANSWERS


def test_many_with_one_in_any_state_are_answered(desk, ticket):
    typed = {"t": [ticket.reference], "text": "Hello", f"turn-{ticket.reference}": ticket.turn}
    assert desk.post(reverse("console:bulk"), typed).status_code in ANSWERS


# --- the person's own doors ---

PERSONS = {
    "case_write": {"text": "Hello"},
    "case_address": {"address": "rita@mail.example"},
    "case_zone": {"zone": "Asia/Tehran"},
    "case_withdraw": {},
    "case_reopen": {},
    "case_erase": {"sure": "yes"},
    "case_close": {},
}


@pytest.mark.parametrize("name", PERSONS)
@pytest.mark.parametrize("state", [None, erased, merged, ended, answered], ids=lambda s: s and s.__name__)
def test_a_person_whose_case_changed_meanwhile_is_answered(client, queue, amir, state, name):
    opened = make_case(queue, at=now() - timedelta(minutes=5))
    given = {"reference": opened.ticket.reference, "receipt": opened.receipt}
    assert client.post(reverse("helpdesk:case_login"), given).status_code == 302
    if state:
        state(opened.ticket, amir)
    answer = client.post(reverse(f"helpdesk:{name}"), PERSONS[name])
    assert answer.status_code in {200, 302, 403, 409}
    if state is erased:
        assert answer.status_code == 403
        assert "receipt" in answer.content.decode()


CALLS = {
    "assign": {},
    "release": {},
    "notes": {"text": "Seen."},
    "draft": {"text": "Dear Rita"},
    "replies": {"text": "Hello", "turn": 1, "is_question": True},
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_about_a_case_in_any_state_are_answered(api, ticket, name):
    send = api.put if name == "draft" else api.post
    address = f"/api/v1/tickets/{ticket.pk}/{name}"
    answer = send(address, CALLS[name], content_type="application/json")
    assert answer.status_code in {200, 201, 403, 404, 409}


# --- what a browser would not send ---


def test_a_nul_in_any_field_is_no_fault(desk, queue):
    ticket = make_case(queue, at=now()).ticket
    typed = {"t": [ticket.reference, "\0"], "text": "Seen\0 it.", f"turn-{ticket.reference}": ticket.turn}
    assert desk.post(reverse("console:bulk"), typed).status_code == 302
    assert Message.objects.get(side="staff").text == "Seen it."
    assert desk.post(reverse("console:take"), {"queue": "none\0"}).status_code == 404
    view = {"queue": queue.slug, "name": "Mine\0", "language": "f\0a", "category": "\0"}
    assert desk.post(reverse("console:save_view"), view).status_code == 302
    assert desk.post(reverse("console:save_view"), {"queue": "none\0"}).status_code == 404


@pytest.mark.parametrize("shown_at", ["2026-13-45T99:00:00Z", "2026-11-23T12:00:00", "yesterday", ""])
def test_a_moment_that_is_none_is_passed_over(desk, queue, shown_at):
    ticket = make_case(queue, at=now()).ticket
    typed = {"text": "Hello", "turn": 99, "shown_at": shown_at}
    assert desk.post(reverse("console:reply", args=[ticket.reference]), typed).status_code == 409


@pytest.mark.parametrize(
    "place",
    [
        "99999999999999999999~2026-11-23T12:00:00+00:00~{}",
        "-1~0001-01-01T00:00:00+14:00~{}",
        "1~9999-12-31T23:59:59-14:00~{}",
        "1~2026-11-23~{}",
    ],
)
def test_a_place_that_is_none_begins_at_the_start_or_ends(desk, queue, place):
    ticket = make_case(queue, at=now()).ticket
    address = reverse("console:queue", args=[queue.slug])
    assert desk.get(address, {"after": place.format(ticket.pk)}).status_code == 200


# --- twice ---


def test_a_reply_sent_twice_is_written_once(desk, queue):
    ticket = make_case(queue, at=now()).ticket
    typed = {"text": "Hello", "turn": ticket.turn}
    for status in (302, 409):
        assert desk.post(reverse("console:reply", args=[ticket.reference]), typed).status_code == status
    assert Message.objects.filter(side="staff").count() == 1


def test_an_undo_sent_twice_leads_back_to_the_case(desk, queue, amir):
    ticket = make_case(queue, at=now()).ticket
    message = reply(ticket, by=amir, at=now(), text="Whcih?", turn=None)
    address = reverse("console:undo", args=[ticket.reference, message.pk])
    for _each in range(2):
        assert desk.post(address).url == reverse("console:ticket", args=[ticket.reference])
    assert Draft.objects.get().text == "Whcih?"


def test_two_undoes_at_once_leave_one_draft(queue, amir):
    message = reply(make_case(queue, at=now()).ticket, by=amir, at=now(), text="Whcih?", turn=None)
    seen_by_both = [Message.objects.get(pk=message.pk) for _each in range(2)]
    for each in seen_by_both:
        undo_reply(each, by=amir, at=now())
    assert Draft.objects.get().text == "Whcih?"
    assert Event.objects.filter(code="reply_undone").count() == 1


def test_a_message_of_another_case_cannot_be_undone_through_this_one(desk, queue, amir):
    ticket, other = (make_case(queue, at=now()).ticket for _each in range(2))
    message = make_message(other, "Hello", author=amir, at=now())
    desk.post(reverse("console:undo", args=[ticket.reference, message.pk]))
    assert Message.objects.filter(pk=message.pk).exists()
