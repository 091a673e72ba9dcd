"""A platform's endpoint as the sender of webhooks finds it."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from accounts.actions.endpoints import add_endpoint, rotate_secret
from accounts.roles import Role
from journal.senders import Undeliverable
from journal.webhooks import send_webhook
from tests.factories import make_delivery, make_platform, make_user
from tests.receivers import webhook_receiver


@pytest.fixture
def told(db):
    """A receiver, its endpoint, and an operator."""
    otto = make_user("Otto", roles=[Role.OPERATOR])
    with webhook_receiver() as receiver:
        endpoint, secret = add_endpoint(make_platform(), url=receiver.url, by=otto, at=now())
        yield receiver, endpoint, secret, otto


def send(endpoint):
    send_webhook(make_delivery(channel="webhook", endpoint_id=endpoint.pk))


def signatures(receiver):
    return len(receiver.received[-1][1]["webhook-signature"].split())


def test_both_secrets_sign_for_a_day_after_a_change(told):
    receiver, endpoint, _, otto = told
    send(endpoint)
    assert signatures(receiver) == 1
    rotate_secret(endpoint, by=otto, at=now())
    send(endpoint)
    assert signatures(receiver) == 2
    endpoint.refresh_from_db()
    endpoint.previous_until -= timedelta(days=2)
    endpoint.save()
    send(endpoint)
    assert signatures(receiver) == 1


def test_an_endpoint_that_says_it_is_gone_is_switched_off(told):
    receiver, endpoint, *_ = told
    receiver.answer = (410, {})
    for _ in range(2):
        with pytest.raises(Undeliverable) as failure:
            send(endpoint)
        assert failure.value.final
    endpoint.refresh_from_db()
    assert endpoint.disabled_at
    assert endpoint.is_gone
    assert len(receiver.received) == 1


def test_nothing_is_told_to_a_platform_that_is_switched_off(told):
    receiver, endpoint, *_ = told
    endpoint.platform.is_active = False
    endpoint.platform.save()
    with pytest.raises(Undeliverable, match="endpoint_disabled"):
        send(endpoint)
    assert receiver.received == []
