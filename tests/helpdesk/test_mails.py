"""Mail about cases says that there is news, not what."""

from datetime import timedelta

import pytest
from django.urls import reverse

from helpdesk.actions import assign, bar, confirm_contact, reply, set_contact
from journal.actors import SYSTEM
from journal.mail import worded
from journal.models import Delivery
from tests.factories import NOON, contact_token, make_case, make_moderator, make_queue, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue(name="Hijacked channels")


def test_mail_asks_to_confirm_and_then_says_that_there_is_news(queue):
    ticket = make_case(queue, summary="My channel about the strike").ticket
    set_contact(ticket, by=person(ticket), at=NOON, address="rita@mail.example", name="Rita")
    asked = Delivery.objects.get(kind="confirm_contact")
    subject, text = worded(asked)
    assert reverse("helpdesk:confirm", args=[contact_token(ticket)]) in text
    confirm_contact(contact_token(ticket), at=NOON)
    amir = make_moderator(queue.team)
    reply(ticket, by=amir, at=NOON + timedelta(hours=1), text="Your strike is back.", turn=None)
    news_subject, news = worded(Delivery.objects.get(kind="case_news"))
    assert reverse("helpdesk:case") in news
    for words in (subject, text, news_subject, news):
        for secret in ("strike", "Hijacked", "Amir", "Rita", ticket.reference):
            assert secret not in words


def test_leads_are_told_of_a_late_bar(queue):
    amir = make_moderator(queue.team)
    lena = make_moderator(queue.team, "Lena", role="lead", language="ru")
    ticket = make_case(queue).ticket
    assign(ticket, by=lena, at=NOON, to=amir)
    bar(ticket, amir, why="decided", by=SYSTEM, at=NOON)
    told = Delivery.objects.get(kind="barred_late")
    assert (told.address, told.language) == (lena.email, "ru")
    assert ticket.reference in worded(told)[1]
