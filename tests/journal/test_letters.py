"""Dead letters: who may try them again, and what that does."""

import pytest
from django.core.exceptions import PermissionDenied

from journal.actors import SYSTEM
from journal.errors import Refused
from journal.letters import REASONS, reason, retry_all, retry_delivery
from journal.models import Delivery, Event
from tests.factories import NOON, make_api_key, make_delivery, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def otto():
    return make_user("Otto", roles=["operator"])


def make_dead(code="http_500", **fields):
    delivery = make_delivery(address="rita@example.org", **fields)
    Delivery.objects.filter(pk=delivery.pk).update(dead_at=NOON, attempts=10, last_error=code)
    delivery.refresh_from_db()
    return delivery


def test_an_operator_tries_a_dead_letter_again_from_the_start(otto):
    again = retry_delivery(make_dead(), by=otto, at=NOON)
    again.refresh_from_db()
    assert (again.dead_at, again.attempts, again.due_at, again.last_error) == (None, 0, NOON, "")
    event = Event.objects.get(subject_id=again.pk)
    assert (event.code, event.actor_id) == ("retried", otto.pk)
    assert event.values == {"error": "http_500", "kind": "test.news"}


def test_what_is_on_its_way_or_arrived_is_refused(otto):
    with pytest.raises(Refused) as refusal:
        retry_delivery(make_delivery(), by=otto, at=NOON)
    assert refusal.value.code == "not_dead"


def test_an_emptied_letter_is_refused(otto):
    letter = make_dead()
    Delivery.objects.update(emptied_at=NOON)
    with pytest.raises(Refused) as refusal:
        retry_delivery(letter, by=otto, at=NOON)
    assert refusal.value.code == "emptied"
    assert retry_all(by=otto, at=NOON) == 0


@pytest.mark.parametrize("role", [None, "moderator", "lead", "head"])
def test_nobody_but_an_operator_may(role):
    amir, letter = make_user("Amir", roles=[role] if role else []), make_dead()
    for act in (lambda: retry_delivery(letter, by=amir, at=NOON), lambda: retry_all(by=amir, at=NOON)):
        with pytest.raises(PermissionDenied):
            act()
    assert not Event.objects.filter(code="retried").exists()


def test_no_key_and_no_clock_may(otto):
    letter = make_dead()
    for by in (SYSTEM, make_api_key(), make_api_key(user=otto)):
        with pytest.raises(PermissionDenied):
            retry_delivery(letter, by=by, at=NOON)


def test_all_of_one_reason_are_tried_again_with_one_event(otto):
    for code in ("timeout", "timeout", "http_500"):
        make_dead(code)
    assert retry_all(by=otto, at=NOON, code="timeout") == 2
    assert [each.last_error for each in Delivery.objects.dead()] == ["http_500"]
    assert Event.objects.get(subject_kind="outbox").values == {"error": "timeout", "count": 2}
    assert retry_all(by=otto, at=NOON) == 1


def test_trying_nothing_again_writes_nothing(otto):
    assert retry_all(by=otto, at=NOON) == 0
    assert not Event.objects.filter(subject_kind="outbox").exists()


def test_every_reason_is_a_sentence():
    assert all(str(each).endswith(".") for each in [*REASONS.values(), reason("http_503")])
    assert "503" in reason("http_503")
