"""Lines for COPY: a statement's values as PostgreSQL's text format wants them."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from appeals.statements.fields import FIELDS, LISTS, STORED, Kind

NULL = r"\N"
_SPECIAL = re.compile(r"[\\\n\r\t]")
_ESCAPES = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_WRITTEN_BY_PEOPLE = {field.name for field in FIELDS if field.kind in {Kind.TEXT, Kind.ADDRESS}}


def escaped(value: str | None) -> str:
    """Words that somebody wrote; nothing becomes null."""
    if value is None:
        return NULL
    if _SPECIAL.search(value):
        return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], value)
    return value


def _word(value: str | None) -> str:
    return NULL if value is None else value


def _array(value: list[str] | None) -> str:
    return "{" + ",".join(value) + "}" if value else "{}"


def moment(value: datetime | None) -> str:
    return NULL if value is None else value.isoformat()


def line(values: Iterable[str]) -> str:
    return "\t".join(values) + "\n"


def _writer(name: str) -> Callable[[Any], str]:
    if name in LISTS:
        return _array
    return escaped if name in _WRITTEN_BY_PEOPLE else _word


_PLAN = [(name, _writer(name)) for name in STORED]


def statement_values(clean: Mapping[str, Any]) -> str:
    """The columns STORED of a clean statement, in their order, divided by tabs."""
    get = clean.get
    return "\t".join([write(get(name)) for name, write in _PLAN])
