"""Rules are published, never edited, and never bind before they are public."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from journal.actors import SYSTEM
from journal.errors import Refused
from journal.models import Event
from rulebook.actions import Words, publish_rule
from rulebook.models import Rule, RuleText, RuleVersion
from tests.factories import NOON, make_user

pytestmark = pytest.mark.django_db
TOMORROW = date(2026, 11, 24)
ENGLISH = Words("en", "Threats", "Do not threaten anybody.", is_authoritative=True)


def publish(by=SYSTEM, code="4.2", in_force_on=TOMORROW, texts=(ENGLISH,), **more):
    return publish_rule(code, by=by, at=NOON, in_force_on=in_force_on, texts=texts, **more)


def test_policy_editor_publishes_a_rule_from_tomorrow():
    version = publish(by=make_user(roles=["policy_editor"]))
    assert (version.number, version.rule.code) == (1, "4.2")
    assert Event.objects.filter(subject_id=version.id, code="published").exists()


def test_nobody_is_judged_by_a_rule_that_begins_on_the_day_it_is_published():
    editor = make_user(roles=["policy_editor"])
    with pytest.raises(Refused) as refused:
        publish(by=editor, in_force_on=NOON.date())
    assert refused.value.code == "begins_too_early"


def test_rules_that_stood_before_are_brought_in_with_their_past():
    assert publish(in_force_on=date(2020, 1, 1)).in_force_on.year == 2020


def test_moderator_may_not_publish():
    with pytest.raises(PermissionDenied):
        publish(by=make_user(roles=["moderator"]))


def test_two_versions_cannot_begin_on_one_day():
    publish()
    with pytest.raises(Refused) as refused:
        publish()
    assert refused.value.code == "day_taken"


def test_exactly_one_language_binds():
    with pytest.raises(Refused) as refused:
        publish(texts=[Words("en", "Threats", "No.")])
    assert refused.value.code == "one_binding_language"


def test_published_words_are_never_edited():
    text = publish().texts.get()
    text.text = "Something else."
    with pytest.raises(IntegrityError):
        text.save()


def test_each_day_is_judged_by_the_version_that_stood_on_it():
    publish(in_force_on=date(2025, 1, 1))
    second = publish(in_force_on=date(2026, 5, 1))
    assert RuleVersion.objects.in_force_on(date(2026, 4, 30)).get().number == 1
    assert RuleVersion.objects.in_force_on(date(2026, 5, 1)).get() == second


def test_moment_of_publication_is_kept():
    assert publish().published_at == datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_refused_publication_leaves_nothing():
    with pytest.raises(Refused):
        publish(texts=[ENGLISH, ENGLISH])
    assert not Rule.objects.exists()


def test_each_language_is_given_once():
    again = Words("en", "Threats again", "Still do not.")
    with pytest.raises(Refused) as refused:
        publish(texts=[ENGLISH, again])
    assert refused.value.code == "one_binding_language"


def test_two_languages_cannot_both_bind():
    with pytest.raises(Refused):
        publish(texts=[ENGLISH, Words("ru", "Угрозы", "Не угрожайте.", is_authoritative=True)])


def test_database_keeps_one_binding_text():
    version = publish()
    with pytest.raises(IntegrityError):
        RuleText.objects.create(
            version=version, language="ru", title="x", text="x", is_authoritative=True, created_at=NOON
        )


def test_published_version_is_never_removed():
    with pytest.raises(IntegrityError):
        publish().delete()


def test_day_of_a_published_version_is_never_moved():
    version = publish()
    version.in_force_on = date(2020, 1, 1)
    with pytest.raises(IntegrityError):
        version.save()


def test_versions_are_numbered_in_the_order_of_publication():
    assert [publish(in_force_on=date(2026, 12, day)).number for day in (9, 1, 5)] == [1, 2, 3]


def test_before_its_first_day_a_rule_is_not_in_force():
    publish(in_force_on=date(2025, 1, 1))
    assert not RuleVersion.objects.in_force_on(date(2024, 12, 31)).exists()


def test_a_repeal_is_an_event_of_its_own():
    version = publish(is_repeal=True)
    assert Event.objects.get(subject_id=version.id).values["repeal"] is True


def test_events_never_hold_the_words_of_a_rule():
    publish()
    assert "threaten" not in str(list(Event.objects.values_list("values", flat=True)))
