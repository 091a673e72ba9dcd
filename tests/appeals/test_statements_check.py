from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from appeals.statements import answers
from appeals.statements.check import check_envelope, check_item, check_statement, check_statements, repeated
from appeals.statements.fields import FIELDS, STORED
from appeals.statements.vocabulary import VOCABULARY
from tests.appeals.cases import BULK, CASES, SINGLE, a_statement, body_of

SINGLES = [case for case in CASES if case["endpoint"] == SINGLE and case["auth"] == "valid"]
BULKS = [case for case in CASES if case["endpoint"] == BULK and case["auth"] == "valid"]
NEEDS_STORAGE = {"multi.puid"}


def named(case):
    return case["id"]


def without(*names):
    return {name: value for name, value in a_statement().items() if name not in names}


def errors_of(**fields):
    return check_statement(a_statement(**fields))[1]


def clean_of(**fields):
    clean, errors = check_statement(a_statement(**fields))
    assert errors == {}
    return clean


@pytest.mark.parametrize("case", SINGLES, ids=named)
def test_single_case_is_judged_as_the_european_database_judges_it(case):
    clean, errors = check_statement(body_of(case))
    expect = case["expect"]
    assert sorted(errors) == expect.get("error_fields", [])
    for field, sentence in expect.get("messages", {}).items():
        assert errors[field] == [sentence]
    if "message" in expect:
        assert answers.refused(errors)["message"] == expect["message"]
    shown = answers.shown(clean, {})
    for field, value in expect.get("stored", {}).items():
        assert shown[field] == value


@pytest.mark.parametrize("case", BULKS, ids=named)
def test_bulk_case_is_judged_as_the_european_database_judges_it(case):
    expect, body = case["expect"], body_of(case)
    if case["group"] in NEEDS_STORAGE:
        assert not check_statements(body["statements"])[1]
        return
    if envelope := check_envelope(body):
        assert sorted(envelope) == expect["error_fields"]
        return
    cleans, errors = check_statements(body["statements"])
    assert {name: sorted(found) for name, found in errors.items()} == expect.get("errors_by_statement", {})
    for place, sentence in expect.get("messages", {}).items():
        statement, field = place.split(".")
        assert errors[statement][field] == [sentence]
    for index, stored in expect.get("stored_by_index", {}).items():
        assert {field: cleans[int(index)][field] for field in stored} == stored


def test_empty_statement_misses_exactly_fourteen_fields_in_the_order_of_the_table():
    errors = check_statement({})[1]
    assert list(errors) == [
        *("decision_visibility", "decision_monetary", "decision_provision", "decision_account"),
        *("decision_ground", "content_type", "category", "content_date", "application_date"),
        *("decision_facts", "source_type", "automated_detection", "automated_decision", "puid"),
    ]
    assert answers.refused(errors)["message"].endswith("are present. (and 13 more errors)")


def test_one_more_error_is_told_in_the_singular():
    errors = check_statement(without("decision_facts", "puid"))[1]
    assert answers.refused(errors)["message"] == "The decision facts field is required. (and 1 more error)"


@pytest.mark.parametrize("body", [None, [], "x", 5, [{}]])
def test_anything_but_an_object_misses_everything(body):
    assert len(check_statement(body)[1]) == 14


def test_strings_are_trimmed_and_empty_ones_are_nothing():
    clean = clean_of(
        decision_facts="  why\t", source_identity=" \u200b ", puid=" p-1\n", territorial_scope=[" DE"]
    )
    assert (clean["decision_facts"], clean["source_identity"]) == ("why", None)
    assert (clean["puid"], clean["territorial_scope"]) == ("p-1", ["DE"])


def test_unknown_members_are_ignored():
    assert "colour" not in clean_of(colour="red")


def test_identifier_may_be_a_number():
    assert clean_of(puid=17)["puid"] == "17"
    assert errors_of(puid=True) == {"puid": ["The puid format is invalid."]}


@pytest.mark.parametrize(
    ("field", "other", "term"),
    [
        ("decision_visibility_other", "decision_visibility", ["DECISION_VISIBILITY_OTHER"]),
        ("content_type_other", "content_type", ["CONTENT_TYPE_OTHER"]),
        ("decision_monetary_other", "decision_monetary", "DECISION_MONETARY_OTHER"),
    ],
)
def test_a_text_for_other_is_dropped_unread_unless_other_was_chosen(field, other, term):
    assert field not in clean_of(**{field: "x" * 501})
    assert list(errors_of(**{field: "x" * 501, other: term})) == [field]
    assert list(errors_of(**{other: term})) == [field]


def test_grounds_exclude_each_other():
    incompatible = {"decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT"}
    clean = clean_of(**incompatible, incompatible_content_ground="4", incompatible_content_explanation="5")
    assert "illegal_content_legal_ground" not in clean
    assert "incompatible_content_illegal" not in clean_of(incompatible_content_illegal="maybe")
    assert "incompatible_content_illegal" in errors_of(**incompatible, incompatible_content_illegal=None)


@pytest.mark.parametrize("answer", [True, False, "yes", "NO", 1, ["Yes"]])
def test_detection_is_the_word_yes_or_no(answer):
    sentence = "The selected automated detection is invalid."
    assert errors_of(automated_detection=answer) == {"automated_detection": [sentence]}


