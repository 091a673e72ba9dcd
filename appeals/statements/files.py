"""Statements in files: NDJSON, and the CSV of the European database's daily dumps."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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


def rows_of(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The statements of a dump. Raises ValueError where columns are missing."""
    reader = csv.DictReader(lines)
    missing = {"platform_uid", "category", "application_date"} - set(reader.fieldnames or ())
    if missing:
        raise ValueError(", ".join(sorted(missing)))
    return map(from_row, reader)
