"""What a ticket page does beside words: files that go out with a reply, links, screening."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from helpdesk.actions import link
from helpdesk.models import Attachment, TicketLink
from tests.factories import NOON, make_case, make_moderator, make_queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(client, queue):
    user = make_moderator(queue.team)
    client.force_login(user)
    return user


@pytest.fixture
def ticket(queue, amir):
    return make_case(queue, is_screened=False).ticket


def send(client, ticket, *files):
    typed = {"text": "Please read this.", "turn": ticket.turn, "files": files}
    return client.post(reverse("console:reply", args=[ticket.reference]), typed)


def test_a_reply_takes_a_file_along(client, ticket):
    send(client, ticket, SimpleUploadedFile("how-to.txt", b"First, change your password.\n"))
    assert Attachment.objects.get().message.text == "Please read this."


def test_a_file_of_another_kind_is_refused_and_the_words_stay(client, ticket):
    page = send(client, ticket, SimpleUploadedFile("run.exe", b"MZ\x90\x00" * 100))
    assert page.status_code == 409
    assert "Please read this." in page.content.decode()
    assert not ticket.messages.filter(side="staff").exists()


def test_a_link_is_taken_away(client, queue, ticket, amir):
    other = make_case(queue).ticket
    link(ticket, other, by=amir, at=NOON)
    address = reverse("console:act", args=[ticket.reference, "unlink"])
    client.post(address, {"other": other.reference})
    assert not TicketLink.objects.exists()


def test_a_case_that_was_not_screened_is_let_into_the_line(client, ticket):
    client.post(reverse("console:act", args=[ticket.reference, "screened"]))
    ticket.refresh_from_db()
    assert ticket.is_screened
