"""Cases opened, answered and ended by actions: what follows, and what is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from helpdesk.actions import (
    UNDO_FOR,
    add_note,
    confirm_contact,
    no_answer_needed,
    opening,
    person_writes,
    reopen,
    reply,
    resolve,
    save_draft,
    set_contact,
    undo_reply,
    withdraw,
)
from helpdesk.actions.policies import make_first_policy
from helpdesk.models import Contact, Draft, Message, Priority, Receipt, Status, Ticket
from helpdesk.receipts import lookup_of, stored
from journal.actors import SYSTEM, Actor
from journal.models import Delivery, Event
from tests.factories import (
    NOON,
    contact_token,
    make_case,
    make_moderator,
    make_queue,
    make_user,
    person,
    refused,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def queue():
    make_first_policy(at=NOON)
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def ticket(queue):
    return make_case(queue).ticket


def codes(ticket):
    return list(Event.objects.filter(subject_id=ticket.pk).order_by("number").values_list("code", flat=True))


def confirmed(ticket, address="rita@mail.example"):
    set_contact(ticket, by=person(ticket), at=NOON, address=address)
    return confirm_contact(contact_token(ticket), at=NOON)


# Opening


def test_opened_case_has_words_receipt_and_a_promise(queue):
    opened = make_case(queue, text="My channel is gone.")
    ticket = opened.ticket
    assert ticket.status == Status.NEW
    assert ticket.due_at == NOON + timedelta(days=5)
    assert ticket.messages.get().text == "My channel is gone."
    assert bytes(Receipt.objects.get(ticket=ticket).lookup) == stored(lookup_of(opened.receipt))
    assert codes(ticket) == ["opened"]
    assert Event.objects.get(subject_id=ticket.pk).actor_id == ticket.pk


def test_same_form_again_gives_the_same_case_and_stores_nothing(queue):
    first = make_case(queue, token="t" * 32)
    again = make_case(queue, token="t" * 32, at=LATER, language="ru")
    assert (again.ticket, again.receipt, again.was_new) == (first.ticket, first.receipt, False)
    assert Ticket.objects.count() == Message.objects.count() == len(codes(first.ticket)) == 1


def test_reference_that_is_taken_is_not_given_again(queue, monkeypatch):
    taken = make_case(queue).ticket.reference
    drawn = iter([taken, taken, "A7K3-9QXT-M"])
    monkeypatch.setattr(opening, "new_reference", lambda: next(drawn))
    assert opening.entry(queue.kind, at=NOON).reference == "A7K3-9QXT-M"


def test_same_form_after_the_hour_is_told_to_open_the_case(queue):
    make_case(queue, token="t" * 32)
    with refused("already_sent"):
        make_case(queue, token="t" * 32, at=NOON + timedelta(minutes=61))


def test_form_without_a_token_is_refused(queue):
    with refused("no_token"):
        make_case(queue, token="")


def test_contact_is_asked_to_confirm_and_hears_nothing_before(queue, amir):
    ticket = make_case(queue, contact={"address": "rita@mail.example", "name": "Rita"}).ticket
    assert Delivery.objects.get().kind == "confirm_contact"
    reply(ticket, by=amir, at=LATER, text="We are looking.", turn=1)
    assert Delivery.objects.count() == 1


# The person writes


def test_answer_to_our_question_lets_the_work_go_on(ticket, amir):
    reply(ticket, by=amir, at=NOON, text="Which channel?", is_question=True, turn=1)
    ticket.refresh_from_db()
    assert ticket.status == Status.WAITING
    person_writes(ticket, by=person(ticket), at=LATER, text="This one.")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.unanswered_since) == (Status.NEW, LATER)
    assert codes(ticket) == ["opened", "staff_wrote", "waiting", "person_wrote", "resumed"]


def test_words_after_the_end_wait_for_staff_without_reopening(ticket, amir):
    reply(ticket, by=amir, at=NOON, text="Done.", turn=1)
    resolve(ticket, by=amir, at=NOON)
    person_writes(ticket, by=person(ticket), at=LATER, text="Thank you!")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.unanswered_since) == (Status.RESOLVED, LATER)
    assert no_answer_needed(ticket, by=amir, at=LATER, reason="thanks").unanswered_since is None


def test_same_words_sent_again_are_stored_once(ticket):
    sent = [
        person_writes(ticket, by=person(ticket), at=NOON + timedelta(seconds=n), text="Hello", token="m" * 32)
        for n in range(2)
    ]
    assert sent[0] == sent[1]
    assert codes(ticket) == ["opened", "person_wrote"]
    with refused("already_sent"):
        person_writes(other := make_case().ticket, by=person(other), at=LATER, text="Hi", token="m" * 32)


def test_undoing_the_answer_of_a_resolved_case_opens_it_again(ticket, amir):
    message = reply(ticket, by=amir, at=NOON, text="Done.", turn=1)
    resolve(ticket, by=amir, at=NOON)
    assert undo_reply(message, by=amir, at=NOON).status == Status.NEW


def test_only_the_holder_of_the_receipt_writes_as_the_person(ticket, amir):
    other = make_case().ticket
    for by in (person(other), amir, SYSTEM, Actor("person")):
        with pytest.raises(PermissionDenied):
            person_writes(ticket, by=by, at=LATER, text="Me too")


def test_empty_words_are_refused(ticket, amir):
    with refused("nothing_written"):
        person_writes(ticket, by=person(ticket), at=LATER, text="  ")
    with refused("nothing_written"):
        reply(ticket, by=amir, at=LATER, text="", turn=1)


# Staff write


def test_reply_is_told_after_the_time_to_undo(ticket, amir):
    confirmed(ticket)
    ticket.refresh_from_db()
    message = reply(ticket, by=amir, at=LATER, text="Your channel is back.", turn=ticket.turn)
    assert message.told_at == LATER + timedelta(seconds=10)
    news = Delivery.objects.get(kind="case_news")
    assert (news.due_at, news.address) == (message.told_at, "rita@mail.example")
    assert "back" not in str(news.body)


def test_reply_to_a_case_that_changed_is_refused(ticket, amir):
    person_writes(ticket, by=person(ticket), at=NOON, text="One more thing")
    with refused("changed_meanwhile"):
        reply(ticket, by=amir, at=LATER, text="Hello", turn=1)
    assert not Message.objects.filter(side="staff").exists()


def test_undone_reply_leaves_nothing_to_tell_and_its_words_as_a_draft(ticket, amir):
    confirmed(ticket)
    person_writes(ticket, by=person(ticket), at=NOON + timedelta(minutes=1), text="Hello?")
    message = reply(ticket, by=amir, at=LATER, text="Whcih one?", is_question=True, turn=None)
    undone = undo_reply(message, by=amir, at=LATER + timedelta(seconds=9))
    assert (undone.status, undone.unanswered_since) == (Status.NEW, NOON + timedelta(minutes=1))
    assert not Delivery.objects.filter(kind="case_news").exists()
    assert not Message.objects.filter(side="staff").exists()
    assert Draft.objects.get().text == "Whcih one?"


def test_reply_that_was_told_or_is_of_another_cannot_be_undone(ticket, amir, queue):
    message = reply(ticket, by=amir, at=LATER, text="Hello", turn=1)
    with refused("told"):
        undo_reply(message, by=amir, at=LATER + UNDO_FOR)
    with pytest.raises(PermissionDenied):
        undo_reply(message, by=make_moderator(queue.team, "Lena"), at=LATER)


def test_note_is_no_message(ticket, amir):
    add_note(ticket, by=amir, at=LATER, text="Looks like a mistake of the filter.")
    assert ticket.messages.count() == ticket.notes.count() == 1
    assert codes(ticket) == ["opened", "note_added"]


def test_a_second_click_writes_no_second_note(ticket, amir):
    first = add_note(ticket, by=amir, at=LATER, text="Seen.")
    assert add_note(ticket, by=amir, at=LATER, text="Seen.", same_within=timedelta(seconds=30)) == first
    assert codes(ticket) == ["opened", "note_added"]


def test_the_same_note_of_another_day_is_another(ticket, amir):
    add_note(ticket, by=amir, at=LATER, text="Seen.")
    add_note(ticket, by=amir, at=LATER + timedelta(days=1), text="Seen.", same_within=timedelta(hours=1))
    assert ticket.notes.count() == 2


def test_draft_is_one_for_each_writer_and_goes_with_the_reply(ticket, amir):
    save_draft(ticket, by=amir, at=NOON, text="Dear")
    save_draft(ticket, by=amir, at=NOON, text="Dear Rita")
    assert Draft.objects.get().text == "Dear Rita"
    reply(ticket, by=amir, at=LATER, text="Dear Rita, done.", turn=1)
    assert not Draft.objects.exists()


def test_stranger_and_other_teams_write_nothing(ticket):
    for by in (make_moderator(make_queue().team, "Otto"), make_user("Op", roles=["operator"])):
        with pytest.raises(PermissionDenied):
            reply(ticket, by=by, at=LATER, text="Hello", turn=1)
        with pytest.raises(PermissionDenied):
            add_note(ticket, by=by, at=LATER, text="Hello")


# Ending


def test_case_is_resolved_only_when_answered(ticket, amir):
    with refused("not_answered"):
        resolve(ticket, by=amir, at=LATER)
    reply(ticket, by=amir, at=NOON, text="Done.", turn=1)
    ended = resolve(ticket, by=amir, at=LATER)
    assert (ended.status, ended.ended_at) == (Status.RESOLVED, LATER)
    assert ended.purge_at == LATER + timedelta(days=ticket.queue.keep_for_days)


def test_person_reopens_and_the_promise_begins_anew(ticket, amir):
    reply(ticket, by=amir, at=NOON, text="Done.", turn=1)
    resolve(ticket, by=amir, at=NOON)
    again = reopen(ticket, by=person(ticket), at=LATER)
    assert (again.status, again.purge_at) == (Status.NEW, None)
    assert again.due_at == LATER + timedelta(days=5)


def test_person_withdraws_once(ticket):
    ended = withdraw(ticket, by=person(ticket), at=LATER)
    assert ended.status == Status.DROPPED
    assert Event.objects.get(code="dropped").values["why"] == "withdrawn"
    with refused("case_ended"):
        withdraw(ticket, by=person(ticket), at=LATER)


# Contact


def test_address_counts_once_its_owner_has_confirmed(ticket):
    confirmed(ticket)
    assert Contact.objects.get().confirmed_at == NOON
    assert codes(ticket) == ["opened", "contact_set", "contact_confirmed"]


def test_old_link_confirms_nothing(ticket):
    set_contact(ticket, by=person(ticket), at=NOON, address="rita@mail.example")
    token = contact_token(ticket)
    for typed, at in ((token, NOON + timedelta(days=8)), ("guess", NOON)):
        with refused("unknown_link"):
            confirm_contact(typed, at=at)


def test_form_cannot_fill_a_mailbox(ticket):
    set_contact(ticket, by=person(ticket), at=NOON, address="rita@mail.example")
    with refused("asked_just_now"):
        set_contact(ticket, by=person(ticket), at=LATER, address="rita@mail.example")
    assert set_contact(ticket, by=person(ticket), at=LATER, address="") is None
    assert not Delivery.objects.exists()


def test_giving_an_address_up_does_not_let_a_form_fill_a_mailbox(ticket):
    set_contact(ticket, by=person(ticket), at=NOON, address="otto@mail.example")
    Delivery.objects.update(sent_at=NOON)
    set_contact(ticket, by=person(ticket), at=LATER, address="")
    with refused("asked_just_now"):
        set_contact(ticket, by=person(ticket), at=LATER, address="otto@mail.example")


def test_a_name_that_was_given_stays_when_the_address_changes(queue):
    ticket = make_case(queue, contact={"name": "Rita"}).ticket
    for address in ("rita@mail.example", ""):
        set_contact(ticket, by=person(ticket), at=NOON, address=address)
        assert (Contact.objects.get().name, Contact.objects.get().address) == ("Rita", address)


def test_a_reopened_case_is_nobodys_whose_team_it_no_longer_is(ticket, amir):
    Ticket.objects.update(assignee=amir, status=Status.DROPPED)
    amir.memberships.update(ended_at=NOON)
    again = reopen(ticket, by=person(ticket), at=LATER)
    assert (again.status, again.assignee) == (Status.NEW, None)


def test_somebody_in_danger_is_promised_hours_not_days():
    make_first_policy(at=NOON)
    opened = make_case(priority=Priority.TOP)
    assert opened.ticket.due_at == NOON + timedelta(hours=4)
