"""The name, words and address of a private notifier leave by no channel to the person it is about."""

import json

import pytest
from django.urls import reverse
from django.utils.timezone import now

from appeals.actions.notice_decisions import decide_notice
from appeals.actions.reviews import decide
from appeals.links import make_link
from appeals.models import Decision, Notice
from helpdesk.models import Attachment, QueueKind
from journal.models import Delivery, Event
from tests.appeals.test_reviews import REPLACEMENT
from tests.factories import (
    REASONS,
    appeals_queue,
    make_api_key,
    make_appeal,
    make_endpoint,
    make_moderator,
    make_notice,
    make_platform,
    make_queue,
    refused,
    subject_of,
)

pytestmark = pytest.mark.django_db
NAME, ADDRESS, WORDS = "Otto Strange", "otto@mail.example", "He lives next door to me."


@pytest.fixture
def platform():
    platform = make_platform()
    make_endpoint(platform)
    return platform


def report(platform, **fields):
    contact = {"name": NAME, "address": ADDRESS}
    return make_notice(platform, at=now(), ground="rules", text=WORDS, contact=contact, **fields)


@pytest.fixture
def decision(platform):
    """A restriction that Otto's report led to."""
    appeals_queue()
    queue = make_queue(kind=QueueKind.NOTICE)
    opened = report(platform)
    statement = {**REPLACEMENT, "decision_facts": "A call to beat somebody."}
    decide_notice(
        opened.ticket.notice, by=make_moderator(queue.team), at=now(), statement=statement, reasons=""
    )
    Notice.objects.update(told_at=now())
    return Decision.objects.get()


def test_staff_cannot_name_the_notifier_in_a_decision(platform):
    queue = make_queue(kind=QueueKind.NOTICE)
    amir = make_moderator(queue.team)
    notice = report(platform).ticket.notice
    for text in (f"As {NAME.upper()} says.", f"Write to {ADDRESS}."):
        with refused("names_notifier"):
            decide_notice(
                notice, by=amir, at=now(), statement={**REPLACEMENT, "decision_facts": text}, reasons=""
            )


def test_staff_cannot_name_the_notifier_in_an_answer(decision):
    opened = make_appeal(decision, at=now())
    lena = make_moderator(opened.ticket.queue.team, "Lena")
    with refused("names_notifier"):
        decide(
            subject_of(opened),
            by=lena,
            at=now(),
            outcome="upheld",
            reasons=f"The report of {NAME} shows that it is a call to violence.",
            turn=None,
        )


def test_name_of_a_trusted_organisation_may_be_said(platform):
    queue = make_queue(kind=QueueKind.NOTICE)
    notice = report(platform, trusted_flagger=NAME).ticket.notice
    text = f"The organisation {NAME} reported it, and it breaks no rule that was in force."
    decide_notice(notice, by=make_moderator(queue.team), at=now(), statement=None, reasons=text)


def assert_silent(text):
    assert NAME.lower() not in text.lower()
    assert ADDRESS not in text
    assert WORDS not in text


@pytest.fixture
def rita(client, decision):
    """Rita's browser, with her appeal against the decision open."""
    opened = make_appeal(decision, at=now())
    given = {"reference": opened.ticket.reference, "receipt": opened.receipt}
    client.post(reverse("helpdesk:case_login"), given)
    return client


def test_decision_page_is_silent(client, decision):
    html = client.get(reverse("appeals:decision", args=[make_link(decision.pk)])).content.decode()
    assert "A call to beat somebody." in html
    assert_silent(html)


def test_appeal_form_is_silent(client, decision):
    assert_silent(client.get(reverse("appeals:ask", args=[make_link(decision.pk)])).content.decode())


@pytest.mark.parametrize("page", ["case", "case_data", "case_data_file"])
def test_case_page_and_data_are_silent(rita, page):
    assert_silent(rita.get(reverse(f"helpdesk:{page}")).content.decode())


def test_api_answer_is_silent(client, platform, decision):
    key = make_api_key(platform)
    answer = client.get(
        reverse("appeals_api:statement_of", args=[decision.pk]),
        headers={"Authorization": f"Bearer {key.shown}"},
    )
    assert_silent(answer.content.decode())


def test_webhooks_and_mail_to_others_are_silent(rita):
    told = Delivery.objects.exclude(address=ADDRESS)
    assert told.exists()
    assert_silent(json.dumps([delivery.body for delivery in told], default=str))


def test_messages_and_attachment_names_of_the_appeal_are_silent(rita, decision):
    appeal = decision.appeals.get().appeal
    texts = [message.text for message in appeal.ticket.messages.all()]
    names = Attachment.objects.filter(ticket=appeal.ticket).values_list("name", flat=True)
    assert_silent(" ".join([*texts, *names, appeal.ticket.summary]))


def test_history_is_silent(rita):
    assert_silent(json.dumps([event.values for event in Event.objects.all()], default=str))


def test_affected_person_does_not_open_the_notifiers_case_by_the_link(client, decision):
    html = client.get(reverse("appeals:decision", args=[make_link(decision.pk)])).content.decode()
    notice = Notice.objects.get()
    assert notice.ticket.reference not in html
    assert str(notice.pk) not in html


def test_notifier_does_not_read_the_affected_persons_case(client, decision):
    make_appeal(decision, at=now(), text="I am Rita and I live in Minsk.")
    notice = Notice.objects.get()
    assert "Minsk" not in " ".join(message.text for message in notice.ticket.messages.all())
    assert REASONS not in decision.decision_facts
