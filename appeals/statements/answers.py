"""What a platform gets back, in the shapes of the European database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from appeals.statements.check import NOT_ALL_UNIQUE, NOT_UNIQUE, Errors
from appeals.statements.fields import LISTS, STORED


def number(uuid: UUID) -> int:
    """The whole number that the European schema wants as `id`: grows with time, exact in any JSON reader.

    It is the moment in the uuid and the twelve bits behind the version, which fit 53 bits until 2039.
    """
    return ((uuid.int >> 80) << 12) | (uuid.int >> 64 & 0xFFF)


def facts(uuid: UUID, of_call: Mapping[str, str], *, site: str) -> dict[str, Any]:
    """What we add to a statement that we hold. `site` is our own scheme and host."""
    name = str(uuid)
    return {
        "uuid": name,
        "permalink": f"{site}/statement/{name}",
        "self": f"{site}/api/v1/statement/{name}",
        **of_call,
    }


def call_facts(platform_name: str, created_at: datetime) -> dict[str, str]:
    """What all statements of one call share."""
    created = created_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return {"created_at": created, "platform_name": platform_name}


def single(clean: Mapping[str, Any], uuid: UUID, added: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one statement: what was given and counts, and what we added."""
    return {**clean, **added, "id": number(uuid)}


def item(clean: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """One of the answers to a call with many; every field is there."""
    return {**clean, **added}


def shown(row: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """A stored statement as it is read again: every field but the platform's identifier."""
    return {name: _plain(row.get(name), name) for name in STORED} | dict(added)


def _plain(value: Any, name: str) -> Any:
    if value is None or value == "":
        return [] if name in LISTS else None
    return list(value) if name in LISTS else str(value)


def refused(errors: Errors) -> dict[str, Any]:
    """The body of a refusal of one statement, or of the envelope of a call."""
    sentences = [sentence for of_field in errors.values() for sentence in of_field]
    more = len(sentences) - 1
    tail = f" (and {more} more error{'s' if more > 1 else ''})" if more else ""
    return {"message": sentences[0] + tail, "errors": errors}


def refused_items(errors: Mapping[str, Errors]) -> dict[str, Any]:
    """The body of a refusal of a call for the sake of some of its statements."""
    return {"errors": errors}


def taken(puid: str) -> dict[str, Any]:
    """The body of a refusal because this platform has used the identifier before."""
    return {"message": NOT_UNIQUE, "errors": {"puid": [NOT_UNIQUE]}, "existing": {"puid": puid}}


def taken_items(puids: list[str]) -> dict[str, Any]:
    """The same for a call with many."""
    return {"message": NOT_ALL_UNIQUE, "errors": {"puid": [NOT_ALL_UNIQUE], "existing_puids": puids}}
