"""Webhooks, to a real receiver on loopback that verifies with the package of the standard."""

import json
import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from standardwebhooks import Webhook

from journal import posting, webhooks
from journal.posting import is_public, post
from journal.senders import Undeliverable
from journal.webhooks import (
    Endpoint,
    payload,
    register_endpoints,
    seconds_to_wait,
    send_webhook,
    signed_headers,
)
from tests.factories import NOON, Thing, make_delivery
from tests.receivers import webhook_receiver

NEW, OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@pytest.fixture
def receiver():
    with webhook_receiver() as server:
        yield server


@pytest.fixture
def disabled(receiver, monkeypatch):
    """The endpoint of every delivery is the receiver; a list of those that were switched off."""
    off = []
    monkeypatch.setattr(webhooks, "_owners", {})
    register_endpoints("platforms", lambda _: None if off else Endpoint(receiver.url, [NEW, OLD]), off.append)
    return off


def make_webhook(**fields):
    body = {"reference": "A7K3-9QXT-M", "effects": [{"id": "7", "until": None}], "share": 0.5}
    return make_delivery("appeal.decided", channel="webhook", endpoint_id=Thing().id, body=body, **fields)


def refusal_of(delivery):
    with pytest.raises(Undeliverable) as failure:
        send_webhook(delivery)
    return failure.value


def test_the_vector_of_the_standard():
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', [NEW], at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.django_db
@pytest.mark.parametrize("secret", [NEW, OLD])
def test_a_receiver_verifies_it_with_either_secret(receiver, disabled, secret):
    delivery = make_webhook()
    send_webhook(delivery)
    ((path, headers, body),) = receiver.received
    content = Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    assert (path, headers["webhook-id"]) == ("/hooks", str(delivery.id))
    assert content == {"type": "appeal.decided", "timestamp": "2026-11-23T12:00:00Z", "data": delivery.body}


@pytest.mark.django_db
def test_a_repeat_has_the_same_id_and_the_same_bytes(receiver, disabled):
    delivery = make_webhook()
    send_webhook(delivery)
    delivery.refresh_from_db()
    send_webhook(delivery)
    first, second = receiver.received
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    assert first[2] == second[2]


@pytest.mark.django_db
def test_an_id_holds_no_full_stop_and_the_type_only_what_the_standard_allows():
    delivery = make_webhook()
    assert "." not in str(delivery.id)
    assert json.loads(payload(delivery))["type"] == "appeal.decided"


@pytest.mark.django_db
@pytest.mark.parametrize("status", [301, 302, 400, 401, 404, 500])
def test_only_two_hundreds_are_an_arrival(receiver, disabled, status):
    receiver.answer = (status, {"Location": receiver.url + "/elsewhere"})
    failure = refusal_of(make_webhook())
    assert (failure.code, failure.final, failure.rest) == (f"http_{status}", False, False)
    assert len(receiver.received) == 1


@pytest.mark.django_db
def test_gone_switches_the_endpoint_off(receiver, disabled):
    receiver.answer = (410, {})
    delivery = make_webhook()
    assert refusal_of(delivery).final
    assert disabled == [delivery.endpoint_id]
    assert refusal_of(make_webhook()).code == "endpoint_disabled"
    assert len(receiver.received) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_overloaded_receiver_is_given_the_rest_it_asks_for(receiver, disabled, status):
    receiver.answer = (status, {"Retry-After": "120"})
    failure = refusal_of(make_webhook())
    assert (failure.retry_after, failure.rest, failure.final) == (120, True, False)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("7", 7), ("Mon, 23 Nov 2026 12:02:00 GMT", 120), ("Mon, 23 Nov 2026 11:00:00 GMT", 0)]
    + [(odd, None) for odd in (None, "", "soon", "-1", "٣", "Mon, 99 Nov")],
)
def test_retry_after_is_seconds_or_a_date(asked, seconds):
    assert seconds_to_wait(asked, NOON) == seconds


@pytest.mark.django_db
def test_a_receiver_that_does_not_answer_in_time_is_left_alone(receiver, disabled, monkeypatch):
    monkeypatch.setattr(posting, "TIMEOUT", 0.2)
    receiver.wait = 1
    failure = refusal_of(make_webhook())
    assert (failure.code, failure.rest) == ("timeout", True)


