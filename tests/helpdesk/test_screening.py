"""Robots and people at the door of a form: a proof, an honest wait, or "not yet screened"."""

import base64
import json
import re
from datetime import timedelta

import altcha
import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.models import QueueKind, Ticket
from helpdesk.proof import GOOD_FOR, HARDEST, create_challenge, is_proof, name_of
from helpdesk.receipts import new_token, token_hash
from helpdesk.waiting import WAIT, Verdict, screen, start_waiting
from tests.factories import make_queue

AT = now()


@pytest.fixture(autouse=True)
def room_for_waits(settings):
    settings.WAITS_PER_HOUR = 2
    cache.clear()


def solve(form="a", at=AT):
    challenge = altcha.Challenge.from_dict(create_challenge("rita", form=name_of(form), at=at))
    solution = altcha.solve_challenge(challenge)
    said = {"challenge": challenge.to_dict(), "solution": solution.to_dict()}
    return base64.b64encode(json.dumps(said).encode()).decode()


def test_proof_is_for_the_form_that_its_challenge_names():
    assert is_proof(solve("a"), form="a", at=AT)
    assert not is_proof(solve("a"), form="b", at=AT)


def test_proof_for_no_form_is_none():
    challenge = altcha.Challenge.from_dict(create_challenge("otto", form="", at=AT))
    said = {"challenge": challenge.to_dict(), "solution": altcha.solve_challenge(challenge).to_dict()}
    assert not is_proof(base64.b64encode(json.dumps(said).encode()).decode(), form="", at=AT)


def test_proof_cannot_be_given_another_name():
    said = json.loads(base64.b64decode(solve("a")))
    said["challenge"]["parameters"]["data"] = {"form": name_of("b")}
    assert not is_proof(base64.b64encode(json.dumps(said).encode()).decode(), form="b", at=AT)


def test_name_of_a_form_leads_to_no_case():
    token = new_token()
    assert token_hash(token).hex() != name_of(token)


@pytest.mark.parametrize("data", [None, [], "a", {"form": 1}, {"form": name_of("a"), "more": 1}])
def test_challenge_whose_form_is_nonsense_is_no_proof(data):
    said = json.loads(base64.b64decode(solve()))
    said["challenge"]["parameters"]["data"] = data
    assert not is_proof(base64.b64encode(json.dumps(said).encode()).decode(), form="a", at=AT)


def test_same_form_sent_again_shows_the_same_proof():
    payload = solve()
    assert is_proof(payload, form="a", at=AT)
    assert is_proof(payload, form="a", at=AT)


def test_proof_ends():
    assert not is_proof(solve(), form="a", at=AT + GOOD_FOR + timedelta(seconds=1))


@pytest.mark.parametrize("payload", ["x", "e30=", base64.b64encode(b'{"challenge": 1}').decode()])
def test_nonsense_is_no_proof(payload):
    assert not is_proof(payload, form="a", at=AT)


@pytest.mark.parametrize("end", ["abc", None, [], {}])
def test_challenge_whose_end_is_no_moment_is_no_proof(end):
    said = json.loads(base64.b64decode(solve()))
    said["challenge"]["parameters"]["expiresAt"] = end
    assert not is_proof(base64.b64encode(json.dumps(said).encode()).decode(), form="a", at=AT)


def test_proof_nested_without_end_is_no_proof():
    assert not is_proof(base64.b64encode(b"[" * 100_000).decode(), form="a", at=AT)


def test_challenge_of_somebody_else_is_no_proof():
    said = json.loads(base64.b64decode(solve()))
    said["challenge"]["parameters"]["cost"] = 1
    assert not is_proof(base64.b64encode(json.dumps(said).encode()).decode(), form="a", at=AT)


def test_many_challenges_get_harder_and_are_never_refused():
    costs = [create_challenge("otto", form="", at=AT)["parameters"]["cost"] for _ in range(200)]
    assert costs[-1] == HARDEST * costs[0]


def test_who_is_quick_must_wait_and_who_waited_passes():
    waiting = start_waiting(at=AT)
    quick = screen("", waiting, form="a", at=AT + timedelta(seconds=3))
    assert (quick.verdict, quick.ready_at) == (Verdict.NEEDS_WAIT, AT + WAIT)
    assert screen("", waiting, form="a", at=AT + WAIT).verdict == Verdict.PASSED


def test_one_wait_is_for_one_form():
    waiting = start_waiting(at=AT)
    assert screen("", waiting, form="a", at=AT + WAIT).verdict == Verdict.PASSED
    assert screen("", waiting, form="b", at=AT + WAIT).verdict == Verdict.NEEDS_WAIT


def test_made_up_start_must_wait():
    assert screen("", "long:ago", form="a", at=AT).verdict == Verdict.NEEDS_WAIT


def test_beyond_the_budget_nobody_waits_and_nobody_is_screened():
    for form in ("a", "b"):
        assert screen("", start_waiting(at=AT), form=form, at=AT + WAIT).verdict == Verdict.PASSED
    assert screen("", start_waiting(at=AT), form="c", at=AT).verdict == Verdict.UNSCREENED


def complaint(**more):
    return {
        "token": new_token(),
        "category": "no_answer",
        "text": "Nobody answers.",
        "language": "en",
        **more,
    }


@pytest.mark.django_db
def test_second_page_carries_what_was_typed(client):
    make_queue(kind=QueueKind.COMPLAINT)
    shown = start_waiting(at=now() - timedelta(seconds=5))
    html = client.post(reverse("helpdesk:complain"), complaint(waiting=shown)).content.decode()
    assert not Ticket.objects.exists()
    carried = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))
    assert (carried["text"], carried["waiting"]) == ("Nobody answers.", shown)


@pytest.mark.django_db
def test_who_presses_too_early_is_told_so(client):
    make_queue(kind=QueueKind.COMPLAINT)
    form = complaint(waiting=start_waiting(at=now() - timedelta(seconds=5)))
    first = client.post(reverse("helpdesk:complain"), form).content.decode()
    again = client.post(reverse("helpdesk:complain"), form | {"waited": "1"}).content.decode()
    assert "a little early" not in first
    assert "a little early" in again


@pytest.mark.django_db
def test_form_that_was_long_enough_in_sight_is_taken_at_once(client):
    make_queue(kind=QueueKind.COMPLAINT)
    shown = start_waiting(at=now() - WAIT)
    client.post(reverse("helpdesk:complain"), complaint(waiting=shown))
    assert Ticket.objects.get().is_screened


@pytest.mark.django_db
def test_proof_screens(client):
    make_queue(kind=QueueKind.COMPLAINT)
    token = new_token()
    client.post(reverse("helpdesk:complain"), complaint(token=token, proof=solve(token, now())))
    assert Ticket.objects.get().is_screened


@pytest.mark.django_db
def test_danger_never_waits(client):
    make_queue(kind=QueueKind.COMPLAINT)
    client.post(reverse("helpdesk:danger"), {"token": new_token(), "text": "Outside.", "language": "en"})
    assert Ticket.objects.get().is_screened
