"""Statements in files: NDJSON, and the CSV of the European database's daily dumps."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from appeals.statements.fields import LISTS

# The full dump, in its order. What is ours to give is passed over; `platform_uid` is the puid.
COLUMNS = (
    *("uuid", "decision_visibility", "decision_visibility_other", "end_date_visibility_restriction"),
    *("decision_monetary", "decision_monetary_other", "end_date_monetary_restriction"),
    *("decision_provision", "end_date_service_restriction"),
    *("decision_account", "end_date_account_restriction", "account_type"),
    *("decision_ground", "decision_ground_reference_url"),
    *("illegal_content_legal_ground", "illegal_content_explanation"),
    *("incompatible_content_ground", "incompatible_content_explanation", "incompatible_content_illegal"),
    *("category", "category_addition", "category_specification", "category_specification_other"),
    *("content_type", "content_type_other", "content_language", "content_date", "content_id_ean"),
    *("territorial_scope", "application_date", "decision_facts", "source_type", "source_identity"),
    *("automated_detection", "automated_decision", "platform_name", "platform_uid", "created_at"),
)
_NOT_SENT = {"uuid", "platform_name", "platform_uid", "created_at", "content_id_ean"}
_MIDNIGHT = " 00:00:00"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no statement at all, and why."""

    why: str


NOT_JSON = Unreadable("The line is not valid JSON.")
NOT_UTF8 = Unreadable("The row is not valid UTF-8.")

# The number of a line as an editor shows it, and what stands there: values as a platform sends them.
Numbered = tuple[int, Any]


def lines_read(lines: Iterable[bytes]) -> Iterator[Numbered]:
    """The statements of NDJSON; blank lines are passed over, but counted."""
    for number, text in enumerate(lines, start=1):
        if text := text.strip():
            try:
                yield number, orjson.loads(text)
            except orjson.JSONDecodeError:
                yield number, NOT_JSON


def rows_read(lines: Iterable[str]) -> Iterator[Numbered]:
    """The statements of a dump, each by the line on which its row ends, for a cell may hold line ends.

    The lines are decoded with `surrogateescape`, so that one wrong byte costs one row and not the file.
    Raises ValueError where columns are missing.
    """
    reader = csv.DictReader(lines)
    missing = {"platform_uid", "category", "application_date"} - set(reader.fieldnames or ())
    if missing:
        raise ValueError(", ".join(sorted(missing)))
    return _rows(reader)


def _rows(reader: csv.DictReader) -> Iterator[Numbered]:
    owner = None
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # quotes that never close; the rows that they swallowed are lost
            yield begins, Unreadable(f"The row that begins here cannot be read: {error}.")
            continue
        owner = row.get("platform_name") if owner is None else owner
        yield reader.line_num, _row_read(row, owner)


def _row_read(row: dict[str, str], owner: str | None) -> Any:
    if not _is_utf8(row):
        return NOT_UTF8
    # The dump named `global` holds everybody's statements; loaded whole, all would become one platform's.
    if row.get("platform_name") != owner:
        return Unreadable(f"The row is of another platform than the first row, which is of {owner}.")
    return from_row(row)


def _is_utf8(row: dict[str, str]) -> bool:
    try:
        "".join(value for value in row.values() if isinstance(value, str)).encode()
    except UnicodeEncodeError:
        return False
    return True


def from_row(row: Mapping[str, str]) -> dict[str, Any]:
    """One row of a dump as a platform would have sent it: empty cells are absent, lists are read."""
    raw: dict[str, Any] = {
        name: _read(name, value) for name, value in row.items() if value and name and name not in _NOT_SENT
    }
    raw["puid"] = row.get("platform_uid") or row.get("puid")
    if row.get("content_id_ean"):
        raw["content_id"] = {"EAN-13": row["content_id_ean"]}
    return raw


def _read(name: str, value: str) -> Any:
    if name in LISTS:
        try:
            return json.loads(value)
        except ValueError:
            return value  # the check says that it is no list
    return value.removesuffix(_MIDNIGHT) if "_date" in name else value
