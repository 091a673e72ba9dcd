"""What a platform gets back, member by member, and what nobody but the platform gets."""

import re

import pytest

from appeals.models import Decision, Puid
from appeals.statements.fields import END_DATES, STORED
from tests.appeals.cases import BULK, SINGLE, a_statement
from tests.factories import make_api_key, make_decision

pytestmark = pytest.mark.django_db
ADDED = {"uuid", "created_at", "platform_name", "permalink", "self"}
NOT_UNIQUE = "The platform identifier(s) are not all unique within this call."


@pytest.fixture
def key():
    return make_api_key()


@pytest.fixture
def other():
    return make_api_key()


@pytest.fixture
def send(client, key):
    def send(method, path, body=None, by=key):
        headers = {"Authorization": f"Bearer {by.shown}"}
        call = getattr(client, method)
        return call(
            path, headers=headers, **({"data": body, "content_type": "application/json"} if body else {})
        )

    return send


def bulk(*puids, **fields):
    return {"statements": [a_statement(puid=puid, **fields) for puid in puids]}


def test_answer_to_one_holds_what_was_given_and_what_we_added(send):
    sent = a_statement()
    body = send("post", SINGLE, sent).json()
    assert set(body) == set(sent) | ADDED | {"id"} | set(END_DATES)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", body["created_at"])
    assert (body["permalink"][-46:-36], body["self"][-53:-36]) == ("statement/", "api/v1/statement/")
    assert isinstance(body["id"], int)


def test_answers_to_many_hold_every_field_and_no_number(send):
    (item,) = send("post", BULK, bulk("a")).json()["statements"]
    assert set(item) == {*STORED, "puid"} | ADDED


def test_statement_is_read_with_every_field_and_without_its_identifier(send):
    uuid = send("post", SINGLE, a_statement()).json()["uuid"]
    assert set(send("get", f"{SINGLE}/{uuid}").json()) == set(STORED) | ADDED


@pytest.mark.parametrize("uuid", ["x", "0", "01a2091d", "%00", "01a2091d-7b8e-747d-9aa6-97fdb84edfc8"])
def test_statement_that_is_not_there_is_not_found(send, uuid):
    assert send("get", f"{SINGLE}/{uuid}").status_code == 404


def test_statement_of_another_platform_looks_like_none(send, other):
    uuid = send("post", SINGLE, a_statement()).json()["uuid"]
    theirs = send("get", f"{SINGLE}/{uuid}", by=other)
    none = send("get", f"{SINGLE}/{uuid[:-1]}0", by=other)
    assert (theirs.status_code, theirs.content) == (none.status_code, none.content)
    assert theirs.json() == {"message": "statement of reason not found"}


def test_identifier_is_answered_with_itself(send):
    send("post", SINGLE, a_statement(puid="used"))
    found, free = (send("get", f"{SINGLE}/existing-puid/{puid}") for puid in ("used", "free"))
    assert (found.status_code, found.json()) == (
        302,
        {"message": "statement of reason found", "puid": "used"},
    )
    assert (free.status_code, free.json()) == (
        404,
        {"message": "statement of reason not found", "puid": "free"},
    )
    assert "Location" not in found.headers  # a client that follows redirects ends here


def test_identifier_of_one_platform_is_free_to_another(send, other):
    assert send("post", SINGLE, a_statement()).status_code == 201
    assert send("post", SINGLE, a_statement(), by=other).status_code == 201
    assert Puid.objects.filter(puid="sor-001-p").count() == 2


def test_identifier_is_used_up_for_both_endpoints(send):
    send("post", SINGLE, a_statement(puid="a"))
    send("post", BULK, bulk("b"))
    refused = send("post", BULK, bulk("c", "a"))
    assert (refused.status_code, refused.json()) == (
        422,
        {"message": NOT_UNIQUE, "errors": {"puid": [NOT_UNIQUE], "existing_puids": ["a"]}},
    )
    assert send("post", SINGLE, a_statement(puid="b")).status_code == 422
    assert Decision.objects.count() == 2


def test_identifier_twice_in_one_call_refuses_the_call(send):
    refused = send("post", BULK, bulk("a", "b", "a"))
    assert refused.json()["errors"]["existing_puids"] == ["a"]
    assert Decision.objects.count() == Puid.objects.count() == 0


@pytest.mark.parametrize("wrong", [{"category": "X"}, {"recourse": {"informed_at": "soon"}}])
def test_refused_call_reserves_no_identifier(send, wrong):
    body = bulk("a", "b")
    body["statements"][1] |= wrong
    assert send("post", BULK, body).status_code == 422
    assert send("post", SINGLE, a_statement(puid="a", **wrong)).status_code == 422
    assert send("post", BULK, bulk("a", "b")).status_code == 201


def test_a_hundred_are_taken_and_one_more_is_refused_whole(send):
    assert send("post", BULK, bulk(*map(str, range(101)))).status_code == 422
    assert Decision.objects.count() == 0
    assert send("post", BULK, bulk(*map(str, range(100)))).status_code == 201
    assert Decision.objects.count() == 100


def test_uuid_in_capital_letters_is_the_same(send):
    uuid = send("post", SINGLE, a_statement()).json()["uuid"]
    assert send("get", f"{SINGLE}/{uuid.upper()}").json()["uuid"] == uuid


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_statement_is_never_changed_or_removed(send, key, method):
    uuid = send("post", SINGLE, a_statement()).json()["uuid"]
    for path in (f"{SINGLE}/{uuid}", SINGLE, BULK):
        answer = send(method, path, a_statement())
        assert answer.status_code == 405
        assert answer["Allow"]
    assert Decision.objects.count() == 1


def test_decision_on_a_notice_is_no_statement_for_these_endpoints(send, key):
    decision = make_decision(key.platform, puid="ours", kind="no_action", decision_visibility=[])
    assert send("get", f"{SINGLE}/{decision.pk}").status_code == 404
    assert send("get", f"{SINGLE}/existing-puid/ours").status_code == 404