def test_lists_come_back_sorted_and_unique_from_one_and_in_their_order_from_many():
    scope, types = ["PT", "DE", "PT"], ["CONTENT_TYPE_VIDEO", "CONTENT_TYPE_APP", "CONTENT_TYPE_VIDEO"]
    one = clean_of(territorial_scope=scope, content_type=types)
    many, _ = check_item(a_statement(territorial_scope=scope, content_type=types))
    assert (one["territorial_scope"], one["content_type"]) == (["DE", "PT"], sorted(set(types)))
    assert (many["territorial_scope"], many["content_type"]) == (["DE", "PT"], types[:2])


def test_one_of_many_holds_every_field_and_one_alone_only_what_was_given():
    one, many = clean_of(), check_item(a_statement())[0]
    assert set(many) == {*STORED, "puid"}
    assert (many["category_addition"], many["account_type"]) == ([], None)
    assert "account_type" not in one
    assert one["end_date_service_restriction"] is None


def test_free_keyword_needs_its_keyword_in_bulk_only():
    fields = a_statement(category_specification=["KEYWORD_NUDITY"], category_specification_other="own")
    assert check_statement(fields)[0]["category_specification_other"] == "own"
    assert check_item(fields)[0]["category_specification_other"] is None


def test_category_is_removed_from_the_additions():
    category = a_statement()["category"]
    both = [category, "STATEMENT_CATEGORY_VIOLENCE"]
    assert clean_of(category_addition=both)["category_addition"] == ["STATEMENT_CATEGORY_VIOLENCE"]
    assert check_item(a_statement(category_addition=None))[0]["category_addition"] == []
    assert list(errors_of(category_addition=None)) == ["category_addition"]


@pytest.mark.parametrize("addition", [True, 5, "STATEMENT_CATEGORY_VIOLENCE", {"a": 1}])
def test_additions_that_are_no_list_are_refused(addition):
    assert list(errors_of(category_addition=addition)) == ["category_addition"]
    assert list(check_item(a_statement(category_addition=addition))[1]) == ["category_addition"]


def test_flat_barcode_wins_and_is_no_member_in_bulk():
    fields = {"content_id": {"EAN-13": "1" * 13}, "content_id_ean": "2" * 13}
    assert clean_of(**fields)["content_id_ean"] == "2" * 13
    assert check_item(a_statement(**fields))[0]["content_id_ean"] == "1" * 13
    assert list(errors_of(content_id={"EAN-13": "1", "isbn": "2"})) == ["content_id"]
    assert list(errors_of(content_id_ean="1")) == ["content_id_ean"]


@pytest.mark.parametrize(
    "day", ["2023-02-30", "20230518", "2023-W20-4", "٢٠٢٣-٠٥-١٨", 20230518, ["2023-05-18"]]
)
def test_day_is_a_day_of_the_calendar_written_in_ten_signs(day):
    sentence = "The application date does not match the format YYYY-MM-DD."
    assert errors_of(application_date=day) == {"application_date": [sentence]}


@pytest.mark.parametrize(
    "link", ["javascript://example.org/%0aalert(1)", "data://x", "https://", "//x.org", "a b"]
)
def test_link_that_leads_nowhere_or_runs_is_refused(link):
    sentence = "The decision ground reference url must be a valid URL."
    assert errors_of(decision_ground_reference_url=link) == {"decision_ground_reference_url": [sentence]}


def test_every_error_of_a_field_is_told():
    long = "a b" * 200
    assert errors_of(puid=long)["puid"] == [
        "The puid must not be greater than 500 characters.",
        "The puid format is invalid.",
    ]


def test_sign_that_cannot_be_stored_is_refused():
    assert errors_of(decision_facts="a\0b") == {"decision_facts": ["The decision facts format is invalid."]}


def test_invalid_restriction_counts_as_given():
    errors = check_statement({**a_statement(decision_visibility=[]), "decision_account": "GONE"})[1]
    assert list(errors) == ["decision_account"]


def test_call_is_refused_whole_with_errors_by_place():
    errors = check_statements([a_statement(), "x", without("puid")])[1]
    assert list(errors) == ["statement_1", "statement_2"]
    assert answers.refused_items(errors) == {"errors": errors}


@pytest.mark.parametrize("body", [None, [], {}, {"statements": {}}, {"statements": [{}] * 101}])
def test_call_holds_one_to_a_hundred_statements(body):
    assert list(check_envelope(body)) == ["statements"]


def test_repeated_identifiers_are_named_once():
    assert repeated(["a", "b", "a", "c", "a", "b"]) == ["a", "b"]


def test_number_is_exact_everywhere_and_grows():
    moment = (1_790_000_000_000 << 80) | (0x7 << 76)
    early, late = UUID(int=moment | (5 << 64)), UUID(int=moment | (6 << 64))
    assert answers.number(early) < answers.number(late) < 2**53


# The machine may be busy; what is made is small.
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

words = some.sampled_from(
    [*VOCABULARY["category"], *VOCABULARY["content_type"], "Yes", "2023-05-18", "", "x"]
)
values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20) | words,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=7), inner, max_size=3),
    max_leaves=5,
)


@patiently
@given(some.dictionaries(some.sampled_from([field.name for field in FIELDS]), values))
def test_nothing_that_json_can_hold_breaks_the_checker(fields):
    for raw in (fields, a_statement(**fields)):
        single, bulk = check_statement(raw)[1], check_item(raw)[1]
        assert all(sentences for sentences in (*single.values(), *bulk.values()))


@patiently
@given(some.dictionaries(some.sampled_from([field.name for field in FIELDS]), values))
def test_what_was_accepted_is_accepted_again_unchanged(fields):
    clean, errors = check_statement(a_statement(**fields))
    if not errors:
        assert check_statement(clean) == (clean, {})
