"""The table of fields as OpenAPI describes it."""

from typing import Any

from appeals.statements.check import MOST_STATEMENTS
from appeals.statements.fields import BULK_FIELDS, FIELDS, STORED, Field, Kind
from appeals.statements.recourse import MOST_EFFECTS, ORDER_KINDS

Schema = dict[str, Any]

_WORDS: Schema = {"type": ["string", "null"]}
_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}


def _nullable(schema: Schema, field: Field) -> Schema:
    if field.required and not field.only:
        return schema
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return (
        schema | {"type": [*types, "null"]} | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})
    )


def field_schema(field: Field) -> Schema:
    """What one field may hold, apart from what other fields ask of it."""
    match field.kind:
        case Kind.TERM:
            schema: Schema = {"type": "string", "enum": list(field.terms)}
        case Kind.TERMS:
            schema = {"type": "array", "items": {"type": "string", "enum": list(field.terms)}}
            schema |= {"minItems": 1} if field.required else {}
        case Kind.DAY:
            schema = {"type": "string", "format": "date"}
        case Kind.BARCODE:
            schema = {"type": "string", "pattern": "^[0-9]{13}$"}
        case Kind.BARCODES:
            code = {"type": "string", "pattern": "^[0-9]{13}$"}
            schema = {"type": "object", "properties": {"EAN-13": code}, "additionalProperties": False}
        case Kind.PUID:
            schema = {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$", "maxLength": field.most}
        case Kind.ADDRESS:
            schema = {"type": "string", "format": "uri", "maxLength": field.most}
        case _:
            schema = {"type": "string", "maxLength": field.most}
    return _nullable(schema, field)


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


_PENALTY = {"id": _WORDS, "kind": {"type": "string"}, "until": _MOMENT, "reason": _WORDS}
RECOURSE = _object(
    {
        "user_ref": _WORDS | {"description": "Your own opaque id of the person."},
        "user_language": _WORDS,
        "user_contact": _WORDS | {"description": "Only if this service is to tell the person."},
        "content_ref": _WORDS,
        "content_excerpt": _WORDS,
        "rule": _WORDS | {"description": "The code of the rule that was applied."},
        "decided_by": _WORDS | {"description": "Your own opaque id of who decided."},
        "informed_at": _MOMENT,
        "order": _object(
            {
                "authority": {"type": "string"},
                "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
                "legal_basis": _WORDS,
                "kind": {"type": "string", "enum": list(ORDER_KINDS)},
                "may_be_told_from": _MOMENT,
            },
            ["authority", "country", "kind"],
        ),
        "effects": {
            "type": "array",
            "maxItems": MOST_EFFECTS,
            "items": _object(
                _PENALTY | {"id": {"type": "string"}, "irreversible": {"type": "boolean"}}, ["id", "kind"]
            ),
        },
        "in_force": {
            "type": "array",
            "maxItems": MOST_EFFECTS,
            "items": _object(_PENALTY | {"since": _MOMENT}, ["kind"]),
        },
    }
)
RECOURSE_ANSWER = _object(
    {
        "reference": {"type": "string"},
        "appeal_url": {"type": "string"},
        "appeal_until": {"type": "string", "format": "date-time"},
        "errors": {"type": "object"},
    }
)


def statement(fields: tuple[Field, ...] = FIELDS) -> Schema:
    properties = {field.name: field_schema(field) for field in fields} | {"recourse": RECOURSE}
    return _object(properties, [field.name for field in fields if field.required and not field.only])


SINGLE = statement()
BULK = _object(
    {
        "statements": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_STATEMENTS,
            "items": statement(BULK_FIELDS),
        }
    },
    ["statements"],
)
_ADDED = {name: {"type": "string"} for name in ("uuid", "created_at", "platform_name", "permalink", "self")}
SHOWN = _object({name: {} for name in STORED} | _ADDED, [*STORED, *_ADDED])
STORED_SINGLE = _object(
    {name: {} for name in STORED} | _ADDED | {"id": {"type": "integer"}, "recourse": RECOURSE_ANSWER},
    ["id", *_ADDED],
)
STORED_BULK = _object({"statements": {"type": "array", "items": SHOWN}}, ["statements"])
ERRORS = _object(
    {"message": {"type": "string"}, "errors": {"type": "object"}, "existing": {"type": "object"}}
)
LINE = _object(
    {
        "line": {"type": "integer"},
        "puid": _WORDS,
        "status": {"type": "integer", "enum": [200, 201, 413, 422]},
        "uuid": {"type": "string", "format": "uuid"},
        "errors": {"type": "object"},
        "recourse": RECOURSE_ANSWER,
        "message": {"type": "string"},
    },
    ["line", "status"],
)
MESSAGE = _object({"message": {"type": "string"}}, ["message"])
