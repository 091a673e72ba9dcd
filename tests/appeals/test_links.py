from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from appeals.links import PATH, appeal_url, make_link, read_link
from journal.ids import uuid7

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def two_keys(settings):
    settings.LINK_KEYS = {"1": "old" * 12, "2": "new" * 12}


def a_decision(**fields):
    return SimpleNamespace(**{"id": uuid7(), "appeal_until": NOON, **fields})


def test_link_says_which_decision_it_opens():
    decision = a_decision()
    link = read_link(make_link(decision.id))
    assert link.opens(decision, at=NOON + timedelta(days=999))
    assert not link.opens(a_decision(), at=NOON)


def test_no_changed_link_is_genuine():
    text = make_link(uuid7())
    for place in range(len(text)):
        other = "A" if text[place] != "A" else "B"
        changed = read_link(text[:place] + other + text[place + 1 :])
        assert changed is None or changed == read_link(text)


@pytest.mark.parametrize("text", ["", ".", "1.", "9.AAAA", "1.é", "1." + "A" * 43, "1." + "A" * 999, "1.\n"])
def test_what_we_did_not_sign_opens_nothing(text):
    assert read_link(text) is None


def test_newest_key_signs(two_keys):
    assert make_link(uuid7()).startswith("2.")


def test_old_key_opens_until_the_window_has_closed(settings):
    settings.LINK_KEYS = {"1": "old" * 12}
    decision = a_decision()
    text = make_link(decision.id)
    settings.LINK_KEYS = {"1": "old" * 12, "2": "new" * 12}
    assert read_link(text).opens(decision, at=NOON)
    assert not read_link(text).opens(decision, at=NOON + timedelta(seconds=1))
    settings.LINK_KEYS = {"2": "new" * 12}
    assert read_link(text) is None


def test_address_is_that_of_the_page():
    assert reverse("appeals:decision", args=["x"]) == f"{PATH}x/"


def test_address_is_whole(settings):
    settings.BASE_URL = "https://recourse.example"
    decision = a_decision()
    assert appeal_url(decision.id) == f"https://recourse.example/decision/{make_link(decision.id)}/"
