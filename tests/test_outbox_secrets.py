"""Whoever reads the outbox, in a dump or a backup, finds no link that opens a decision or an account."""

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.actions import invite
from appeals.actions.notice_decisions import decide_notice
from appeals.actions.proofs import request_link
from appeals.actions.reviews import decide
from appeals.links import read_link
from helpdesk.actions import confirm_contact, set_contact
from helpdesk.confirming import token_of
from helpdesk.models import Contact, QueueKind
from journal.actors import SYSTEM
from journal.mail import worded
from journal.models import Channel, Delivery
from journal.webhooks import payload
from tests.appeals.test_reviews import REPLACEMENT
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_appeal,
    make_case,
    make_decision,
    make_endpoint,
    make_moderator,
    make_notice,
    make_platform,
    make_queue,
    make_user,
    person,
    refused,
    subject_of,
)

pytestmark = pytest.mark.django_db
# A signature or token of ours is long and random; keys of rows, moments and codes are not of this shape.
SECRET = re.compile(r"[A-Za-z0-9_:=-]{26,}")
HARMLESS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z_]+|[0-9T:.+-]+|[a-z_]+")


def claimed_link():
    decision = make_decision(platform())
    ticket = make_appeal(decision, is_proven=False).ticket
    request_link(ticket.appeal, by=person(ticket), at=NOON)


def replaced_decision():
    amir = make_moderator(appeals_queue().team)
    subject = subject_of(make_appeal(make_decision(platform())))
    decide(
        subject, by=amir, at=NOON, outcome="modified", reasons=REASONS, attested=True, replacement=REPLACEMENT
    )


def restricted_by_report():
    amir = make_moderator(make_queue(kind=QueueKind.NOTICE).team)
    notice = make_notice(platform()).ticket.notice
    decide_notice(notice, by=amir, at=NOON, statement=REPLACEMENT, reasons="")


def given_address():
    ticket = make_case().ticket
    set_contact(ticket, by=person(ticket), at=NOON, address="rita@mail.example")


def forgotten_password():
    user = make_user(roles=["moderator"])
    Client().post(reverse("account_reset_password"), {"email": user.email})


def invited():
    invite("lena@staff.example", roles=["lead"], by=SYSTEM, at=NOON)


def platform():
    platform = make_platform()
    make_endpoint(platform)
    return platform


ACTS = [claimed_link, replaced_decision, restricted_by_report, given_address, forgotten_password, invited]


def dumped():
    """Every column of the table as a dump holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d) FROM journal_delivery d")
        return json.dumps([row for (row,) in cursor])


def secrets_in(text):
    return [found for found in SECRET.findall(text) if not HARMLESS.fullmatch(found)]


@pytest.mark.parametrize("act", ACTS)
def test_the_outbox_holds_no_link_and_no_token(act):
    act()
    text = dumped()
    assert Delivery.objects.exists()
    assert "/decision/" not in text
    assert "http" not in text
    assert secrets_in(text) == []


@pytest.mark.parametrize("act", ACTS)
def test_what_is_sent_holds_the_link_that_is_needed(act):
    act()
    sent = [
        payload(each).decode() if each.channel == Channel.WEBHOOK else "".join(worded(each))
        for each in Delivery.objects.all()
    ]
    assert any("http" in text and secrets_in(text) for text in sent)


def test_a_repeat_holds_the_same_link():
    claimed_link()
    told = Delivery.objects.get(kind="link.requested")
    url = json.loads(payload(told))["data"]["url"]
    assert payload(told) == payload(Delivery.objects.get(pk=told.pk))
    assert read_link(url.split("/decision/")[1].split("/")[0]).decision_id


def test_the_link_of_an_address_that_was_given_up_opens_nothing():
    given_address()
    contact = Contact.objects.get()
    set_contact(contact.ticket, by=person(contact.ticket), at=NOON, address="")
    with refused("unknown_link"):
        confirm_contact(token_of(contact.pk), at=NOON)


def test_what_is_stored_of_a_contact_confirms_nothing():
    given_address()
    contact = Contact.objects.get()
    for stored in (bytes(contact.token_hash).hex(), str(contact.pk)):
        with refused("unknown_link"):
            confirm_contact(stored, at=NOON)
