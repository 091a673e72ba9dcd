"""Browser push: off unless switched on, empty, signed, and ended where the device is gone."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.urls import reverse

from config.environment import push_key
from helpdesk.actions.paging import ring
from helpdesk.actions.push import MOST, add_device, end_device
from helpdesk.models import PushDevice
from helpdesk.push import public_key
from journal.models import Delivery, Event
from journal.sending import carry
from tests.factories import NOON, make_alarm, make_line, make_queue, make_user, refused
from tests.receivers import webhook_receiver

pytestmark = pytest.mark.django_db
KEY = urlsafe_b64encode(bytes(range(1, 33))).rstrip(b"=").decode()
BROWSER = "https://push.example/device/1"


@pytest.fixture(autouse=True)
def switched_on(settings):
    settings.WEB_PUSH_KEY = KEY
    settings.WEB_PUSH_CONTACT = "ops@recourse.example"


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def lena(queue):
    return make_line(queue.team)[0]


@pytest.fixture
def service():
    with webhook_receiver() as server:
        server.answer = (201, {})
        yield server


def knock(queue, lena, service):
    """Page Lena, who has a browser at this push service; what it got: path, headers, body."""
    device = add_device(url=service.url, by=lena, at=NOON)
    make_alarm(queue.team)
    ring(at=NOON)
    arrived = carry(Delivery.objects.get(channel="push"))
    return device, arrived, service.received[-1]


def raw(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_knock_is_empty(queue, lena, service):
    _device, arrived, (_path, headers, body) = knock(queue, lena, service)
    assert (arrived, body, headers["Content-Length"]) == (True, b"", "0")
    assert (headers["TTL"], headers["Urgency"]) == ("300", "high")


def test_knock_is_signed_for_this_service_alone(queue, lena, service):
    _device, _arrived, (_path, headers, _body) = knock(queue, lena, service)
    token, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
    head, claims, signature = token.split(".")
    assert json.loads(raw(claims))["aud"] == service.url.removesuffix("/hooks")
    assert json.loads(raw(claims))["sub"] == "mailto:ops@recourse.example"
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key))
    r, s = (int.from_bytes(half, "big") for half in (raw(signature)[:32], raw(signature)[32:]))
    point.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))


@pytest.mark.parametrize("status", [404, 410])
def test_device_that_is_gone_is_knocked_at_no_more(queue, lena, service, status):
    service.answer = (status, {})
    device, arrived, _request = knock(queue, lena, service)
    device.refresh_from_db()
    assert not arrived
    assert device.ended_at is not None


def test_service_that_fails_is_tried_again(queue, lena, service):
    service.answer = (503, {})
    device, _arrived, _request = knock(queue, lena, service)
    device.refresh_from_db()
    assert device.ended_at is None
    assert Delivery.objects.get(channel="push").dead_at is None


def test_switched_off_nothing_is_knocked_at(queue, lena, settings):
    add_device(url=BROWSER, by=lena, at=NOON)
    settings.WEB_PUSH_KEY = ""
    make_alarm(queue.team)
    ring(at=NOON)
    assert not Delivery.objects.filter(channel="push").exists()
    with refused("push_off"):
        add_device(url=BROWSER, by=lena, at=NOON)


def test_switched_off_the_page_offers_nothing(client, lena, settings):
    client.force_login(lena)
    assert b"data-push" in client.get(reverse("console:alarm_ways")).content
    settings.WEB_PUSH_KEY = ""
    assert b"data-push" not in client.get(reverse("console:alarm_ways")).content
    assert public_key() == ""


def test_browser_is_added_once_and_taken_away(client, lena):
    client.force_login(lena)
    for _each in range(2):
        client.post(reverse("console:add_push_device"), {"url": BROWSER})
    device = PushDevice.objects.get(user=lena)
    client.post(reverse("console:end_push_device", args=[device.pk]))
    assert not PushDevice.objects.in_use().exists()
    codes = Event.objects.filter(subject_id=lena.pk, code__startswith="push_").order_by("number")
    assert [each.code for each in codes] == ["push_device_added", "push_device_ended"]


def test_browser_that_a_colleague_used_before_is_theirs_no_more(queue, lena):
    add_device(url=BROWSER, by=lena, at=NOON)
    mira = make_user("Mira", roles=["moderator"])
    add_device(url=BROWSER, by=mira, at=NOON)
    assert PushDevice.objects.in_use().get().user == mira


def test_nobody_takes_away_the_browser_of_a_colleague(client, lena):
    device = add_device(url=BROWSER, by=lena, at=NOON)
    mira = make_user("Mira", roles=["moderator"])
    with pytest.raises(PermissionDenied):
        end_device(device, by=mira, at=NOON)
    client.force_login(mira)
    assert client.post(reverse("console:end_push_device", args=[device.pk])).status_code == 404


def test_who_cannot_be_on_call_adds_no_browser():
    with pytest.raises(PermissionDenied):
        add_device(url=BROWSER, by=make_user("Olga", roles=["operator"]), at=NOON)


def test_address_that_is_none_is_refused(lena):
    with refused("address_not_usable"):
        add_device(url="javascript:alert(1)", by=lena, at=NOON)


def test_nobody_has_more_than_ten(lena):
    for number in range(MOST):
        add_device(url=f"{BROWSER}{number}", by=lena, at=NOON)
    with refused("too_many_devices"):
        add_device(url=BROWSER, by=lena, at=NOON)


def test_worker_says_nothing_but_where_to_look(client, lena):
    client.force_login(lena)
    answer = client.get(reverse("console:alarm_worker"))
    script = b"".join(answer.streaming_content)
    assert answer["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in script
    assert b"data.json" not in script


def test_key_that_is_none_stops_the_start():
    assert push_key("WEB_PUSH_KEY", KEY) == KEY
    for wrong in ("short", "ü" * 43):
        with pytest.raises(ImproperlyConfigured):
            push_key("WEB_PUSH_KEY", wrong)
