"""Bodies of calls: what cannot be read is refused with a reason, never a fault of ours."""

import pytest
from django.test import Client

from accounts.parsers import JsonParser
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def send():
    key = make_api_key()

    def send(body, content_type="application/json"):
        headers = {"Authorization": f"Bearer {key.shown}"}
        return Client().post("/api/v1/notices", body, content_type=content_type, headers=headers)

    return send


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"text": NaN}',
        b'{"text": "\xff"}',
        b'{"text": "\\ud800"}',
        '{"text": "a"}'.encode("utf-16"),
    ],
    ids=["cut off", "brackets", "braces", "no number", "no UTF-8", "half a pair", "UTF-16"],
)
def test_body_that_cannot_be_read_is_refused(send, body):
    answer = send(body)
    assert (answer.status_code, answer.json()["title"]) == (400, "parse_error")


def test_body_that_is_too_long_is_refused_before_it_is_read_whole(send, monkeypatch):
    monkeypatch.setattr(JsonParser, "most_bytes", 100)
    answer = send(b'{"text": "' + b"x" * 100 + b'"}')
    assert (answer.status_code, answer.json()["title"]) == (413, "too_large")
    assert send(b'{"text": "short"}').status_code == 422


def test_body_of_another_kind_is_refused(send):
    assert send(b"text=a", "application/x-www-form-urlencoded").status_code == 415
