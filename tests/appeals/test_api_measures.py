"""A platform lists what it is asked to do, confirms it, and answers a remitted decision."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from appeals.actions.reviews import decide
from appeals.models import Measure
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_api_key,
    make_appeal,
    make_decision,
    make_moderator,
    subject_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision():
    return make_decision()


@pytest.fixture
def headers(decision):
    return {"Authorization": f"Bearer {make_api_key(decision.platform).shown}"}


def answered(decision, outcome="overturned", **fields):
    amir = make_moderator(appeals_queue().team)
    subject = subject_of(make_appeal(decision))
    return decide(subject, by=amir, at=NOON, outcome=outcome, reasons=REASONS, attested=True, **fields)


def test_a_platform_sees_its_own_measures(client, decision, headers):
    answered(decision)
    answered(make_decision())
    [measure] = client.get("/api/v1/measures", headers=headers).json()["measures"]
    assert measure["statement"] == str(decision.pk)


def test_a_platform_sees_nothing_that_can_still_be_taken_back(client, decision, headers):
    answered(decision)
    Measure.objects.update(asked_at=now() - timedelta(seconds=5))
    assert client.get("/api/v1/measures", headers=headers).json()["measures"] == []


def test_a_platform_confirms_a_measure(client, decision, headers):
    answered(decision)
    measure = Measure.objects.get()
    answer = client.post(f"/api/v1/measures/{measure.pk}/confirm", headers=headers)
    assert answer.status_code == 200
    assert answer.json()["confirmed_at"] is not None


def again(client, address, headers, **sent):
    """The same call twice with one key: both numbers, and whether one answer is the other."""
    headers = headers | {"Idempotency-Key": "k-1"}
    first, second = (
        client.post(address, sent, content_type="application/json", headers=headers) for _ in range(2)
    )
    replayed = second.headers.get("Idempotency-Replayed") == "true"
    return first.status_code, second.status_code, replayed and first.json() == second.json()


def test_confirming_again_with_the_same_key_gives_the_same_answer(client, decision, headers):
    answered(decision)
    address = f"/api/v1/measures/{Measure.objects.get().pk}/confirm"
    assert again(client, address, headers) == (200, 200, True)


def test_answering_again_with_the_same_key_gives_the_same_answer(client, decision, headers):
    review = answered(decision, "remitted", remit_until=NOON.date().replace(day=30))
    new = make_decision(decision.platform)
    address = f"/api/v1/reviews/{review.pk}/answer"
    assert again(client, address, headers, statement=str(new.pk)) == (200, 200, True)


def test_another_platforms_measure_is_not_there(client, headers):
    answered(make_decision())
    answer = client.post(f"/api/v1/measures/{Measure.objects.get().pk}/confirm", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_key_without_the_scope_is_told_which_it_needs(client, decision):
    key = make_api_key(decision.platform, scopes=["statements:write"])
    answer = client.get("/api/v1/measures", headers={"Authorization": f"Bearer {key.shown}"})
    assert (answer.status_code, answer.json()["title"]) == (403, "scope_needed")


def test_a_wrong_cursor_is_a_problem_with_a_pointer(client, headers):
    answer = client.get("/api/v1/measures?after=x", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/after")


def test_a_platform_answers_a_remitted_decision(client, decision, headers):
    review = answered(decision, "remitted", remit_until=NOON.date().replace(day=30))
    new = make_decision(decision.platform)
    address = f"/api/v1/reviews/{review.pk}/answer"
    sent = {"statement": str(new.pk)}
    first = client.post(address, sent, content_type="application/json", headers=headers)
    again = client.post(address, sent, content_type="application/json", headers=headers)
    assert (first.status_code, again.status_code, again.json()["title"]) == (200, 409, "not_awaited")
