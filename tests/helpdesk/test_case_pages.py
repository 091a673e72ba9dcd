"""A person's own case: only the receipt opens it, and nothing typed is lost."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.actions import reply
from helpdesk.models import Attachment, Contact, Message, Queue, QueueKind, Status, Ticket
from helpdesk.receipts import new_token
from tests.factories import make_case, make_message, make_moderator, make_note, make_queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened():
    return make_case(at=now() - timedelta(minutes=5))


@pytest.fixture
def rita(client, opened):
    """Rita's browser with her case open."""
    enter(client, opened)
    return client


def enter(client, opened, **more):
    given = {"reference": opened.ticket.reference, "receipt": opened.receipt, **more}
    return client.post(reverse("helpdesk:case_login"), given, follow=True)


def case(client):
    return client.get(reverse("helpdesk:case")).content.decode()


def test_receipt_opens_the_case_in_any_spelling(client, opened):
    opened = type(opened)(opened.ticket, opened.receipt.upper().replace(" ", "  \n"), True)
    assert "Please help." in enter(client, opened).content.decode()


def test_wrong_receipt_does_not_say_what_was_wrong(client, opened):
    wrong = client.post(
        reverse("helpdesk:case_login"), {"reference": opened.ticket.reference, "receipt": "abandon " * 8}
    )
    unknown = client.post(
        reverse("helpdesk:case_login"), {"reference": "00000000-0", "receipt": "abandon " * 8}
    )
    sentence = "do not belong together"
    assert sentence in wrong.content.decode()
    assert sentence in unknown.content.decode()


def test_case_is_closed_without_a_session(client):
    response = client.get(reverse("helpdesk:case"))
    assert response.status_code == 302
    assert reverse("helpdesk:case_login") in response.url


def test_person_never_sees_notes_or_what_can_still_be_undone(rita, opened):
    team = opened.ticket.queue.team
    amir = make_moderator(team)
    make_note(opened.ticket, amir, "Looks like a liar.")
    reply(opened.ticket, by=amir, at=now(), text="Too early to read.", turn=None)
    html = case(rita)
    assert "liar" not in html
    assert "Too early" not in html
    assert "Amir" not in html


def test_unanswered_question_stands_first(rita, opened):
    amir = make_moderator(opened.ticket.queue.team)
    reply(
        opened.ticket,
        by=amir,
        at=now() - timedelta(minutes=1),
        text="Which channel?",
        is_question=True,
        turn=None,
    )
    html = case(rita)
    assert html.index("We have a question for you") < html.index("Where it stands")
    rita.post(reverse("helpdesk:case_write"), {"text": "This one."})
    assert "We have a question for you" not in case(rita)


def test_person_writes_once_though_it_is_sent_twice(rita, opened):
    for _attempt in range(2):
        rita.post(reverse("helpdesk:case_write"), {"text": "One more thing."})
    assert Message.objects.filter(text="One more thing.").count() == 1


def test_same_words_with_the_file_that_was_forgotten_are_something_new(rita, opened):
    file = SimpleUploadedFile("proof.txt", b"It was me who wrote it.", content_type="text/plain")
    for more in ({}, {"attachments": file}):
        rita.post(reverse("helpdesk:case_write"), {"text": "Here is the file.", **more})
    assert Attachment.objects.filter(ticket=opened.ticket).count() == 1


def test_same_form_is_taken_once_even_with_other_words_between(rita):
    for text in ("One more thing.", "Another thing.", "One more thing."):
        rita.post(reverse("helpdesk:case_write"), {"text": text, "token": text.ljust(32, "x")})
    assert Message.objects.filter(text="One more thing.").count() == 1


def test_words_come_back_when_the_session_has_ended(client, opened):
    response = client.post(reverse("helpdesk:case_write"), {"text": "A long story."})
    assert "A long story." in response.content.decode()
    assert not Message.objects.filter(text="A long story.").exists()
    back = enter(client, opened, draft="A long story.").content.decode()
    assert "A long story." in back


def test_file_is_a_download_that_no_browser_runs(rita, opened):
    file = SimpleUploadedFile("note.txt", b"<script>alert(1)</script>")
    rita.post(reverse("helpdesk:case_write"), {"text": "See this.", "attachments": file})
    attachment = opened.ticket.attachments.get()
    response = rita.get(reverse("helpdesk:case_attachment", args=[attachment.pk]))
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Content-Type"] == "application/octet-stream"


def test_refused_file_says_why_and_keeps_the_words(rita):
    file = SimpleUploadedFile("run.exe", b"MZ\x00\x01")
    response = rita.post(reverse("helpdesk:case_write"), {"text": "See this.", "attachments": file})
    html = response.content.decode()
    assert "\u2068run.exe\u2069: We take pictures" in html
    assert "please choose yours again" in html
    assert "See this." in html


