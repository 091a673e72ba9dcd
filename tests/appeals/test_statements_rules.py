"""The contract field by field, where the sample of cases leaves a limit or a direction open.

Source: the EU transparency database's API (schema "v2" since 2025-07-01); Regulation (EU) 2022/2065 (DSA)
Art. 17 says what a statement of reasons holds, Art. 24(5) that it goes to the database.
"""

from pathlib import Path

import pytest

from appeals.statements.check import check_item, check_statement
from appeals.statements.fields import END_DATES, FIELDS, Kind
from appeals.statements.files import COLUMNS
from appeals.statements.vocabulary import VOCABULARY
from tests.appeals.cases import a_statement

ILLEGAL = {
    "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
    "illegal_content_legal_ground": "Act, s. 1",
    "illegal_content_explanation": "Because.",
}
INCOMPATIBLE = {
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "Rule 4.2",
    "incompatible_content_explanation": "Because.",
}
OTHERS = {
    "decision_visibility": ["DECISION_VISIBILITY_OTHER"],
    "decision_visibility_other": "Shown later",
    "decision_monetary": "DECISION_MONETARY_OTHER",
    "decision_monetary_other": "Paid later",
    "content_type": ["CONTENT_TYPE_OTHER"],
    "content_type_other": "A poll",
    "category_specification": ["KEYWORD_OTHER"],
}
TEXTS = [field for field in FIELDS if field.kind is Kind.TEXT]


def base_of(name):
    """A whole statement in which this field counts."""
    ground = INCOMPATIBLE if name.startswith("incompatible") else ILLEGAL
    return a_statement(**OTHERS, **ground)


def judge(raw):
    """The errors of both endpoints, which must be the same, and what the first keeps."""
    clean, errors = check_statement(raw)
    assert check_item(raw)[1] == errors
    return clean, errors


@pytest.mark.parametrize("field", TEXTS, ids=lambda field: field.name)
def test_text_has_so_many_characters_and_not_one_more(field):
    longest = "🙂" * field.most  # four bytes each: lengths count characters
    assert judge(base_of(field.name) | {field.name: longest})[0][field.name] == longest
    sentence = f"The {field.label} must not be greater than {field.most} characters."
    assert judge(base_of(field.name) | {field.name: longest + "x"})[1] == {field.name: [sentence]}


def test_lengths_are_those_of_the_schema():
    assert {field.name: field.most for field in TEXTS} == {
        **dict.fromkeys(
            (
                "decision_visibility_other",
                "decision_monetary_other",
                "illegal_content_legal_ground",
                "incompatible_content_ground",
                "content_type_other",
                "category_specification_other",
                "source_identity",
            ),
            500,
        ),
        "illegal_content_explanation": 2000,
        "incompatible_content_explanation": 2000,
        "decision_facts": 5000,
    }


@pytest.mark.parametrize(
    ("field", "first", "last", "before", "after"),
    [
        ("content_date", "2000-01-01", "2038-01-01", "1999-12-31", "2038-01-02"),
        ("application_date", "2020-01-01", "2038-01-01", "2019-12-31", "2038-01-02"),
    ],
)
def test_dates_have_a_first_and_a_last_day(field, first, last, before, after):
    for day in (first, last):
        assert judge(a_statement(**{field: day}))[0][field] == day
    label = field.replace("_", " ")
    for day, word, bound in ((before, "after", first), (after, "before", last)):
        sentence = f"The {label} must be a date {word} or equal to {bound}."
        assert judge(a_statement(**{field: day}))[1] == {field: [sentence]}


@pytest.mark.parametrize("field", END_DATES)
def test_end_of_a_restriction_may_be_open_and_has_a_last_day(field):
    assert judge(a_statement(**{field: None}))[0][field] is None
    assert judge(a_statement(**{field: "2038-01-01"}))[0][field] == "2038-01-01"
    assert list(judge(a_statement(**{field: "2038-01-02"}))[1]) == [field]


@pytest.mark.parametrize("field", END_DATES)
def test_end_before_the_decision_is_taken_as_the_european_database_takes_it(field):
    """Its documentation asks for an end after the application date; its rules do not."""
    assert judge(a_statement(application_date="2026-11-22", **{field: "2026-11-21"}))[1] == {}


