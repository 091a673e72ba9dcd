import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Scope
from appeals.links import make_link, read_link
from appeals.models import Decision, DecisionKind, DecisionOrder, DecisionPerson, Effect, Intake, Puid
from journal.mail import worded
from journal.models import Delivery, Event
from rulebook.models import Rule, RuleVersion
from tests.appeals.cases import BULK, CASES, SINGLE, a_statement, body_of
from tests.factories import NOON, make_api_key, make_platform, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    return make_api_key()


def call(client, method, path, body=None, key=None):
    headers = {"Authorization": f"Bearer {key.shown}"} if key else {}
    data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return client.generic(method, path, headers=headers, **data)


def post(client, key, body=None, path=SINGLE):
    return call(client, "POST", path, a_statement() if body is None else body, key)


def read(client, key, uuid):
    return call(client, "GET", f"{SINGLE}/{uuid}", key=key)


class Replay:
    """One case of the sample, run over HTTP against an empty platform."""

    def __init__(self, client, case):
        self.client, self.case, self.given = client, case, []
        own = make_api_key()
        self.keys = {"valid": own, "other_platform": make_api_key(), "none": None}
        self.keys["valid_without_platform"] = make_api_key(user=make_user())

    def send(self, step):
        path = step["endpoint"]
        for index, uuid in enumerate(self.given):
            path = path.replace(f"{{uuid_of_given_{index}}}", uuid)
        body = None if step["method"] == "GET" else body_of(step)
        return call(self.client, step["method"], path, body, self.keys[step.get("auth", "valid")])

    def run(self):
        for step in self.case.get("given", []):
            response = self.send(step)
            assert response.status_code == step.get("expect_status", 201)
            self.given.append(response.json().get("uuid", ""))
        self.before = Decision.objects.count()
        return self.send(self.case)

    def stored(self, uuid):
        return read(self.client, self.keys[self.case["auth"]], uuid).json()


def dotted(body, place):
    """`errors.existing_puids` of an answer."""
    for part in place.split("."):
        body = body[part]
    return body


def assert_equal_parts(values, expected):
    assert {name: values[name] for name in expected} == expected


def check_refusal(expect, body):
    errors = body.get("errors", {})
    if "error_fields" in expect:
        assert sorted(errors) == expect["error_fields"]
    if "message" in expect:
        assert body["message"] == expect["message"]
    if "errors_by_statement" in expect:
        assert "message" not in body
        assert {name: sorted(found) for name, found in errors.items()} == expect["errors_by_statement"]
    for place, sentence in expect.get("messages", {}).items():
        assert dotted(errors, place) == [sentence]


