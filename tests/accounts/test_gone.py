"""An address of a platform answers that nobody is there: its news waits until an operator gives another."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils.timezone import now

from accounts.actions import (
    add_endpoint,
    close_platform,
    disable_endpoint,
    enable_endpoint,
    note_gone,
    send_waiting,
)
from accounts.models import WebhookEndpoint
from accounts.waiting import waiting_for, waiting_of
from journal.actors import SYSTEM
from journal.letters import retry_all
from journal.models import Delivery, Event, Lane
from journal.sending import carry, take
from tests.factories import (
    NOON,
    endpoints_told,
    make_delivery,
    make_endpoint,
    make_platform,
    make_user,
    refused,
)
from tests.receivers import webhook_receiver

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
URL = "https://platform.example/new"


@pytest.fixture
def otto():
    return make_user("Otto", roles=["operator"])


@pytest.fixture
def gone():
    """An address that has said 410."""
    endpoint = make_endpoint(make_platform("Agora"), url="https://platform.example/old")
    note_gone(endpoint, by=SYSTEM, at=NOON)
    endpoint.refresh_from_db()
    return endpoint


def make_dead(endpoint, kind="appeal.filed", *, code="http_410", at=NOON, **fields):
    letter = make_delivery(kind, channel="webhook", endpoint_id=endpoint.pk, at=at, **fields)
    Delivery.objects.filter(pk=letter.pk).update(dead_at=at, attempts=1, last_error=code)
    return letter


def add(platform, otto, *, url=URL, at=LATER, **fields):
    return add_endpoint(platform, url=url, by=otto, at=at, **fields)[0]


def codes(platform):
    return list(Event.objects.filter(subject_id=platform.pk).values_list("code", flat=True))


def test_news_of_an_address_that_is_gone_is_kept(gone):
    assert endpoints_told("appeal.filed", gone.platform) == [gone.pk]
    assert codes(gone.platform) == ["endpoint_gone"]


def test_nothing_more_is_kept_once_another_address_is_told(gone, otto):
    new = add(gone.platform, otto)
    assert endpoints_told("appeal.filed", gone.platform) == [new.pk]
    assert not WebhookEndpoint.objects.gone().exists()


def test_nothing_more_is_kept_once_an_operator_says_that_it_is_right(gone, otto):
    disable_endpoint(gone, by=otto, at=LATER)
    assert endpoints_told("appeal.filed", gone.platform) == []
    assert codes(gone.platform) == ["endpoint_gone", "endpoint_disabled"]


def test_an_address_that_an_operator_ended_is_not_gone(otto):
    endpoint = make_endpoint(make_platform())
    disable_endpoint(endpoint, by=otto, at=NOON)
    note_gone(endpoint, by=SYSTEM, at=NOON)
    endpoint.refresh_from_db()
    assert not endpoint.is_gone


def test_dead_letters_go_to_the_new_address_under_the_ids_they_had(gone, otto):
    letters = [make_dead(gone), make_dead(gone, "measure.required", code="endpoint_disabled")]
    new = add(gone.platform, otto)
    assert send_waiting(new, by=otto, at=LATER) == 2
    sent = Delivery.objects.filter(endpoint_id=new.pk, dead_at=None, attempts=0, due_at=LATER)
    assert {each.pk for each in sent} == {each.pk for each in letters}
    event = Event.objects.get(code="waiting_sent")
    assert (event.values["count"], event.actor_id) == (2, otto.pk)


def test_what_is_still_tried_at_the_old_address_goes_too(gone, otto):
    make_delivery("appeal.filed", channel="webhook", endpoint_id=gone.pk)
    assert send_waiting(add(gone.platform, otto), by=otto, at=LATER) == 1


def test_a_sender_that_holds_a_letter_for_the_old_address_does_not_kill_it(gone, otto):
    make_delivery("appeal.filed", channel="webhook", endpoint_id=gone.pk)
    held = take(Lane.CASE, now())
    new = add(gone.platform, otto)
    send_waiting(new, by=otto, at=LATER)
    assert not carry(held)
    assert Delivery.objects.get(endpoint_id=new.pk).dead_at is None


def test_letters_arrive_at_the_new_address(gone, otto):
    letter = make_dead(gone)
    with webhook_receiver() as receiver:
        send_waiting(add(gone.platform, otto, url=receiver.url), by=otto, at=now())
        assert carry(take(Lane.CASE, now()))
    assert receiver.received[0][1]["webhook-id"] == str(letter.pk)


def test_the_same_address_taken_in_use_again_gets_its_own(gone, otto):
    make_dead(gone)
    enable_endpoint(gone, by=otto, at=LATER)
    gone.refresh_from_db()
    assert (gone.disabled_at, gone.is_gone) == (None, False)
    assert send_waiting(gone, by=otto, at=LATER) == 1
    assert codes(gone.platform) == ["endpoint_gone", "endpoint_enabled", "waiting_sent"]


def test_an_address_that_was_added_anew_is_not_used_twice(gone, otto):
    add(gone.platform, otto, url=gone.url)
    with refused("endpoint_is_there"):
        enable_endpoint(gone, by=otto, at=LATER)


def test_an_address_is_not_told_twice_what_it_heard_itself(gone, otto):
    new = add(gone.platform, otto, at=NOON - timedelta(hours=1))
    make_dead(gone)
    assert send_waiting(new, by=otto, at=LATER) == 0
    assert waiting_of(gone.platform).count() == 1


def test_an_address_gets_only_events_that_it_asked_for(gone, otto):
    make_dead(gone, "appeal.filed")
    make_dead(gone, "measure.required")
    new = add(gone.platform, otto, event_types=["measure.required"])
    assert [each.kind for each in waiting_for(new)] == ["measure.required"]


def test_letters_of_another_platform_stay_where_they_are(gone, otto):
    make_dead(gone)
    assert send_waiting(add(make_platform(), otto), by=otto, at=LATER) == 0


def test_what_arrived_or_was_emptied_is_not_sent_again(gone, otto):
    arrived, emptied = make_dead(gone), make_dead(gone)
    Delivery.objects.filter(pk=arrived.pk).update(dead_at=None, sent_at=NOON)
    Delivery.objects.filter(pk=emptied.pk).update(emptied_at=NOON)
    assert send_waiting(add(gone.platform, otto), by=otto, at=LATER) == 0
    assert not Event.objects.filter(code="waiting_sent").exists()


def test_nothing_is_sent_where_nothing_is_told(gone, otto):
    new = add(gone.platform, otto)
    close_platform(gone.platform, by=otto, at=LATER)
    for endpoint in (gone, new):
        with refused("endpoint_ended"):
            send_waiting(endpoint, by=otto, at=LATER)


@pytest.mark.parametrize("role", [None, "lead", "head"])
def test_only_operators_use_addresses_again_and_send(gone, role):
    amir = make_user("Amir", roles=[role] if role else [])
    for act in (enable_endpoint, send_waiting):
        with pytest.raises(PermissionDenied):
            act(gone, by=amir, at=LATER)


def test_only_the_sender_says_that_an_address_is_gone(otto):
    with pytest.raises(PermissionDenied):
        note_gone(make_endpoint(make_platform()), by=otto, at=NOON)


def test_retrying_all_letters_leaves_those_of_an_address_that_is_gone_to_be_sent(gone, otto):
    make_dead(gone)
    retry_all(by=otto, at=LATER)
    assert send_waiting(add(gone.platform, otto), by=otto, at=LATER) == 1


# The pages


@pytest.fixture
def console(otto):
    client = Client()
    client.force_login(otto)
    return client


def page(client, address):
    return client.get(address).content.decode()


def test_operator_sees_on_every_page_that_an_address_is_gone(console, gone):
    for address in ("/console/people/", "/console/platforms/", "/console/outbox/", "/console/settings/"):
        assert "<bdi>Agora</bdi> has answered" in page(console, address), address


def test_nobody_else_is_shown_it(gone):
    lead = Client()
    lead.force_login(make_user("Lena", roles=["lead"]))
    assert "has answered" not in page(lead, "/console/people/")


def test_page_of_a_platform_says_how_many_wait_and_sends_them_by_one_click(console, gone):
    make_dead(gone)
    make_dead(gone)
    place = f"/console/platforms/{gone.platform.slug}/"
    assert "2 messages wait that did not arrive" in page(console, place)
    console.post(f"{place}endpoints/", {"url": URL})
    assert "2 messages that did not arrive can be sent here." in page(console, place)
    new = WebhookEndpoint.objects.get(url=URL)
    answer = console.post(f"/console/platforms/endpoints/{new.pk}/waiting/", follow=True)
    assert "2 messages are on their way again." in answer.content.decode()
    assert "did not arrive" not in page(console, place).split("<main")[1]


def test_refusal_to_send_is_said(console, gone):
    answer = console.post(f"/console/platforms/endpoints/{gone.pk}/waiting/", follow=True)
    assert "This address is told nothing now." in answer.content.decode()


def test_operator_uses_an_address_again_in_the_browser(console, gone):
    console.post(f"/console/platforms/endpoints/{gone.pk}/enable/")
    gone.refresh_from_db()
    assert gone.disabled_at is None
    assert "has answered" not in page(console, "/console/people/")


def test_operator_says_in_the_browser_that_it_is_right(console, gone):
    assert "That is right" in page(console, f"/console/platforms/{gone.platform.slug}/")
    console.post(f"/console/platforms/endpoints/{gone.pk}/disable/")
    assert "has answered" not in page(console, "/console/people/")
