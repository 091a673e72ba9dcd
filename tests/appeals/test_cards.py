"""What a moderator reads of a case beside the person's words."""

import pytest
from django.urls import reverse

from rulebook.models import Rule, RuleText, RuleVersion
from tests.factories import NOON, appeals_queue, make_appeal, make_decision, make_moderator

pytestmark = pytest.mark.django_db
ENGLISH, RUSSIAN = "No calls to beat somebody.", "Не призывай бить людей."
NOT_IN_YOURS = "This rule has not been put into your language."


def make_version(**texts):
    """A version of a rule in these languages; the first one binds."""
    rule = Rule.objects.create(code="violence", created_at=NOON)
    version = RuleVersion.objects.create(rule=rule, number=1, in_force_on=NOON.date(), published_at=NOON)
    for place, (language, text) in enumerate(texts.items()):
        RuleText.objects.create(
            version=version,
            language=language,
            title="Violence",
            text=text,
            is_authoritative=not place,
            created_at=NOON,
        )
    return version


def case_page(client, version, language):
    ticket = make_appeal(make_decision(rule_version=version)).ticket
    client.force_login(make_moderator(appeals_queue().team))
    headers = {"Accept-Language": language}
    return client.get(reverse("console:ticket", args=[ticket.reference]), headers=headers).content.decode()


def test_the_rule_is_read_in_the_language_of_the_reader(client):
    page = case_page(client, make_version(ru=RUSSIAN, en=ENGLISH), "en")
    assert ENGLISH in page
    assert RUSSIAN not in page
    assert NOT_IN_YOURS not in page


def test_a_rule_in_another_language_says_that_it_is(client):
    page = case_page(client, make_version(ru=RUSSIAN), "en")
    assert RUSSIAN in page
    assert f"{NOT_IN_YOURS} You are reading it in Russian." in page
