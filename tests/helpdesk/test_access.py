"""Reference and receipt together open a case; nothing else does, and nobody is locked out."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.test import RequestFactory

from helpdesk.access import (
    FREE_TRIES,
    case_of,
    close_case,
    open_case,
    remember_case,
    start_waiting,
    wait_for,
)
from tests.factories import NOON, make_case, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def opened():
    return make_case()


@pytest.fixture
def request_():
    request = RequestFactory().get("/case/")
    request.session = SessionStore()
    return request


def fail(opened, times, *, request_key="otto"):
    for _each in range(times):
        assert open_case(opened.ticket.reference, "wrong", request_key=request_key, at=NOON) is None


def test_reference_and_receipt_open_the_case(opened):
    typed = opened.ticket.reference.lower().replace("-", " ")
    assert open_case(typed, opened.receipt.upper(), request_key="rita", at=NOON) == opened.ticket


def test_wrong_reference_and_wrong_receipt_are_answered_alike(opened, django_assert_num_queries):
    other = make_case()
    tries = [
        (opened.ticket.reference, other.receipt),
        (other.ticket.reference, opened.receipt),
        (opened.ticket.reference, "abandon " * 8),
        ("nonsense", opened.receipt),
        ("", ""),
    ]
    for number, (reference, receipt) in enumerate(tries):
        with django_assert_num_queries(1):
            assert open_case(reference, receipt, request_key=str(number), at=NOON) is None


def test_guesser_must_wait_and_the_owner_need_not(opened):
    fail(opened, FREE_TRIES)
    with refused("wait"):
        open_case(opened.ticket.reference, "wrong", request_key="otto", at=NOON)
    assert open_case(opened.ticket.reference, opened.receipt, request_key="rita", at=NOON) == opened.ticket


def test_wait_grows_to_a_limit_and_a_form_that_waited_is_looked_at_once(opened):
    fail(opened, FREE_TRIES)
    reference = opened.ticket.reference
    assert wait_for(reference, "otto") == timedelta(seconds=2)
    late = {"request_key": "otto", "waiting": start_waiting(at=NOON), "at": NOON + timedelta(seconds=2)}
    assert open_case(reference, opened.receipt, **late) == opened.ticket
    with refused("wait"):
        open_case(reference, opened.receipt, **late)
    cache.incr(next(iter(cache_keys(reference))), 50)
    assert wait_for(reference, "otto") == timedelta(seconds=20)


@pytest.mark.parametrize(
    "waiting", ["", "invented", start_waiting(at=NOON - timedelta(hours=2)), start_waiting(at=NOON)]
)
def test_form_that_has_not_waited_or_waited_long_ago_is_not_looked_at(opened, waiting):
    fail(opened, FREE_TRIES)
    with refused("wait"):
        open_case(opened.ticket.reference, opened.receipt, request_key="otto", waiting=waiting, at=NOON)


def cache_keys(reference):
    from helpdesk.access import _tries_key

    return [_tries_key(reference, "otto")]


def test_open_case_is_remembered_for_an_hour(opened, request_):
    remember_case(request_, opened.ticket, at=NOON)
    assert case_of(request_, at=NOON + timedelta(minutes=59)) == opened.ticket
    assert case_of(request_, at=NOON + timedelta(minutes=110)) == opened.ticket
    assert case_of(request_, at=NOON + timedelta(hours=4)) is None


def test_case_closes_on_request_and_with_its_receipt(opened, request_):
    remember_case(request_, opened.ticket, at=NOON)
    opened.ticket.receipt.delete()
    assert case_of(request_, at=NOON) is None
    close_case(request_)
    assert "case" not in request_.session
