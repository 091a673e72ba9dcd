from datetime import UTC, datetime

import pytest

from appeals.statements.recourse import check_recourse

ORDER = {"authority": "Court of Riga", "country": "LV", "legal_basis": "s. 4", "kind": "court"}


def test_nothing_given_is_nothing():
    assert check_recourse(None) == (None, {})


def test_empty_members_are_nothing():
    clean, errors = check_recourse({"user_ref": " u-1 ", "rule": ""})
    assert errors == {}
    assert (clean["user_ref"], clean["rule"], clean["effects"]) == ("u-1", None, [])


def unknown(raw):
    clean, errors = check_recourse(raw)
    assert errors == {}
    return clean["unknown"]


def test_unknown_member_is_told_with_the_one_it_may_stand_for():
    assert unknown({"inform_at": "2026-11-23T09:30:00Z"}) == {
        "inform_at": ["There is no member of this name. It was not kept. Did you mean informed_at?"]
    }
    assert unknown({"colour": "red"}) == {"colour": ["There is no member of this name. It was not kept."]}


def test_unknown_members_are_found_however_deep():
    effect = {"id": "1", "kind": "ban", "irreversable": True}
    found = unknown({"order": ORDER | {"x": 1}, "effects": [effect], "in_force": [{"kind": "mute", "y": 1}]})
    assert list(found) == ["order.x", "effects.0.irreversable", "in_force.0.y"]
    assert unknown([]) == unknown({"order": None, "effects": []}) == {}


def test_names_of_unknown_members_fill_no_answer():
    found = unknown({f"{number} {'x' * 500}": 1 for number in range(1000)})
    assert len(found) == 20
    assert max(map(len, found)) == 60


def test_moment_is_kept_in_utc():
    clean, _ = check_recourse({"informed_at": "2026-11-23T09:30:00+03:00"})
    assert clean["informed_at"] == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment", ["2026-11-23", "2026-11-23T09:30:00", "soon", 5, "0001-01-01T00:00:00+14:00"]
)
def test_moment_without_its_offset_is_refused(moment):
    assert list(check_recourse({"informed_at": moment})[1]) == ["recourse.informed_at"]


@pytest.mark.parametrize("raw", ["x", 5, [1]])
def test_recourse_is_an_object(raw):
    assert check_recourse(raw)[1] == {"recourse": ["The recourse must be an object."]}


def test_every_error_is_told_by_its_place():
    errors = check_recourse(
        {
            "user_language": "Persian, please",
            "user_contact": "not an address",
            "order": {"country": "Latvia", "kind": "rumour"},
            "effects": [{"kind": "ban"}, {"id": "1", "kind": "purge", "irreversible": True}],
            "in_force": "none",
        }
    )[1]
    assert list(errors) == [
        "recourse.user_language",
        "recourse.user_contact",
        "recourse.order.authority",
        "recourse.order.country",
        "recourse.order.kind",
        "recourse.order.legal_basis",
        "recourse.effects.0.id",
        "recourse.effects.1.reason",
        "recourse.in_force",
    ]


def test_only_an_informal_order_has_no_legal_basis():
    bare = ORDER | {"legal_basis": None}
    assert list(check_recourse({"order": bare})[1]) == ["recourse.order.legal_basis"]
    assert check_recourse({"order": bare | {"kind": "informal"}})[1] == {}
    assert check_recourse({"order": ORDER})[0]["order"]["may_be_told_from"] is None


def test_one_effect_is_named_once():
    effect = {"id": "1", "kind": "ban"}
    assert list(check_recourse({"effects": [effect, effect]})[1]) == ["recourse.effects"]


@pytest.mark.parametrize("value", [5, [], {}, True, "x\0y", "a" * 9999])
@pytest.mark.parametrize(
    "member", ["user_ref", "user_contact", "content_ref", "rule", "order", "effects", "in_force"]
)
def test_strange_values_are_errors_or_ignored_but_never_break(member, value):
    clean, errors = check_recourse({member: value})
    assert (clean is None) == bool(errors)
