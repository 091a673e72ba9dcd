"""What one reader gets of a rule: their language where there is one, and the days that each version held."""

from datetime import date

import pytest

from journal.actors import SYSTEM
from rulebook.actions import Words, publish_rule
from rulebook.models import Rule
from rulebook.reading import history, read, words_for
from tests.factories import NOON

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def publish(*languages, on=date(2025, 1, 1), binding="en", text="No threats in {}.", **more):
    texts = [
        Words(language, "Threats", text.format(language), is_authoritative=language == binding)
        for language in languages
    ]
    return publish_rule("4.2", by=SYSTEM, at=NOON, in_force_on=on, texts=texts, **more)


def states(language="en"):
    return [reading.state for reading in history(Rule.objects.get().versions.all(), language, TODAY)]


def test_reader_gets_their_own_language():
    reading = read(publish("en", "fa"), "fa")
    assert (reading.words.language, reading.is_other_language) == ("fa", False)


def test_regional_language_is_read_in_its_parent():
    reading = read(publish("en", "pt"), "pt-br")
    assert (reading.words.language, reading.is_other_language) == ("pt", False)


def test_reader_of_a_missing_language_gets_the_one_that_binds_and_is_told():
    reading = read(publish("en", "ru", binding="ru"), "fa")
    assert (reading.words.language, reading.is_other_language, reading.binding_language) == ("ru", True, "ru")


def test_translation_names_the_language_that_binds():
    reading = read(publish("en", "ru"), "ru")
    assert not reading.words.is_authoritative
    assert reading.binding_language == "en"


def test_no_text_at_all_is_no_words():
    assert words_for([], "en") is None


def test_versions_stand_newest_first_with_the_days_they_held():
    publish("en", on=date(2025, 1, 1))
    publish("en", on=date(2025, 6, 1))
    newest, oldest = history(Rule.objects.get().versions.all(), "en", TODAY)
    assert (newest.until, oldest.until) == (None, date(2025, 5, 31))


def test_states_tell_past_present_and_coming_apart():
    publish("en", on=date(2025, 1, 1))
    publish("en", on=date(2026, 1, 1))
    publish("en", on=date(2027, 1, 1))
    assert states() == ["later", "now", "past"]


def test_last_day_of_a_version_still_belongs_to_it():
    publish("en", on=date(2025, 1, 1))
    publish("en", on=date(2026, 11, 24))
    assert states() == ["later", "now"]


def test_repealed_rule_has_ended_from_its_day_on():
    publish("en", on=date(2025, 1, 1))
    publish("en", on=TODAY, is_repeal=True)
    assert states() == ["ended", "past"]


def test_changes_are_told_only_between_texts_of_one_language():
    publish("en", on=date(2025, 1, 1))
    publish("en", "ru", on=date(2025, 6, 1), text="No insults in {}.")
    versions = Rule.objects.get().versions.all()
    assert history(versions, "en", TODAY)[0].changed
    assert not history(versions, "ru", TODAY)[0].changed
