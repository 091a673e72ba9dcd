"""What leaves us by each channel, when Otto's report led to the decision against Rita: nobody is named.

Amir restricts Rita's post because of Otto's report; she appeals, Lena overturns it. The pages that Rita can
open, her mails, what the platform is told and can ask, and her copy of everything are read for markers.
"""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.actions.endpoints import add_endpoint
from appeals.actions.measures import confirm_measure
from appeals.actions.notice_decisions import decide_notice
from appeals.actions.reviews import decide
from appeals.links import make_link
from appeals.models import AppealDecision, Decision, Measure
from helpdesk.actions import reply
from helpdesk.actions.first import make_first_queues
from helpdesk.attachments import accept
from helpdesk.models import Contact, Message, Queue, QueueKind
from journal.actors import SYSTEM
from journal.models import Delivery
from journal.tasks import send_due
from tests.appeals.test_reviews import REPLACEMENT
from tests.factories import (
    REASONS,
    make_api_key,
    make_appeal,
    make_moderator,
    make_notice,
    make_platform,
    subject_of,
)
from tests.receivers import webhook_receiver

pytestmark = pytest.mark.django_db(transaction=True)
OTTO = {"name": "Otto Quorleone", "address": "otto.quorleone@mail.example"}
WORDS = "Zebulon, who lives next door to me, films protests."
PAST = timedelta(seconds=15)  # more than an answer can be undone for
FILE = "photo-by-quorleone.txt"
MARKERS = ["Quorleone", "Zebulon", "Amirkhan", "Lenasdottir", "@staff.example"]
PAGES = ("case", "case_data", "case_data_file", "case_withdraw", "case_erase", "case_address")
PATHS = ("/api/v1/measures", "/api/v1/tickets", "/api/v1/queues", "/api/v1/statement/{}", "/api/ping")


def assert_silent(text):
    assert [marker for marker in MARKERS if marker.lower() in text.lower()] == []


def let_time_pass():
    AppealDecision.objects.update(told_at=F("told_at") - PAST)
    Message.objects.update(told_at=F("told_at") - PAST)
    Measure.objects.update(asked_at=F("asked_at") - PAST)
    Delivery.objects.waiting().update(due_at=now() - PAST)
    for lane in ("page", "case", "bulk"):
        send_due(lane)


def staff(name, kind):
    return make_moderator(Queue.objects.get(kind=kind).team, name)


def restrict_after_a_report(platform):
    """Otto reports with a file of his own; Amir restricts, and asks Otto something on the way."""
    file = accept(SimpleUploadedFile(FILE, b"Zebulon at the window", "text/plain"))
    opened = make_notice(platform, at=now(), ground="rules", text=WORDS, contact=OTTO, attachments=[file])
    amir = staff("Amirkhan", QueueKind.NOTICE)
    reply(opened.ticket, by=amir, at=now(), text="Which minute?", turn=None)
    statement = {**REPLACEMENT, "decision_facts": "A call to beat somebody."}
    decide_notice(opened.ticket.notice, by=amir, at=now(), statement=statement, reasons="")
    return Decision.objects.get()


@pytest.fixture
def road():
    """The road walked to its end; Rita's browser, the platform's answers and what it was told."""
    cache.clear()
    make_first_queues(at=now())
    platform = make_platform("Telegraph")
    with webhook_receiver() as receiver:
        add_endpoint(platform, url=receiver.url, by=SYSTEM, at=now())
        decision = restrict_after_a_report(platform)
        opened = make_appeal(decision, at=now(), contact={"name": "Rita", "address": "rita@mail.example"})
        Contact.objects.filter(ticket=opened.ticket).update(confirmed_at=now())
        lena = staff("Lenasdottir", QueueKind.APPEAL)
        reply(opened.ticket, by=lena, at=now(), text="We look at it.", turn=None)
        decide(
            subject_of(opened),
            by=lena,
            at=now(),
            outcome="overturned",
            reasons=REASONS,
            attested=True,
            turn=None,
        )
        let_time_pass()
        key = make_api_key(platform)
        for measure in Measure.objects.unconfirmed():
            confirm_measure(measure, by=key, at=now())
        let_time_pass()
    rita = Client()
    rita.post(
        reverse("helpdesk:case_login"), {"reference": opened.ticket.reference, "receipt": opened.receipt}
    )
    return {"rita": rita, "decision": decision, "key": key, "told": receiver.received}


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_the_persons_case_name_nobody(road, page):
    answer = road["rita"].get(reverse(f"helpdesk:{page}"))
    assert answer.status_code in {200, 302, 405}
    assert_silent(f"{answer.headers} {answer.content.decode()}")


def test_case_page_shows_the_answer(road):
    assert REASONS in road["rita"].get(reverse("helpdesk:case")).content.decode()


@pytest.mark.parametrize("page", ["decision", "ask", "prove"])
def test_pages_of_the_decision_name_nobody(road, page):
    answer = Client().get(reverse(f"appeals:{page}", args=[make_link(road["decision"].pk)]))
    assert answer.status_code == 200
    assert_silent(f"{answer.headers} {answer.content.decode()}")


@pytest.mark.parametrize("path", PATHS)
def test_api_names_nobody_to_the_platform(road, path):
    headers = {"Authorization": f"Bearer {road['key'].shown}"}
    answer = Client().get(path.format(road["decision"].pk), headers=headers)
    assert_silent(f"{answer.headers} {answer.content.decode()}")


def test_webhooks_name_nobody(road):
    types = {json.loads(body)["type"] for _, _, body in road["told"]}
    assert {"appeal.filed", "appeal.decided", "measure.required"} <= types
    for path, headers, body in road["told"]:
        assert_silent(f"{path} {headers} {body.decode()}")


def test_mails_to_the_person_name_nobody(road):
    to_rita = [each for each in mail.outbox if each.to == ["rita@mail.example"]]
    assert to_rita
    for each in to_rita:
        assert_silent(each.message().as_string())


def test_mails_to_the_notifier_name_nobody_on_the_staff_nor_the_person(road):
    for each in mail.outbox:
        if each.to == [OTTO["address"]]:
            text = each.message().as_string().replace(OTTO["address"], "")
            assert not any(name in text for name in ("Amirkhan", "Lenasdottir", "Rita", "rita@"))