def test_decision_may_precede_the_content_it_is_about():
    """Nothing orders content_date and application_date: platforms state when content was last changed."""
    assert judge(a_statement(content_date="2026-11-22", application_date="2026-11-21"))[1] == {}


@pytest.mark.parametrize(
    ("ground", "other"), [(ILLEGAL, INCOMPATIBLE), (INCOMPATIBLE, ILLEGAL)], ids=["illegal", "incompatible"]
)
def test_each_ground_needs_its_own_texts_and_drops_those_of_the_other(ground, other):
    bare = {name: value for name, value in a_statement().items() if name not in ILLEGAL | INCOMPATIBLE}
    needed = [name for name in ground if name != "decision_ground"]
    clean, errors = judge({**bare, **other, **ground})
    assert errors == {}
    assert not any(clean.get(name) for name in other if name != "decision_ground")
    term = "illegal content" if ground is ILLEGAL else "incompatible content"
    assert judge({**bare, "decision_ground": ground["decision_ground"]})[1] == {
        name: [f"The {name.replace('_', ' ')} field is required when decision ground is {term}."]
        for name in needed
    }


def test_content_that_breaks_the_rules_may_be_said_to_be_illegal_too():
    assert judge(a_statement(**INCOMPATIBLE, incompatible_content_illegal="Yes"))[1] == {}
    assert judge(a_statement(**INCOMPATIBLE, incompatible_content_illegal=True))[1] != {}
    assert (
        "incompatible_content_illegal"
        not in check_statement(a_statement(**ILLEGAL, incompatible_content_illegal="Yes"))[0]
    )


@pytest.mark.parametrize("name", ["decision_visibility", "decision_monetary", "content_type"])
def test_text_for_other_counts_only_beside_other(name):
    """Required beside it, dropped elsewhere, and an empty one is none."""
    other = f"{name}_other"
    whole = base_of(other)
    assert judge(whole | {other: "  "})[1].keys() == {other}
    plain = {"decision_monetary": "DECISION_MONETARY_SUSPENSION"}.get(name, [VOCABULARY[name][0]])
    assert not judge(whole | {name: plain})[0].get(other)


def test_keyword_is_not_checked_against_the_category():
    mixed = a_statement(
        category="STATEMENT_CATEGORY_ANIMAL_WELFARE", category_specification=["KEYWORD_PHISHING"]
    )
    assert judge(mixed)[0]["category_specification"] == ["KEYWORD_PHISHING"]


def test_who_notified_is_dropped_where_nobody_did():
    told = a_statement(source_identity="Flagger e.V.", source_type="SOURCE_TRUSTED_FLAGGER")
    assert judge(told)[0]["source_identity"] == "Flagger e.V."
    assert not judge(told | {"source_type": "SOURCE_VOLUNTARY"})[0].get("source_identity")


@pytest.mark.parametrize("value", ["ACCOUNT_TYPE_PRIVATE", "ACCOUNT_TYPE_BUSINESS", None, ""])
def test_type_of_account_may_be_left_out(value):
    assert judge(a_statement(account_type=value))[0]["account_type"] == (value or None)


@pytest.mark.parametrize("value", ["PRIVATE", "account_type_private", ["ACCOUNT_TYPE_PRIVATE"], 1])
def test_type_of_account_is_one_word_of_two(value):
    assert list(judge(a_statement(account_type=value))[1]) == ["account_type"]


@pytest.mark.parametrize("value", ["en", "ENG", "EN-GB", "XX", ["EN"]])
def test_language_is_two_capital_letters_of_the_list(value):
    assert list(judge(a_statement(content_language=value))[1]) == ["content_language"]


def test_territory_is_a_list_of_countries_and_none_is_an_empty_one():
    assert judge(a_statement(territorial_scope=None))[0]["territorial_scope"] == []
    assert judge(a_statement(territorial_scope=["PT", "AT", "PT"]))[0]["territorial_scope"] == ["AT", "PT"]
    whole_area = list(VOCABULARY["territorial_scope"])
    assert judge(a_statement(territorial_scope=whole_area))[0]["territorial_scope"] == sorted(whole_area)


