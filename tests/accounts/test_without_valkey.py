"""The Valkey of the limits is stopped: people come in all the same, and guessing still costs."""

import signal
import subprocess
import tempfile
from functools import partial
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.visitors import visitor
from accounts.waits import count_failure, seconds_left
from config import embedded, limits
from helpdesk.access import open_case
from journal.errors import Refused
from tests.accounts.test_signing_in import give_password, guess, is_in, sign_in
from tests.factories import NOON, make_case, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def amir():
    return make_user("Amir", roles=["moderator"])


@pytest.fixture(scope="module")
def home():
    home = embedded.prepare(Path(tempfile.mkdtemp(prefix="recourse-limits-")))
    yield home
    home.remove()


@pytest.fixture
def valkey(home, settings):
    """A Valkey for the limits of its own, which a test may stop."""
    spawn = lambda name, argv, stop, **options: subprocess.Popen(argv, stdout=subprocess.DEVNULL, **options)  # noqa: E731
    (server,) = embedded.start_servers(home, spawn, ["cache"], durable=False)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": home.valkey_url("cache")}}
    limits.ask_again()
    yield partial(stop, server)
    stop(server)
    limits.ask_again()


def stop(server):
    server.send_signal(signal.SIGKILL)
    server.wait(30)


def test_staff_sign_in_while_it_is_away(valkey, amir):
    valkey()
    client = Client()
    sign_in(client, amir)
    assert is_in(client)


def test_staff_sign_in_when_it_goes_in_the_middle(valkey, amir):
    client = Client()
    give_password(client, amir.email)
    valkey()
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    sign_in(client, amir)
    assert is_in(client)


def test_guessing_a_password_still_waits(valkey, amir):
    valkey()
    client = Client()
    guess(client, amir.email)
    assert "Please wait" in give_password(client, amir.email).content.decode()


def test_waits_set_before_are_forgotten_and_begin_anew(valkey):
    for _ in range(4):
        count_failure("wait:password:x")
    assert seconds_left("wait:password:x")
    valkey()
    assert not seconds_left("wait:password:x")
    for _ in range(4):
        count_failure("wait:password:x")
    assert seconds_left("wait:password:x")


def test_person_opens_their_case(valkey, client):
    opened = make_case()
    valkey()
    answer = client.post(
        reverse("helpdesk:case_login"),
        {"reference": opened.ticket.reference, "receipt": opened.receipt},
    )
    assert answer.status_code == 302


def test_guessing_a_receipt_still_waits(valkey):
    opened = make_case()
    valkey()
    for _ in range(5):
        assert open_case(opened.ticket.reference, "000000", request_key="one", at=NOON) is None
    with pytest.raises(Refused):
        open_case(opened.ticket.reference, "000000", request_key="one", at=NOON)
    assert open_case(opened.ticket.reference, "000000", request_key="two", at=NOON) is None


def test_forgotten_password_is_mailed(valkey, client, amir):
    valkey()
    assert client.post("/accounts/password/reset/", {"email": amir.email}).status_code == 302


def test_the_log_says_so_once_and_names_nobody(valkey, rf, caplog):
    valkey()
    for _ in range(3):
        visitor(rf.get("/", REMOTE_ADDR="203.0.113.7"))
    lines = [each.getMessage() for each in caplog.records if "limits.valkey_down" in each.getMessage()]
    assert len(lines) == 1
    assert "203.0.113" not in lines[0]


def test_it_is_asked_again_after_a_pause(valkey, monkeypatch):
    valkey()
    cache.set("who", "here", 60)
    assert cache.get("who") == "here"
    limits.ask_again()
    assert cache.get("who") is None