def test_empty_file_is_named_and_the_person_told_what_to_do(rita):
    file = SimpleUploadedFile("photo.png", b"")
    response = rita.post(reverse("helpdesk:case_write"), {"text": "See this.", "attachments": file})
    assert "\u2068photo.png\u2069: This file is empty. Choose another one." in response.content.decode()


def test_nobody_reads_files_of_another_case(rita):
    other = make_case(at=now())
    enter_other = make_message(other.ticket)
    attachment = other.ticket.attachments.create(
        message=enter_other, side="person", name="a.txt", content_type="text/plain", size=1, added_at=now()
    )
    assert rita.get(reverse("helpdesk:case_attachment", args=[attachment.pk])).status_code == 404


def test_withdrawing_takes_two_steps(rita, opened):
    rita.get(reverse("helpdesk:case_withdraw"))
    assert Ticket.objects.get().status == Status.NEW
    rita.post(reverse("helpdesk:case_withdraw"))
    assert Ticket.objects.get().status == Status.DROPPED


def test_erasing_takes_two_steps_and_closes_the_case(rita, opened):
    assert "cannot be undone" in rita.get(reverse("helpdesk:case_erase")).content.decode()
    assert rita.post(reverse("helpdesk:case_erase")).status_code == 422
    rita.post(reverse("helpdesk:case_erase"), {"sure": "yes"})
    assert not Message.objects.exclude(text="").exists()
    assert rita.get(reverse("helpdesk:case")).status_code == 302
    assert "do not belong together" in enter(rita, opened).content.decode()


def test_person_takes_their_data_as_a_page_and_as_a_file(rita, opened):
    assert "Please help." in rita.get(reverse("helpdesk:case_data")).content.decode()
    file = rita.get(reverse("helpdesk:case_data_file"))
    assert "Please help." in str(file.json())
    assert opened.ticket.reference in file.headers["Content-Disposition"]


def test_address_is_confirmed_by_its_owner_not_by_a_scanner(rita, opened):
    rita.post(reverse("helpdesk:case_address"), {"address": "rita@mail.example"})
    contact = Contact.objects.get()
    assert contact.confirmed_at is None
    url = reverse("helpdesk:confirm", args=["nothing-of-ours"])
    assert rita.get(url).status_code == 200
    assert rita.post(url).status_code == 409


def test_closing_forgets_the_case_in_this_browser(rita):
    rita.post(reverse("helpdesk:case_close"))
    assert rita.get(reverse("helpdesk:case")).status_code == 302


def test_late_answer_is_admitted(rita, opened):
    Ticket.objects.update(due_at=now() - timedelta(hours=1))
    assert "You should have had an answer by now." in case(rita)


def complaint(**fields):
    return {
        "token": new_token(),
        "category": "no_answer",
        "text": "Nobody answers.",
        "language": "en",
        **fields,
    }


def test_complaint_opens_a_case(client):
    make_queue(kind=QueueKind.COMPLAINT)
    response = client.post(reverse("helpdesk:complain"), complaint())
    ticket = Ticket.objects.get()
    assert ticket.reference in response.content.decode()
    assert (ticket.category, ticket.is_screened) == ("no_answer", False)


def test_danger_says_first_that_staff_can_read_it_and_goes_to_the_top(client):
    make_queue(kind=QueueKind.COMPLAINT)
    html = client.get(reverse("helpdesk:danger")).content.decode()
    main = html.split("<main")[1].split("<p")[1]
    assert "staff of this service can read" in main
    response = client.post(
        reverse("helpdesk:danger"), {"token": new_token(), "text": "They are outside.", "language": "en"}
    )
    assert response.status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.priority, ticket.is_screened) == (1, True)


def test_queue_that_ended_takes_nothing(client):
    make_queue(kind=QueueKind.COMPLAINT, ended_at=now())
    live = make_queue(kind=QueueKind.COMPLAINT)
    client.post(reverse("helpdesk:complain"), complaint())
    assert Ticket.objects.get().queue == Queue.objects.get(pk=live.pk)


def test_danger_finds_a_queue_where_there_are_two(client):
    first = make_queue(kind=QueueKind.COMPLAINT, place=1)
    make_queue(kind=QueueKind.COMPLAINT, place=2)
    given = {"token": new_token(), "text": "They are at my door.", "language": "en"}
    assert client.post(reverse("helpdesk:danger"), given).status_code == 200
    assert Ticket.objects.get().queue == first
