"""The public pages of the rules."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils.timezone import now

from journal.actors import SYSTEM
from rulebook.actions import Words, publish_rule
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def publish(text="Do not threaten anybody.", *, code="4.2", on=date(2025, 1, 1), language="en", **more):
    words = Words(language, "Threats", text, is_authoritative=True)
    return publish_rule(code, by=SYSTEM, at=NOON, in_force_on=on, texts=[words], **more)


def page(client, code="4.2", **headers):
    return client.get(reverse("rulebook:rule", args=[code]), headers=headers).content.decode()


def test_list_names_the_rules_in_force(client):
    publish()
    assert "Threats" in client.get(reverse("rulebook:rules")).content.decode()


def test_ended_rule_leaves_the_list_and_keeps_its_page(client):
    publish()
    publish("", on=date(2025, 6, 1), is_repeal=True)
    assert "Threats" not in client.get(reverse("rulebook:rules")).content.decode()
    assert "This rule ended on" in page(client)


def test_rule_that_begins_later_is_announced(client):
    publish(on=now().date() + timedelta(days=5))
    assert "Rules that begin later" in client.get(reverse("rulebook:rules")).content.decode()


def test_changes_are_marked_for_eyes_and_for_screen_readers(client):
    publish()
    publish("Do not threaten or insult anybody.", on=date(2025, 6, 1))
    html = page(client)
    assert "<ins>" in html
    assert "Added words:" in html
    assert "or insult" in html


def test_reader_of_another_language_is_told_so(client):
    publish(language="ru")
    assert "has not been put into your language" in page(client)


def test_list_costs_the_same_for_many_rules(client, django_assert_num_queries):
    for number in range(5):
        publish(code=f"1.{number}")
    with django_assert_num_queries(3):
        client.get(reverse("rulebook:rules"))


def test_unknown_rule_is_not_found(client):
    assert client.get(reverse("rulebook:rule", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("days", [-1, 1], ids=["in force", "coming"])
def test_headings_of_the_list_go_down_by_one_level(client, days):
    publish(on=now().date() + timedelta(days=days))
    body = client.get(reverse("rulebook:rules")).content.decode()
    levels = [int(level) for level in re.findall(r"<h([1-6])", body)]
    assert [below - above for above, below in pairwise(levels)] == [1] * (len(levels) - 1)
    assert 3 in levels