@pytest.mark.parametrize("value", [["EU"], ["EEA"], ["EL"], ["GB"], ["de"], "DE", {"0": "DE"}])
def test_territory_knows_no_groups_and_no_other_names(value):
    """A platform names each country: `EU` and `EEA` are no members, and Greece is GR."""
    assert list(judge(a_statement(territorial_scope=value))[1]) == ["territorial_scope"]


@pytest.mark.parametrize("code", ["4006381333931", "0000000000000"])
def test_barcode_is_thirteen_digits_in_an_object(code):
    assert judge(a_statement(content_id={"EAN-13": code}))[0]["content_id_ean"] == code


@pytest.mark.parametrize("code", ["400638133393", "40063813339310", "40063813339३1", 4006381333931, None, ""])
def test_barcode_of_another_form_is_refused_by_its_place(code):
    assert list(judge(a_statement(content_id={"EAN-13": code}))[1]) == ["content_id.EAN-13"]


@pytest.mark.parametrize("value", [{"ISBN": "1"}, {"EAN-13": "1" * 13, "ISBN": "1"}, "1" * 13, [1]])
def test_object_with_the_barcode_holds_nothing_else(value):
    assert list(judge(a_statement(content_id=value))[1]) == ["content_id"]


@pytest.mark.parametrize("puid", ["a", "A-z_0-9", "0", "-", "x" * 500])
def test_identifier_is_letters_digits_and_two_signs(puid):
    assert judge(a_statement(puid=puid))[0]["puid"] == puid


@pytest.mark.parametrize("puid", ["a b", "a.b", "ä", "a/b", "٣", "x" * 501, "a\nb"])
def test_identifier_of_other_signs_or_too_long_is_refused(puid):
    assert list(judge(a_statement(puid=puid))[1]) == ["puid"]


def test_vocabulary_is_the_schemas():
    sizes = {name: len(terms) for name, terms in VOCABULARY.items()}
    assert sizes == {
        "decision_visibility": 7,
        "decision_monetary": 3,
        "decision_provision": 4,
        "decision_account": 2,
        "account_type": 2,
        "decision_ground": 2,
        "content_type": 8,
        "source_type": 4,
        "automated_decision": 3,
        "territorial_scope": 30,
        "content_language": 184,
        "category": 16,
        "category_specification": 69,
    }
    assert all(len(set(terms)) == len(terms) for terms in VOCABULARY.values())


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("category", "STATEMENT_CATEGORY_UNSAFE_AND_ILLEGAL_PRODUCTS"),
        ("category", "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE"),
        ("category", "STATEMENT_CATEGORY_NON_CONSENSUAL_BEHAVIOUR"),
        ("category", "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT"),
        ("category_specification", "KEYWORD_ONLINE_BULLYING_INTIMIDATION"),
        ("category_specification", "KEYWORD_INSUFFICIENT_INFORMATION_TRADERS"),
        ("category_specification", "KEYWORD_DISINFORMATION"),
        ("category_specification", "KEYWORD_NON_CONSENSUAL_ITEMS_DEEPFAKE"),
        ("category_specification", "KEYWORD_MISINFORMATION"),
        ("category_specification", "KEYWORD_FOREIGN_INFORMATION_MANIPULATION"),
        ("category_specification", "KEYWORD_REGULATED_GOODS_SERVICES"),
        ("category_specification", "KEYWORD_DANGEROUS_TOYS"),
        ("category_specification", "KEYWORD_GENDER_BASED_VIOLENCE"),
        ("category_specification", "KEYWORD_IMAGE_BASED_SEXUAL_ABUSE"),
    ],
)
def test_word_withdrawn_on_1_july_2025_is_refused(field, word):
    value = word if field == "category" else [word]
    sentence = f"The selected {field.replace('_', ' ')} is invalid."
    assert judge(a_statement(**{field: value}))[1] == {field: [sentence]}


def test_columns_of_a_dump_are_those_of_the_european_one_in_its_order():
    header = (Path(__file__).parent.parent / "data" / "dsa_dump_header.csv").read_text().strip()
    assert list(COLUMNS) == header.split(",")
