"""A statement of reasons in plain words: everything that must be said, and nothing that must not."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from appeals.models import Decision, DecisionOrder, DecisionPerson, Effect
from appeals.statements.vocabulary import VOCABULARY
from appeals.telling import tell
from appeals.telling.words import ALSO_ILLEGAL, DETECTION, ORDERS, SENTENCES
from tests.factories import NOON, make_platform, make_user

pytestmark = pytest.mark.django_db


def decide(**fields):
    given = {
        "platform": fields.pop("platform", None) or make_platform(),
        "puid": "p-1",
        "received_at": NOON,
        "informed_at": NOON,
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DEMOTED"],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "category": "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
        "content_type": ["CONTENT_TYPE_TEXT"],
        "application_date": date(2026, 11, 3),
        "decision_facts": "The channel called for threats.",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    }
    return Decision.objects.create(**{**given, **fields})


def said(decision, *, at=NOON, to_affected=True):
    """All of it in lines, without the marks that keep names apart in a right-to-left sentence."""
    statement = tell(decision, at=at, to_affected=to_affected)
    text = "\n".join(
        line for fact in statement.facts for line in (fact.question, *fact.sentences, *fact.quotes)
    )
    return text.translate(dict.fromkeys(map(ord, "\u2068\u2069")))


@pytest.mark.parametrize("field", SENTENCES)
def test_every_code_of_the_vocabulary_has_its_words(field):
    assert set(SENTENCES[field]) == set(VOCABULARY[field])


@pytest.mark.parametrize("code", VOCABULARY["territorial_scope"])
def test_every_country_is_named(code):
    assert f"holds in {code}." not in said(decide(territorial_scope=[code]))


def test_it_says_what_was_done_until_when_and_why():
    text = said(decide(end_date_visibility_restriction=date(2027, 1, 31)))
    assert "made harder to find" in text
    assert "This lasts until 31 January 2027." in text
    assert "Unlawful or harmful speech" in text
    assert "A machine found it." in text
    assert "A person decided." in text


def test_private_notifier_is_never_named():
    text = said(
        decide(
            source_type="SOURCE_ARTICLE_16",
            source_identity="Otto Strange",
            decision_facts="OTTO STRANGE wrote that the channel threatens him.",
            incompatible_content_explanation="As Otto Strange showed.",
        )
    )
    assert "otto" not in text.lower()
    assert "We never say who." in text


def test_who_reported_is_not_told_that_somebody_did():
    decision = decide(source_type="SOURCE_ARTICLE_16")
    assert "We never say who." not in said(decision, to_affected=False)


def test_trusted_flagger_is_named():
    text = said(decide(source_type="SOURCE_TRUSTED_FLAGGER", source_identity="Helpline e.V."))
    assert "The organisation: Helpline e.V." in text.splitlines()


def order(decision, **fields):
    return DecisionOrder.objects.create(
        decision=decision,
        authority="Roskom",
        country="RU",
        legal_basis="Act 149",
        kind=DecisionOrder.Kind.ADMINISTRATIVE,
        **fields,
    )


def test_order_of_an_authority_is_told():
    decision = decide()
    order(decision)
    text = said(decision)
    assert "An authority ordered it." in text
    assert "The authority: Roskom (Russia)." in text
    assert "Nobody reported it" not in text


def test_order_that_may_not_be_told_yet_is_kept_without_a_lie():
    decision = decide(decision_facts="Blocked because Roskom wrote.")
    order(decision, may_be_told_from=NOON + timedelta(days=1))
    text = said(decision)
    assert "Roskom" not in text
    assert "Nobody reported it" not in text
    assert "Roskom" in said(decision, at=NOON + timedelta(days=2))


def test_notifier_does_not_read_what_was_said_of_the_affected():
    decision = decide()
    DecisionPerson.objects.create(
        decision=decision,
        platform=decision.platform,
        reference="A7K3-9QXT-M",
        content_ref="t.me/rita",
        content_excerpt="my words",
    )
    assert "my words" in said(decision)
    assert "rita" not in said(decision, to_affected=False)


def test_effect_that_cannot_be_undone_is_said_with_its_reason():
    decision = decide()
    Effect.objects.create(
        decision=decision, code="deleted", platform_ref="x1", is_irreversible=True, irreversible_why="Law 5."
    )
    assert (
        "The platform calls it “deleted”. This cannot be undone. The reason given: Law 5."
        in said(decision).splitlines()
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("search_hidden", "It was hidden from search. This lasts until 4 December 2026."),
        ("karma_cut", "The platform calls it “karma cut”. This lasts until 4 December 2026."),
    ],
)
def test_effect_beyond_the_european_codes_is_told(code, words):
    decision = decide()
    Effect.objects.create(
        decision=decision, code=code, platform_ref="x1", until=NOON.replace(month=12, day=4)
    )
    assert words in said(decision).splitlines()


def test_effect_that_the_codes_say_already_is_said_once():
    decision = decide()
    Effect.objects.create(decision=decision, code=decision.decision_visibility[0], platform_ref="x1")
    assert said(decision).count("made harder to find") == 1


def test_name_in_a_sentence_keeps_its_stops_in_a_right_to_left_page():
    decision = decide(source_type="SOURCE_TRUSTED_FLAGGER", source_identity="Helpline e.V.")
    with override("fa"):
        facts = tell(decision, at=NOON).facts
    assert any("\u2068Helpline e.V.\u2069" in line for fact in facts for line in fact.sentences)


@pytest.mark.parametrize("words", [DETECTION, ALSO_ILLEGAL, ORDERS, *SENTENCES.values()])
def test_words_are_no_codes(words):
    assert not [text for text in words.values() if "_" in str(text)]


def test_whole_union_is_one_name():
    scope = [code for code in VOCABULARY["territorial_scope"] if code not in {"IS", "LI", "NO"}]
    assert "whole European Union" in said(decide(territorial_scope=scope))
    assert "Economic Area" in said(decide(territorial_scope=VOCABULARY["territorial_scope"]))


def test_telling_costs_a_fixed_number_of_queries(django_assert_max_num_queries):
    decision = Decision.objects.get(pk=decide().pk)
    with django_assert_max_num_queries(7):
        tell(decision, at=NOON)


def test_what_our_own_staff_found_is_not_told_as_words_of_the_platform():
    assert "in the words of the platform" in said(decide())
    own = said(decide(puid="p-2", decided_by_user=make_user("Amir")))
    assert "What we found" in own
    assert "in the words of the platform" not in own
