"""A policy editor publishes a rule by a page; what is not right is said and nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from rulebook.models import RuleText, RuleVersion
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def pavel(client):
    user = make_user("Pavel", roles=["policy_editor"])
    client.force_login(user)
    return user


def send(client, **fields):
    typed = {
        "code": "4.2",
        "in_force_on": (now().date() + timedelta(days=30)).isoformat(),
        "binding": "en",
        "en-title": "Violence",
        "en-text": "No praise of violence.",
        "ru-title": "Насилие",
        "ru-text": "Никакого прославления насилия.",
    }
    return client.post(reverse("rulebook:publish"), typed | fields)


def test_a_rule_is_published_with_its_translation(client, pavel):
    assert send(client).status_code == 302
    assert list(RuleText.objects.order_by("language").values_list("language", "is_authoritative")) == [
        ("en", True),
        ("ru", False),
    ]


def test_a_day_that_has_come_is_refused_and_the_words_stay(client, pavel):
    page = send(client, in_force_on=now().date().isoformat())
    assert page.status_code == 409
    assert "No praise of violence." in page.content.decode()
    assert not RuleVersion.objects.exists()


def test_the_binding_language_needs_words(client, pavel):
    assert send(client, binding="fa").status_code == 409


def test_a_text_without_a_title_is_refused(client, pavel):
    send(client, **{"ru-title": ""})
    assert not RuleVersion.objects.exists()


def test_a_moderator_does_not_publish(client):
    client.force_login(make_user(roles=["moderator"]))
    assert send(client).status_code == 404