def check_success(replay, expect, body):
    items = body.get("statements", [])
    assert expect.get("statements_count", len(items)) == len(items)
    assert all(set(expect.get("each_has", [])) <= set(item) for item in items)
    assert set(expect.get("response_has", [])) <= set(body)
    assert not set(expect.get("response_lacks", [])) & set(body)
    if "stored" in expect:
        assert_equal_parts(replay.stored(body["uuid"]), expect["stored"])
    for index, stored in expect.get("stored_by_index", {}).items():
        assert_equal_parts(replay.stored(items[int(index)]["uuid"]), stored)
    if "stored_last" in expect:
        assert_equal_parts(replay.stored(items[-1]["uuid"]), expect["stored_last"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case_is_answered_as_the_european_database_answers_it(case, client):
    replay, expect = Replay(client, case), case["expect"]
    response = replay.run()
    assert response.status_code == expect["status"], response.content
    body = response.json()
    for place, value in expect.get("response_equals", {}).items():
        assert dotted(body, place) == value
    check_refusal(expect, body)
    check_success(replay, expect, body)
    if "created" in expect:
        assert Decision.objects.count() - replay.before == expect["created"]


# What the sample lacks


def test_ping_needs_a_key(client, key):
    assert call(client, "GET", "/api/ping", key=key).json() == {"you_say": "ping", "i_say": "pong"}
    assert call(client, "GET", "/api/ping").status_code == 401


@pytest.mark.parametrize("path", [SINGLE, BULK])
def test_key_without_platform_or_scope_is_forbidden(client, path):
    for key in (make_api_key(user=make_user()), make_api_key(scopes=[Scope.STATEMENTS_READ])):
        response = post(client, key, {}, path)
        assert (response.status_code, response.json()) == (403, {"message": "This action is unauthorized."})


def test_used_identifier_is_refused_with_what_exists(client, key):
    assert post(client, key).status_code == 201
    sentence = "The identifier given is not unique within this platform."
    response = post(client, key)
    assert (response.status_code, response.json()) == (
        422,
        {"message": sentence, "errors": {"puid": [sentence]}, "existing": {"puid": "sor-001-p"}},
    )


def test_puid_is_found_for_its_own_platform_only(client, key):
    post(client, key)
    path = f"{SINGLE}/existing-puid/sor-001-p"
    found = call(client, "GET", path, key=key)
    assert (found.status_code, found.json()["message"]) == (302, "statement of reason found")
    assert call(client, "GET", path, key=make_api_key()).status_code == 404


def test_platform_reads_its_own_statements_only(client, key):
    uuid = post(client, key).json()["uuid"]
    shown = read(client, key, uuid).json()
    assert not {"puid", "id", "platform_id", "user_id", "method"} & set(shown)
    assert (shown["self"][-len(uuid) :], shown["application_date"]) == (uuid, "2023-12-20")
    assert read(client, make_api_key(), uuid).status_code == 404
    assert read(client, key, "nothing").status_code == 404


def test_permanent_address_shows_nothing_of_the_decision(client, key):
    body = post(client, key).json()
    page = client.get(urlsplit(body["permalink"]).path)
    assert page.status_code == 200
    assert body["decision_facts"] not in page.content.decode()


def test_decision_not_to_act_never_shows_here(client, key):
    uuid = post(client, key).json()["uuid"]
    Decision.objects.filter(pk=uuid).update(kind=DecisionKind.NO_ACTION)
    assert read(client, key, uuid).status_code == 404
    assert call(client, "GET", f"{SINGLE}/existing-puid/sor-001-p", key=key).status_code == 404


def test_words_come_back_as_they_were_sent(client, key):
    words = 'a\tb\\c\nd \\N {"x"} \u202eé 🙂\r\nend'
    uuid = post(client, key, a_statement(decision_facts=words)).json()["uuid"]
    assert read(client, key, uuid).json()["decision_facts"] == words


def test_body_that_is_no_json_is_refused_like_a_wrong_field(client, key):
    headers = {"Authorization": f"Bearer {key.shown}"}
    for text in (b"{", b'"\\ud800"', b"\xff"):
        response = client.post(SINGLE, text, content_type="application/json", headers=headers)
        assert (response.status_code, list(response.json()["errors"])) == (422, ["body"])


def test_answer_is_json_whatever_a_client_says_it_accepts(client, key):
    for accept in ("text/html", "", "nonsense"):
        headers = {"Authorization": f"Bearer {key.shown}", "Accept": accept}
        response = client.get("/api/ping", headers=headers)
        assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_call_of_more_bytes_than_it_may_have_stores_nothing(client, key, monkeypatch):
    monkeypatch.setattr("appeals.api.statements.AnyJson.most_bytes", 1000)
    response = post(client, key, a_statement(decision_facts="x" * 1000))
    assert (response.status_code, list(response.json())) == (413, ["message"])
    assert Decision.objects.count() == 0


def test_too_many_calls_of_a_key_are_held_up(client, key, settings):
    settings.STATEMENT_CALLS_PER_MINUTE = 1
    assert call(client, "GET", "/api/ping", key=key).status_code == 200
    response = call(client, "GET", "/api/ping", key=key)
    assert (response.status_code, response.content) == (429, b"Limit Reached. Please do not overload the API")
    assert call(client, "GET", "/api/ping", key=make_api_key()).status_code == 200


def test_failure_stores_nothing_and_says_so_in_the_european_shape(client, key):
    with patch("appeals.actions.decisions.record", side_effect=RuntimeError("secret detail")):
        response = post(client, key)
    assert (response.status_code, response.json()["errors"]) == (
        500,
        {"uncaught_exception": ["RuntimeError"]},
    )
    assert (Decision.objects.count(), Puid.objects.count()) == (0, 0)


def test_call_writes_one_event_however_many_statements_it_holds(client, key):
    post(client, key, {"statements": [a_statement(puid=f"p-{n}") for n in range(5)]}, BULK)
    event = Event.objects.get(subject_kind="intake")
    assert (event.code, event.values["taken"], event.actor_id) == ("statements_taken", 5, key.id)


def test_operator_sees_what_was_refused_and_why(client, key):
    post(client, key, {})
    post(client, key, {"statements": [a_statement(category="X"), a_statement(puid="")]}, BULK)
    single, bulk = Intake.objects.order_by("at")
    assert (single.refused, single.taken, len(single.errors)) == (1, 0, 14)
    assert (bulk.refused, bulk.errors) == (2, {"category": 1, "puid": 1})


def test_storing_a_hundred_costs_as_many_queries_as_storing_one(client, key):
    call(client, "GET", "/api/ping", key=key)  # the first call of a day notes that the key was used
    costs = []
    for count in (1, 100):
        statements = [a_statement(puid=f"{count}-{n}", recourse={"rule": "4.2"}) for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            assert post(client, key, {"statements": statements}, BULK).status_code == 201
        costs.append(len(queries))
    assert costs[0] == costs[1]


# recourse


RECOURSE = {
    "user_ref": "u-17",
    "user_language": "fa",
    "user_contact": "rita@example.org",
    "content_ref": "https://platform.example/post/1",
    "content_excerpt": "the post",
    "decided_by": "mod-4",
    "informed_at": "2026-05-23T09:00:00Z",
    "order": {"authority": "Court", "country": "LV", "legal_basis": "s. 4", "kind": "court"},
    "effects": [{"id": "e-1", "kind": "ban", "until": None, "irreversible": True, "reason": "Shipped"}],
    "in_force": [{"kind": "mute", "until": "2026-12-01T00:00:00Z"}],
}


def test_answer_adds_recourse_when_the_request_had_it(client, key):
    assert "recourse" not in post(client, key, a_statement(puid="bare")).json()
    body = post(client, key, a_statement(recourse=RECOURSE)).json()
    told = body["recourse"]
    link = read_link(told["appeal_url"].rstrip("/").rsplit("/", 1)[-1])
    assert str(link.decision_id) == body["uuid"]
    assert told["appeal_until"] == "2026-11-24T12:00:00Z"
    assert DecisionPerson.objects.get(pk=body["uuid"]).reference == told["reference"]


def test_what_is_said_of_the_person_lives_apart(client, key):
    decision = Decision.objects.get(pk=post(client, key, a_statement(recourse=RECOURSE)).json()["uuid"])
    person, effect = decision.person, Effect.objects.get()
    assert (person.user_ref, person.language, person.contact) == ("u-17", "fa", "rita@example.org")
    assert person.in_force[0]["kind"] == "mute"
    assert person.empty_at == decision.appeal_until + timedelta(days=30)
    assert (effect.platform_ref, effect.code, effect.irreversible_why) == ("e-1", "ban", "Shipped")
    assert (DecisionOrder.objects.get().authority, decision.decided_by) == ("Court", "mod-4")


def test_person_is_told_by_us_where_the_platform_left_it_to_us(client, key):
    uuid = post(client, key, a_statement(recourse=RECOURSE)).json()["uuid"]
    post(client, key, a_statement(puid="b", recourse={"user_ref": "u-17"}))
    delivery = Delivery.objects.get()
    assert (delivery.address, delivery.language, delivery.lane) == ("rita@example.org", "fa", "bulk")
    assert delivery.body == {}
    _subject, text = worded(delivery)
    assert make_link(UUID(uuid)) in text
    assert "the post" not in text


def test_empty_recourse_still_opens_a_way(client, key):
    for puid, recourse in (("a", {}), ("b", {"user_ref": None})):
        body = post(client, key, a_statement(puid=puid, recourse=recourse)).json()
        assert body["recourse"]["appeal_url"]
    assert "recourse" not in post(client, key, a_statement(puid="c", recourse=None)).json()


def test_wrong_recourse_refuses_the_statement_by_its_field(client, key):
    wrong = {"informed_at": "soon"}
    assert list(post(client, key, a_statement(recourse=wrong)).json()["errors"]) == ["recourse.informed_at"]
    body = {"statements": [a_statement(), a_statement(puid="b", recourse=wrong)]}
    errors = post(client, key, body, BULK).json()["errors"]
    assert list(errors["statement_1"]) == ["recourse.informed_at"]
    assert Decision.objects.count() == 0


def test_unknown_member_of_recourse_is_told_and_the_decision_kept(client, key):
    response = post(client, key, a_statement(recourse={"inform_at": "2026-05-23T09:00:00Z"}))
    assert response.status_code == 201
    assert list(response.json()["recourse"]["errors"]) == ["inform_at"]
    assert Intake.objects.get().errors == {"recourse.unknown": 1}


@pytest.fixture
def rule():
    rule = Rule.objects.create(code="4.2", created_at=NOON)
    for number, day in enumerate((date(2023, 1, 1), date(2023, 9, 1)), start=1):
        RuleVersion.objects.create(rule=rule, number=number, in_force_on=day, published_at=NOON)
    return rule


def test_decision_cites_the_version_of_its_day_and_that_of_the_content(client, key, rule):
    old, new = rule.versions.order_by("number")
    uuid = post(client, key, a_statement(recourse={"rule": "4.2"})).json()["uuid"]
    decision = Decision.objects.get(pk=uuid)
    assert (decision.rule_version, decision.content_rule_version) == (new, old)
    same_day = a_statement(puid="b", application_date="2023-08-31", recourse={"rule": "4.2"})
    decision = Decision.objects.get(pk=post(client, key, same_day).json()["uuid"])
    assert (decision.rule_version, decision.content_rule_version) == (old, None)


@pytest.mark.parametrize(
    ("code", "day"), [("9.9", "2023-12-20"), ("4.2", "2022-12-31"), ("4.2", "2024-06-01")]
)
def test_rule_without_a_version_that_day_is_an_error_not_a_lost_decision(client, key, rule, code, day):
    RuleVersion.objects.create(
        rule=rule, number=3, in_force_on=date(2024, 1, 1), published_at=NOON, is_repeal=True
    )
    response = post(client, key, a_statement(application_date=day, recourse={"rule": code}))
    assert response.status_code == 201
    assert list(response.json()["recourse"]["errors"]) == ["rule"]
    assert Intake.objects.get().errors == {"recourse.rule": 1}
    assert Decision.objects.get().rule_version is None


def test_reference_that_is_taken_is_drawn_again(client, key):
    taken = post(client, key, a_statement(recourse={})).json()["recourse"]["reference"]
    drawn = [taken, "0000-0000-0"]
    with patch("appeals.actions.decisions.new_reference", side_effect=drawn):
        body = post(client, key, a_statement(puid="b", recourse={})).json()
    assert body["recourse"]["reference"] == "0000-0000-0"


@pytest.mark.django_db(transaction=True)
def test_of_calls_at_once_with_one_puid_one_is_stored():
    key, platform = make_api_key(make_platform()), Client()

    def send(number):
        try:
            puids = ["same", f"own-{number}"] if number % 2 else [f"own-{number}", "same"]
            body = {"statements": [a_statement(puid=puid) for puid in puids]}
            return post(platform, key, body, BULK).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(send, range(8)))
    assert statuses == [201] + [422] * 7
    assert (Decision.objects.count(), Puid.objects.count()) == (2, 2)


def test_decision_lies_in_the_part_of_its_month(client, key):
    uuid = post(client, key).json()["uuid"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM appeals_decision WHERE id = %s", [uuid])
        (table,) = cursor.fetchone()
    assert table == f"appeals_decision_{datetime.now(UTC):%Y_%m}"
