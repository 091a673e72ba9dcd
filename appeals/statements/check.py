"""Is this a complete statement of reasons? Every error of every field is found, in the order of the table.

The table of fields is compiled once into one small function for each field, because a platform sends
thousands of statements a second. The sentences are those of the European database, in English, so that a
client that reads them there reads them here.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from appeals.statements.fields import (
    BULK_FIELDS,
    END_DATES,
    FIELDS,
    LISTS,
    RESTRICTIONS,
    STORED,
    Field,
    Kind,
    Only,
)

Errors = dict[str, list[str]]
Checker = Callable[[Any, Errors], Any]

MOST_STATEMENTS = 100
NOT_UNIQUE = "The identifier given is not unique within this platform."
NOT_ALL_UNIQUE = "The platform identifier(s) are not all unique within this call."

_ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "absent"})()
# What the European database trims: white space, and three marks that nobody sees.
_BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\ufeff\u200b\u200e\0"
_NUL = "\0"  # PostgreSQL cannot store it
_ADDRESS = re.compile(
    r"(?!javascript:|data:|vbscript:)[a-z][a-z0-9+.-]*://[^\s/?#]+(?:[/?#]\S*)?", re.IGNORECASE
)
_BARCODE = re.compile(r"[0-9]{13}")
_PUID = re.compile(r"[a-zA-Z0-9_-]+")


def check_statement(raw: Any) -> tuple[dict[str, Any], Errors]:
    """Judge one statement; what is clean holds only the fields that were given and count.

    With errors the clean values mean nothing.
    """
    errors: Errors = {}
    clean = _run(_SINGLE, raw if isinstance(raw, Mapping) else {}, {}, errors)
    if errors:
        return clean, errors
    clean.setdefault("territorial_scope", [])
    for name in END_DATES:
        clean.setdefault(name, None)
    return clean, errors


def check_statements(raws: list[Any]) -> tuple[list[dict[str, Any]], dict[str, Errors]]:
    """Judge the statements of one call; every clean one holds every field, empty ones too.

    Errors are named by place: `statement_0` is the first.
    """
    cleans, refused = [], {}
    for index, raw in enumerate(raws):
        clean, errors = check_item(raw)
        cleans.append(clean)
        if errors:
            refused[f"statement_{index}"] = errors
    return cleans, refused


def check_item(raw: Any) -> tuple[dict[str, Any], Errors]:
    """Judge one statement of many: all fields are filled, lists keep the order in which they came."""
    errors: Errors = {}
    if not isinstance(raw, Mapping):
        return {}, {"statement": ["The statement must be an object."]}
    return _run(_BULK, raw, _EMPTY.copy(), errors), errors


def check_envelope(raw: Any) -> Errors:
    """Is this a call with one to a hundred statements?"""
    statements = raw.get("statements") if isinstance(raw, Mapping) else None
    if statements is None or statements in ("", []):
        return {"statements": ["The statements field is required."]}
    if not isinstance(statements, list):
        return {"statements": ["The statements must be an array."]}
    if len(statements) > MOST_STATEMENTS:
        return {"statements": [f"The statements must have between 1 and {MOST_STATEMENTS} items."]}
    return {}


def repeated(puids: list[str]) -> list[str]:
    """The identifiers that one call uses more than once, each named once."""
    seen: set[str] = set()
    return list(dict.fromkeys(puid for puid in puids if puid in seen or seen.add(puid)))  # type: ignore[func-returns-value]


def _run(plan: list, raw: Mapping, clean: dict[str, Any], errors: Errors) -> dict[str, Any]:
    get = raw.get
    for name, check, counts, needed in plan:
        value = get(name, _ABSENT)
        if (value is not _ABSENT or needed) and (counts is None or counts(clean)):
            clean[name] = check(value, errors)
    _settle_barcode(clean)
    addition = clean.get("category_addition")
    if addition.__class__ is list and (category := clean.get("category")) in addition:
        clean["category_addition"] = [term for term in addition if term != category]
    if not any(map(clean.get, RESTRICTIONS)) and all(clean.get(name) in (None, []) for name in RESTRICTIONS):
        return _refuse_nothing_restricted(clean, errors)
    return clean


def _settle_barcode(clean: dict[str, Any]) -> None:
    """The flat barcode wins over the one in the object."""
    nested = clean.pop("content_id", None)
    if nested is not None and not clean.get("content_id_ean"):
        clean["content_id_ean"] = nested


def _refuse_nothing_restricted(clean: dict[str, Any], errors: Errors) -> dict[str, Any]:
    found = dict(errors)
    errors.clear()
    for name in RESTRICTIONS:
        others = " / ".join(other.replace("_", " ") for other in RESTRICTIONS if other != name)
        sentence = f"The {name.replace('_', ' ')} field is required when none of {others} are present."
        errors[name] = found.pop(name, []) or [sentence]
    errors.update(found)
    return clean


def _note(errors: Errors, name: str, sentence: str) -> None:
    errors.setdefault(name, []).append(sentence)


def _trim(value: Any) -> Any:
    """Strings lose blanks at both ends; an empty one is nothing."""
    return (value.strip(_BLANKS) or None) if value.__class__ is str else value


def _empty(field: Field) -> Checker:
    """What to do where nothing was given."""
    missing = field.when_missing or f"The {field.label} field is required."
    selected = f"The selected {field.label} is invalid."
    array = f"The {field.label} must be an array."

    def check(value, errors):
        if field.required:
            _note(errors, field.name, missing)
        elif value is None and not field.nullable:
            _note(errors, field.name, array if field.kind is Kind.TERMS else selected)
        return [] if field.kind is Kind.TERMS else None

    return check


def _term_checker(field: Field) -> Checker:
    terms, empty, name = frozenset(field.terms), _empty(field), field.name
    may_be_null = field.nullable and not field.required
    sentence = f"The selected {field.label} is invalid."

    def check(value, errors):
        if (value.__class__ is str and value in terms) or (value is None and may_be_null):
            return value
        value = _trim(value)
        if value is None or value is _ABSENT:
            return empty(value, errors)
        if value.__class__ is not str or value not in terms:
            _note(errors, name, sentence)
        return value

    return check


def _terms_checker(field: Field) -> Checker:
    terms, empty, name, is_sorted = frozenset(field.terms), _empty(field), field.name, field.is_sorted
    selected, array = f"The selected {field.label} is invalid.", f"The {field.label} must be an array."

    def refuse(value, errors):
        """Not a list: nothing at all, or an error."""
        value = _trim(value)
        if value is None or value is _ABSENT:
            return empty(value, errors)
        _note(errors, name, array)
        if value.__class__ is not str or value not in terms:
            _note(errors, name, selected)
        return value

    def check(value, errors):
        if value.__class__ is not list:
            return refuse(value, errors)
        if not value:
            return empty(value, errors) if field.required else []
        found = _different(value, terms)
        if found is None:
            _note(errors, name, selected)
            return value
        if len(value) < 2:
            return list(found)
        return sorted(found) if is_sorted else list(dict.fromkeys(map(_trim, value)))

    return check


def _different(value: list, terms: frozenset[str]) -> set | None:
    """The different members of a list, trimmed; None where one of them is no term."""
    try:
        found = set(value)
    except TypeError:  # a list or an object among them
        return None
    if not found <= terms:
        found = set(map(_trim, value))
    return found if found <= terms else None


def _text_checker(field: Field) -> Checker:
    name, most, empty = field.name, field.most, _empty(field)
    long = f"The {field.label} must not be greater than {most} characters."
    kind, letter = f"The {field.label} must be a string.", f"The {field.label} format is invalid."
    is_address = field.kind is Kind.ADDRESS

    def check(value, errors):
        if value.__class__ is str:
            value = value.strip(_BLANKS)
        elif value.__class__ in (int, float):
            value = str(value)
        elif value is not None and value is not _ABSENT:
            _note(errors, name, kind)
            return value
        if not value or value is _ABSENT:
            return empty(value or None if value is not _ABSENT else value, errors)
        if is_address and not _ADDRESS.fullmatch(value):
            _note(errors, name, f"The {field.label} must be a valid URL.")
        if len(value) > most:
            _note(errors, name, long)
        if _NUL in value:
            _note(errors, name, letter)
        return value

    return check


@lru_cache(maxsize=16384)
def _is_day(value: str) -> bool:
    if len(value) != 10 or value[4] != "-" or value[7] != "-":
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _day_checker(field: Field) -> Checker:
    name, first, last, empty = field.name, field.first, field.last, _empty(field)
    form = f"The {field.called or field.label} does not match the format YYYY-MM-DD."

    def check(value, errors):
        if value.__class__ is str and first <= value <= last and _is_day(value):
            return value
        value = _trim(value)
        if value is None or value is _ABSENT:
            return empty(value, errors)
        if value.__class__ is not str or not _is_day(value):
            _note(errors, name, form)
        elif value < first:  # days written this way sort as they follow each other
            _note(errors, name, f"The {field.label} must be a date after or equal to {first}.")
        elif value > last:
            _note(errors, name, f"The {field.label} must be a date before or equal to {last}.")
        return value

    return check


def _barcode_checker(field: Field) -> Checker:
    sentence = f"The {field.label} format is invalid."

    def check(value, errors):
        value = _trim(value)
        if value is not None and (value.__class__ is not str or not _BARCODE.fullmatch(value)):
            _note(errors, field.name, sentence)
        return value

    return check


def _barcodes_checker(field: Field) -> Checker:
    def check(value, errors):
        value = _trim(value)
        if value is None or value == []:  # an empty object, as some clients write it
            return None
        if not isinstance(value, Mapping) or value.keys() - {"EAN-13"}:
            _note(errors, field.name, "The content id must be an array.")
            return None
        if not value:
            return None
        code = _trim(value["EAN-13"])
        if code.__class__ is not str or not _BARCODE.fullmatch(code):
            _note(errors, "content_id.EAN-13", "The content id.EAN-13 format is invalid.")
        return code

    return check


def _puid_checker(field: Field) -> Checker:
    name, most, empty = field.name, field.most, _empty(field)

    def check(value, errors):
        if value.__class__ is str and len(value) <= most and _PUID.fullmatch(value):
            return value
        if value.__class__ in (int, float):
            value = str(value)
        value = _trim(value)
        if value is None or value is _ABSENT:
            return empty(value, errors)
        text = value if value.__class__ is str else ""
        if len(text) > most:
            _note(errors, name, f"The puid must not be greater than {most} characters.")
        if not _PUID.fullmatch(text):
            _note(errors, name, "The puid format is invalid.")
        return value

    return check


_CHECKERS = {
    Kind.TERM: _term_checker,
    Kind.TERMS: _terms_checker,
    Kind.TEXT: _text_checker,
    Kind.ADDRESS: _text_checker,
    Kind.DAY: _day_checker,
    Kind.BARCODE: _barcode_checker,
    Kind.BARCODES: _barcodes_checker,
    Kind.PUID: _puid_checker,
}


def _counts(only: Only | None) -> Callable[[dict], bool] | None:
    """Does a field count, given the fields before it?"""
    if only is None:
        return None
    name, term, holds = only.field, only.term, only.holds
    if name in LISTS:
        return lambda clean: clean.get(name).__class__ is list and term in clean[name]
    if holds:
        return lambda clean: clean.get(name) == term
    return lambda clean: clean.get(name) != term


def _compile(fields: tuple[Field, ...]) -> list:
    return [
        (field.name, _CHECKERS[field.kind](field), _counts(field.only), field.required) for field in fields
    ]


_SINGLE, _BULK = _compile(FIELDS), _compile(BULK_FIELDS)
# The empty lists are shared and never written to: a field that is given gets a list of its own.
_EMPTY: dict[str, Any] = {name: [] if name in LISTS else None for name in STORED}
