"""What a case forgets and what stays; and files, which neither get lost nor stay behind."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction

from helpdesk import desks
from helpdesk.access import open_case
from helpdesk.actions import (
    UNDO_FOR,
    add_note,
    answer_undone,
    answered,
    attach,
    case_data,
    content_of,
    erase_case,
    lock,
    person_writes,
    reply,
    resolve,
    save_draft,
    set_contact,
    told_events,
    undo_reply,
)
from helpdesk.attachments import Accepted
from helpdesk.downloads import download
from helpdesk.models import Attachment, Contact, Draft, FileRemoval, HeldFile, Receipt, SearchText, Status
from helpdesk.tasks import move_files, purge, wake_snoozed
from journal.models import Delivery, Event
from tests.factories import NOON, make_case, make_moderator, make_queue, make_ticket, person, refused

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
FILE = Accepted("photo.png", "image/png", b"pixels", "ab" * 32)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(monkeypatch):
    """A desk of this test for complaints."""

    def put(**fields):
        monkeypatch.setitem(desks._desks, "complaint", desks.Desk("complaint", **fields))

    return put


@pytest.fixture
def queue():
    return make_queue(keep_for_days=30)


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def opened(queue):
    return make_case(queue, text="My address is 5 Elm Road", contact={"name": "Rita"}, attachments=[FILE])


def stored_files():
    return [each for each in Path(default_storage.location).rglob("*") if each.is_file()]


def test_erased_case_keeps_only_a_skeleton(opened, amir):
    ticket = opened.ticket
    add_note(ticket, by=amir, at=NOON, text="Lives in Elm Road")
    save_draft(ticket, by=amir, at=NOON, text="Dear Rita of Elm Road")
    set_contact(ticket, by=person(ticket), at=NOON, address="rita@mail.example")
    move_files()
    erased = erase_case(ticket, by=person(ticket), at=LATER)
    assert (erased.status, erased.erased_at, erased.summary) == (Status.DROPPED, LATER, "")
    assert {each.text for each in [*ticket.messages.all(), *ticket.notes.all()]} == {""}
    for model in (Contact, Draft, Receipt, SearchText, Delivery):
        assert not model.objects.exists()
    assert "Elm" not in json.dumps(list(Event.objects.values("values")), default=str)
    assert len(stored_files()) == 1
    move_files()
    assert stored_files() == []
    assert open_case(ticket.reference, opened.receipt, request_key="rita", at=LATER) is None


def test_nobody_else_erases_and_nobody_writes_afterwards(opened, amir):
    ticket = opened.ticket
    with pytest.raises(PermissionDenied):
        erase_case(ticket, by=amir, at=LATER)
    erase_case(ticket, by=person(ticket), at=LATER)
    with pytest.raises(PermissionDenied):
        person_writes(ticket, by=person(ticket), at=LATER, text="Hello?")
    with refused("case_erased"):
        reply(ticket, by=amir, at=LATER, text="Hello?", turn=None)
    with refused("already_sent"):
        make_case(ticket.queue, token="t" * 32)
        erase_case(again := make_case(ticket.queue, token="t" * 32).ticket, by=person(again), at=NOON)
        make_case(ticket.queue, token="t" * 32)


def test_erasing_waits_where_the_desk_says_why(opened, desk):
    desk(why_not_erased=lambda ticket, at: "The platform is carrying it out.")
    with refused("erase_later"):
        erase_case(opened.ticket, by=person(opened.ticket), at=LATER)
    assert Receipt.objects.exists()


def test_case_is_purged_after_its_queues_period(opened, amir):
    ticket = opened.ticket
    reply(ticket, by=amir, at=NOON, text="Done.", turn=1)
    resolve(ticket, by=amir, at=NOON - timedelta(days=31))
    assert purge() == 1
    assert purge() == 0
    ticket.refresh_from_db()
    assert (ticket.status, ticket.purge_at) == (Status.RESOLVED, None)
    assert Event.objects.filter(code="purged", actor_kind="system").count() == 1


def test_purge_waits_while_a_window_is_open(opened, amir, desk):
    desk(may_purge=lambda ticket, at: False)
    reply(opened.ticket, by=amir, at=NOON, text="Done.", turn=1)
    resolve(opened.ticket, by=amir, at=NOON - timedelta(days=31))
    assert purge() == 0
    assert Receipt.objects.exists()


def test_taken_data_hold_the_case_and_nothing_of_the_staff(opened, amir):
    ticket = opened.ticket
    add_note(ticket, by=amir, at=NOON, text="Internal thought")
    reply(ticket, by=amir, at=NOON, text="We are looking.", turn=None)
    undo_reply(reply(ticket, by=amir, at=NOON, text="Wrong words", turn=None), by=amir, at=NOON)
    reply(ticket, by=amir, at=LATER, text="Not told yet", is_question=True, turn=None)
    data = case_data(ticket, at=LATER)
    text = json.dumps(data)
    assert [each["text"] for each in data["messages"]] == ["My address is 5 Elm Road", "We are looking."]
    assert [each["code"] for each in data["events"]] == ["opened", "attached", "staff_wrote"]
    assert data["attachments"][0]["sha256"] == FILE.sha256
    for word in ("Amir", amir.email, str(amir.pk), "Internal", "Wrong", "Not told"):
        assert word not in text


def test_person_reads_nothing_of_an_answer_that_can_still_be_or_was_undone(opened, amir):
    ticket = opened.ticket
    reply(ticket, by=amir, at=NOON, text="Done.", turn=None)
    resolve(ticket, by=amir, at=NOON)
    assert codes_told(ticket, NOON + UNDO_FOR - timedelta(seconds=1)) == ["opened", "attached"]
    assert codes_told(ticket, NOON + UNDO_FOR) == ["opened", "attached", "staff_wrote", "resolved"]
    with transaction.atomic():
        answered(held := lock(ticket), by=amir, at=LATER)
        answer_undone(held, by=amir, at=LATER + timedelta(seconds=5))
    assert codes_told(ticket, LATER + UNDO_FOR * 2)[2:] == ["staff_wrote", "resolved"]


def codes_told(ticket, at):
    return [event.code for event in told_events(ticket, at=at)]


# Files


def test_file_is_read_before_and_after_it_reached_the_store(opened):
    attachment = Attachment.objects.get()
    assert content_of(attachment) == b"pixels"
    assert move_files() == (1, 0)
    assert move_files() == (0, 0)
    assert content_of(attachment) == b"pixels"
    assert "photo" not in str(stored_files()[0])


def test_rolled_back_case_leaves_no_file(queue):
    with transaction.atomic():
        make_case(queue, attachments=[FILE])
        transaction.set_rollback(True)
    move_files()
    assert stored_files() == []
    assert not Attachment.objects.exists()


def test_mover_that_died_is_repeated_under_the_same_name(opened):
    attachment = Attachment.objects.get()
    default_storage.save(attachment.stored_as, HalfWritten(b"pix"))
    move_files()
    assert [each.read_bytes() for each in stored_files()] == [b"pixels"]
    assert not HeldFile.objects.exists()


def HalfWritten(content):  # noqa: N802 - reads as a thing
    from django.core.files.base import ContentFile

    return ContentFile(content)


def test_file_of_an_undone_reply_goes_too(opened, amir):
    file = Accepted("answer.pdf", "application/pdf", b"%PDF", "cd" * 32)
    message = reply(opened.ticket, by=amir, at=NOON, text="See the file.", turn=None, attachments=[file])
    move_files()
    undo_reply(message, by=amir, at=NOON)
    move_files()
    assert len(stored_files()) == 1
    assert not FileRemoval.objects.exists()


def test_case_holds_only_so_many_files(opened, settings):
    settings.ATTACHMENTS_IN_A_CASE = 1
    with refused("too_many_files"):
        attach(opened.ticket, FILE, by=person(opened.ticket), at=LATER)


@pytest.mark.parametrize(
    ("content_type", "sent_as"),
    [("image/png", "image/png"), ("application/pdf", "application/octet-stream")],
)
def test_file_leaves_as_a_download_that_runs_nothing(opened, content_type, sent_as):
    attachment = Attachment.objects.get()
    attachment.content_type = content_type
    response = download(attachment)
    assert response["Content-Type"] == sent_as
    assert response["Content-Disposition"] == 'attachment; filename="photo.png"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_clock_wakes_what_was_put_aside(queue):
    make_ticket(queue, snoozed_until=NOON - timedelta(days=9))
    assert wake_snoozed() == 1
    assert wake_snoozed() == 0