@pytest.mark.django_db
def test_an_answer_that_drips_is_cut_off(disabled, monkeypatch, dripping):
    monkeypatch.setattr(posting, "WHOLE", 0.5)
    register_endpoints("platforms", lambda _: Endpoint(dripping, [NEW]), print)
    begun = datetime.now(UTC)
    assert refusal_of(make_webhook()).code in {"no_connection", "timeout"}
    assert datetime.now(UTC) - begun < timedelta(seconds=3)


@pytest.fixture
def dripping():
    """A server that answers one byte at a time, for ever."""
    import socketserver
    import time

    class Drip(socketserver.StreamRequestHandler):
        def handle(self):
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 60:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)

    from tests.receivers import _serving

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Drip)
    server.daemon_threads = True
    with _serving(server):
        yield f"http://127.0.0.1:{server.server_address[1]}/"


@pytest.mark.django_db
def test_nobody_listening_is_tried_again(receiver, disabled):
    register_endpoints("platforms", lambda _: Endpoint("http://127.0.0.1:1/", [NEW]), print)
    failure = refusal_of(make_webhook())
    assert (failure.code, failure.final) == ("no_connection", False)


@pytest.mark.parametrize(
    "private",
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 "
    "::1 :: fe80::1 fc00::1 fd00:ec2::254 ff02::1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::a9fe:a9fe "
    "2002:7f00:1:: 2001:0:4136:e378:8000:63bf:3fff:fdd2".split(),
)
def test_private_addresses_and_detours_to_them_are_not_public(private):
    assert not is_public(ip_address(private))


@pytest.mark.parametrize("public", ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_public(public):
    assert is_public(ip_address(public))


@pytest.fixture
def in_production(settings):
    settings.WEBHOOKS_TO_PRIVATE_NETWORKS = False


def names(monkeypatch, *addresses):
    """Every name has these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["169.254.169.254"]])
def test_production_connects_to_no_private_network(in_production, monkeypatch, addresses):
    names(monkeypatch, *addresses)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    with pytest.raises(Undeliverable, match="address_not_public"):
        post("https://hooks.example.org/", b"{}", {})


@pytest.mark.parametrize(
    "url", ["http://hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd"]
)
def test_production_speaks_only_https(in_production, url):
    with pytest.raises(Undeliverable) as failure:
        post(url, b"{}", {})
    assert failure.value.final


@pytest.mark.parametrize(
    "url", ["", "https://", "https://user:pw@example.org/", "https://example.org:99999/", "https://[::1"]
)
def test_an_unusable_address_is_final(url):
    with pytest.raises(Undeliverable) as failure:
        post(url, b"{}", {})
    assert (failure.value.code, failure.value.final) == ("address_unusable", True)


def test_the_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to(receiver, monkeypatch):
    real, asked, connected = socket.create_connection, [], []
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *host, **_: asked.append(host[0]) or found)

    def connect(address, *rest):
        connected.append(address)
        monkeypatch.undo()
        return real(address, *rest)

    monkeypatch.setattr(socket, "create_connection", connect)
    assert post(f"http://hooks.example.org:{receiver.port}/a?b=c", b"{}", {}).status == 204
    assert (asked, connected) == (["hooks.example.org"], [("127.0.0.1", receiver.port)])
    ((path, headers, _),) = receiver.received
    assert (path, headers["Host"]) == ("/a?b=c", f"hooks.example.org:{receiver.port}")


@pytest.fixture
def certificate(tmp_path):
    """A certificate for hooks.example.org that signed itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example.org")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), today, today + timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.org")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "hooks.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("host", "trusted", "outcome"),
    [
        ("hooks.example.org", True, 204),
        ("other.example.org", True, "certificate_bad"),
        ("hooks.example.org", False, "certificate_bad"),
    ],
)
def test_tls_is_checked_for_the_name_although_the_address_is_fixed(
    certificate, monkeypatch, host, trusted, outcome
):
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with webhook_receiver(certificate) as receiver:
        monkeypatch.setattr(posting, "checked_address", lambda *_: "127.0.0.1")
        try:
            got = post(f"https://{host}:{receiver.port}/", b"{}", {}).status
        except Undeliverable as failure:
            got = failure.code
    assert got == outcome
