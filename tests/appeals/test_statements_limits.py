"""How often a key may call, and that being held up loses nothing."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
import redis

from appeals.api.limits import wait_of
from appeals.models import Decision
from tests.appeals.cases import BULK, SINGLE, a_statement
from tests.factories import make_api_key, make_platform

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 12, 0, 20, tzinfo=UTC)
SENTENCE = b"Limit Reached. Please do not overload the API"


@pytest.fixture
def key():
    return make_api_key()


def waits(key_id, *seconds):
    return [wait_of(key_id, at=AT + timedelta(seconds=second)) for second in seconds]


def test_key_waits_for_the_next_second_or_the_next_minute(settings):
    settings.STATEMENT_CALLS_PER_SECOND, settings.STATEMENT_CALLS_PER_MINUTE = 1, 3
    assert waits(uuid4(), 0, 0.5, 1, 2, 39.9, 40) == [0, 1, 0, 38, 1, 0]


def test_each_key_has_limits_of_its_own(settings):
    settings.STATEMENT_CALLS_PER_MINUTE = 1
    first, second = uuid4(), uuid4()
    assert [waits(first, 0), waits(second, 0), waits(first, 1)] == [[0], [0], [39]]


def test_limits_that_cannot_be_counted_hold_nobody_up():
    with patch("appeals.api.limits._counters", side_effect=redis.ConnectionError):
        assert waits(uuid4(), 0) == [0]


@pytest.mark.parametrize("path", [SINGLE, BULK, "/api/v1/statements.ndjson"])
def test_call_that_is_held_up_stores_nothing_and_says_when_to_come_again(client, key, settings, path):
    settings.STATEMENT_CALLS_PER_MINUTE = 1
    headers = {"Authorization": f"Bearer {key.shown}"}
    client.get("/api/ping", headers=headers)
    response = client.post(path, a_statement(), content_type="application/json", headers=headers)
    assert (response.status_code, response.content) == (429, SENTENCE)
    assert 1 <= int(response["Retry-After"]) <= 60
    assert Decision.objects.count() == 0


def test_keys_of_one_platform_are_counted_apart_and_unknown_keys_not_at_all(client, key, settings):
    settings.STATEMENT_CALLS_PER_MINUTE = 1

    def ping(shown):
        return client.get("/api/ping", headers={"Authorization": f"Bearer {shown}"}).status_code

    other = make_api_key(key.platform)
    assert [ping(key.shown), ping(key.shown), ping(other.shown)] == [200, 429, 200]
    assert [ping("rc_unknown"), ping("rc_unknown")] == [401, 401]


def test_key_of_a_platform_that_left_comes_in_no_more(client, settings):
    key = make_api_key(make_platform(is_active=False))
    assert client.get("/api/ping", headers={"Authorization": f"Bearer {key.shown}"}).status_code == 401
