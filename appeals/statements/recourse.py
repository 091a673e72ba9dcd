"""The member `recourse` of a statement: what a person's way to a remedy needs and the European schema lacks.

Errors are named `recourse.<field>` and refuse the statement. A member that nobody knows refuses nothing, for
a decision must not be lost over a slip of the pen; but it is told, because `inform_at` for `informed_at`
would silently give the person another window.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import islice
from typing import Any

from appeals.statements.check import Errors

ORDER_KINDS = ("court", "administrative", "informal")
MOST_EFFECTS = 100
MOST_UNKNOWN = 20  # are named in an answer

_LONGEST_NAME = 60  # characters of an unknown name that are said again
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_CONTACT = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
_RULE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_BOUNDS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2038, 1, 2, tzinfo=UTC))

Read = Callable[[Any, str, Errors], Any]


def check_recourse(raw: Any) -> tuple[dict[str, Any] | None, Errors]:
    """Judge the member; nothing where nothing was given. Moments come back aware, in UTC."""
    errors: Errors = {}
    if raw is None:
        return None, errors
    clean = _members(raw, "recourse", _RECOURSE, errors)
    if errors:
        return None, errors
    clean["unknown"] = dict(islice(_unknown(raw, "", _RECOURSE), MOST_UNKNOWN)) if raw else {}
    return clean, errors


def _unknown(raw: Mapping, place: str, readers: dict[str, Read]) -> Iterator[tuple[str, list[str]]]:
    """The members that were not kept, however deep, by their place; each with the one it may stand for."""
    for name in (name for name in raw if name not in readers):
        near = get_close_matches(name[:_LONGEST_NAME], readers, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        yield place + name[:_LONGEST_NAME], [f"There is no member of this name. It was not kept.{meant}"]
    for name, inner in _WITHIN.items() if readers is _RECOURSE else ():
        given = raw.get(name) or []
        several_given = given if isinstance(given, list) else [given]
        for index, each in enumerate(several_given):
            at = f"{name}.{index}." if isinstance(given, list) else f"{name}."
            yield from _unknown(each or {}, at, inner)


def _say(errors: Errors, place: str, end: str) -> None:
    label = place.rsplit(".", 1)[-1].replace("_", " ") if "." in place else place
    errors.setdefault(place, []).append(f"The {label} {end}")


def _members(raw: Any, place: str, readers: dict[str, Read], errors: Errors) -> dict[str, Any]:
    if raw == []:  # an empty object, as some clients write it
        raw = {}
    if not isinstance(raw, Mapping):
        _say(errors, place, "must be an object.")
        return {}
    return {name: read(raw.get(name), f"{place}.{name}", errors) for name, read in readers.items()}


def text(most: int, *, required: bool = False, form: re.Pattern | None = None) -> Read:
    """A trimmed text of so many characters; numbers are taken as they are written."""

    def read(value, place, errors):
        if value.__class__ in (int, float):
            value = str(value)
        if value is not None and not isinstance(value, str):
            return _say(errors, place, "must be a string.")
        value = (value or "").strip()
        if not value:
            return _say(errors, place, "field is required.") if required else None
        if len(value) > most:
            _say(errors, place, f"must not be greater than {most} characters.")
        elif "\0" in value or (form and not form.fullmatch(value)):
            _say(errors, place, "format is invalid.")
        return value

    return read


def choice(*terms: str) -> Read:
    def read(value, place, errors):
        if value is None or value == "":
            return _say(errors, place, "field is required.")
        if value not in terms:
            errors.setdefault(place, []).append(f"The selected {place.rsplit('.', 1)[-1]} is invalid.")
        return value

    return read


def moment(value: Any, place: str, errors: Errors) -> datetime | None:
    """A moment as RFC 3339 writes it, with its offset from UTC."""
    if value is None or value == "":
        return None
    try:
        read = datetime.fromisoformat(value)
        if read.tzinfo and _BOUNDS[0] <= read < _BOUNDS[1]:
            return read.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    _say(errors, place, "must be a date and time with its offset, such as 2026-11-23T09:30:00Z.")
    return None


def flag(value: Any, place: str, errors: Errors) -> bool:
    if value is not None and not isinstance(value, bool):
        _say(errors, place, "must be true or false.")
    return bool(value)


def order(value: Any, place: str, errors: Errors) -> dict[str, Any] | None:
    """The order of an authority that stands behind the decision; only an informal one has no legal basis."""
    if value is None:
        return None
    clean = _members(value, place, _ORDER, errors)
    if clean and not clean["legal_basis"] and clean["kind"] != "informal":
        _say(errors, f"{place}.legal_basis", "field is required.")
    return clean


def effect(value: Any, place: str, errors: Errors) -> dict[str, Any]:
    """One thing this decision did, by the platform's own name. What cannot be undone needs a reason."""
    clean = _members(value, place, _EFFECT, errors)
    if clean.get("irreversible") and not clean["reason"]:
        _say(errors, f"{place}.reason", "field is required when irreversible is true.")
    return clean


def in_force(value: Any, place: str, errors: Errors) -> dict[str, Any]:
    return _members(value, place, _IN_FORCE, errors)


def several(one: Read) -> Read:
    def read(value, place, errors):
        if value is None:
            return []
        if not isinstance(value, list):
            return _say(errors, place, "must be an array.")
        if len(value) > MOST_EFFECTS:
            return _say(errors, place, f"must not have more than {MOST_EFFECTS} items.")
        return [one(item, f"{place}.{index}", errors) for index, item in enumerate(value)]

    return read


def effects(value: Any, place: str, errors: Errors) -> list[dict[str, Any]] | None:
    clean = several(effect)(value, place, errors)
    ids = [item["id"] for item in clean or () if item.get("id")]
    if len(set(ids)) != len(ids):
        _say(errors, place, "must not name one id twice.")
    return clean


def language(value: Any, place: str, errors: Errors) -> str | None:
    """A language tag, in small letters as our own language codes are."""
    read = text(10, form=_LANGUAGE)(value, place, errors)
    return read and read.lower()


_ORDER: dict[str, Read] = {
    "authority": text(300, required=True),
    "country": text(2, required=True, form=_COUNTRY),
    "legal_basis": text(500),
    "kind": choice(*ORDER_KINDS),
    "may_be_told_from": moment,
}
_EFFECT: dict[str, Read] = {
    "id": text(200, required=True),
    "kind": text(80, required=True),
    "until": moment,
    "irreversible": flag,
    "reason": text(500),
}
_IN_FORCE: dict[str, Read] = {
    "id": text(200),
    "kind": text(80, required=True),
    "since": moment,
    "until": moment,
    "reason": text(500),
}
_RECOURSE: dict[str, Read] = {
    "user_ref": text(200),
    "user_language": language,
    "user_contact": text(254, form=_CONTACT),
    "content_ref": text(500),
    "content_excerpt": text(5000),
    "rule": text(40, form=_RULE),
    "decided_by": text(100),
    "informed_at": moment,
    "order": order,
    "effects": effects,
    "in_force": several(in_force),
}
_WITHIN = {"order": _ORDER, "effects": _EFFECT, "in_force": _IN_FORCE}
