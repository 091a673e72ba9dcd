"""Who else is at a ticket: seen for seconds, forgotten after, and no reason to fail."""

from datetime import timedelta

import pytest

from helpdesk import presence
from journal.ids import uuid7
from tests.factories import NOON, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def amir():
    return make_user("Amir")


@pytest.fixture
def lena():
    return make_user("Lena")


def seen(ticket, user, at=NOON):
    return [(each.name, each.is_writing) for each in presence.others_at(ticket, user, at=at)]


def test_others_are_seen_and_oneself_is_not(amir, lena):
    ticket = uuid7()
    presence.show_up(ticket, lena, at=NOON)
    assert seen(ticket, amir) == [("Lena", False)]
    assert seen(ticket, lena) == []
    assert seen(uuid7(), amir) == []


def test_writing_ends_before_looking_and_both_end_by_themselves(amir, lena):
    ticket = uuid7()
    presence.show_up(ticket, lena, at=NOON, is_writing=True)
    assert seen(ticket, amir) == [("Lena", True)]
    assert seen(ticket, amir, NOON + timedelta(seconds=6)) == [("Lena", False)]
    assert seen(ticket, amir, NOON + timedelta(seconds=8)) == []


def test_who_has_sent_is_gone_at_once(amir, lena):
    ticket = uuid7()
    presence.show_up(ticket, lena, at=NOON, is_writing=True)
    presence.leave(ticket, lena)
    assert seen(ticket, amir) == []


def test_without_its_valkey_nobody_is_seen_and_nothing_fails(amir, lena, settings, tmp_path):
    presence._valkey.cache_clear()
    settings.CACHES = {"default": {"LOCATION": f"unix://{tmp_path}/none.sock"}}
    try:
        presence.show_up(uuid7(), lena, at=NOON)
        assert seen(uuid7(), amir) == []
    finally:
        presence._valkey.cache_clear()
