"""Two editors at the same moment: the database numbers them, and refuses the second of one day."""

from datetime import date

import pytest

from journal.actors import SYSTEM
from rulebook.actions import Words, publish_rule
from rulebook.models import Rule, RuleVersion
from tests.factories import NOON
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = [Words("en", "Threats", "Do not threaten anybody.", is_authoritative=True)]


def publishing(day):
    return lambda: publish_rule("4.2", by=SYSTEM, at=NOON, in_force_on=day, texts=WORDS)


def test_two_editors_publish_a_new_rule_and_both_versions_stand():
    at_once(publishing(date(2027, 1, 1)), publishing(date(2027, 2, 1)))
    assert Rule.objects.count() == 1
    assert set(RuleVersion.objects.values_list("number", flat=True)) == {1, 2}


def test_two_editors_choose_one_day_and_the_second_is_told():
    answers = at_once(publishing(date(2027, 1, 1)), publishing(date(2027, 1, 1)))
    assert answers.count("day_taken") == 1
    assert RuleVersion.objects.count() == 1
