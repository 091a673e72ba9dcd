"""The one table of the fields of a statement of reasons: what each may hold, and when it counts at all.

The checker is compiled from it, and so are the columns that storage and dumps use.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from appeals.statements.vocabulary import (
    CONTENT_OTHER,
    ILLEGAL,
    INCOMPATIBLE,
    KEYWORD_OTHER,
    MONETARY_OTHER,
    VISIBILITY_OTHER,
    VOCABULARY,
    VOLUNTARY,
    YES_NO,
)


class Kind(Enum):
    """What sort of value a field holds."""

    TERM = auto()  # one word of a closed list
    TERMS = auto()  # a list of them
    TEXT = auto()
    ADDRESS = auto()  # a link, scheme and host at least
    DAY = auto()  # YYYY-MM-DD
    BARCODE = auto()  # thirteen digits
    BARCODES = auto()  # the object that holds the barcode
    PUID = auto()  # the platform's own name for the decision


@dataclass(frozen=True, slots=True)
class Only:
    """A field counts only where another holds this term (or does not); elsewhere it is dropped unread."""

    field: str
    term: str
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Kind
    required: bool = False
    nullable: bool = True
    only: Only | None = None
    terms: tuple[str, ...] = ()
    most: int = 0  # characters
    first: str = ""
    last: str = "2038-01-01"
    is_sorted: bool = True
    when_missing: str = ""  # the sentence, where it is not the usual one
    called: str = ""  # the name in the sentence about its format, where it is not the usual one

    @property
    def label(self):
        return self.name.replace("_", " ")


def _term(name, **more):
    return Field(name, Kind.TERM, terms=VOCABULARY[name], **more)


def _terms(name, vocabulary=None, **more):
    return Field(name, Kind.TERMS, terms=VOCABULARY[vocabulary or name], **more)


def _text(name, most, **more):
    return Field(name, Kind.TEXT, most=most, **more)


def _ground(name, most, term, word):
    """A text that must stand where the decision rests on this ground."""
    sentence = f"The {name.replace('_', ' ')} field is required when decision ground is {word} content."
    return _text(name, most, required=True, only=Only("decision_ground", term), when_missing=sentence)


def _end(of):
    return Field(f"end_date_{of}_restriction", Kind.DAY, called=f"end date of {of} restriction")


# The four kinds of restriction of DSA Art. 17(1)(a) to (d). One at least: a statement without any of these
# restricts nothing.
RESTRICTIONS = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
# How long it lasts (Art. 17(3)(a)); no end is for good. Nothing asks that it lies after the decision.
END_DATES = tuple(f"end_date_{of}_restriction" for of in ("account", "monetary", "service", "visibility"))

FIELDS = (
    _terms("decision_visibility"),
    _text(
        "decision_visibility_other", 500, required=True, only=Only("decision_visibility", VISIBILITY_OTHER)
    ),
    _term("decision_monetary"),
    _text(
        "decision_monetary_other",
        500,
        required=True,
        only=Only("decision_monetary", MONETARY_OTHER),
        when_missing="The decision monetary other field is required when decision monetary is other.",
    ),
    _term("decision_provision"),
    _term("decision_account"),
    _term("account_type"),
    # The law (Art. 17(3)(d)) or the platform's own terms (Art. 17(3)(e)), each with its explanation.
    _term("decision_ground", required=True),
    Field("decision_ground_reference_url", Kind.ADDRESS, most=500),
    _ground("illegal_content_legal_ground", 500, ILLEGAL, "illegal"),
    _ground("illegal_content_explanation", 2000, ILLEGAL, "illegal"),
    _ground("incompatible_content_ground", 500, INCOMPATIBLE, "incompatible"),
    _ground("incompatible_content_explanation", 2000, INCOMPATIBLE, "incompatible"),
    Field(
        "incompatible_content_illegal",
        Kind.TERM,
        terms=YES_NO,
        nullable=False,
        only=Only("decision_ground", INCOMPATIBLE),
    ),
    _terms("content_type", required=True),
    _text("content_type_other", 500, required=True, only=Only("content_type", CONTENT_OTHER)),
    _term("category", required=True),
    _terms("category_addition", "category", nullable=False),
    _terms("category_specification"),
    _text("category_specification_other", 500),
    _terms("territorial_scope"),
    _term("content_language"),
    Field("content_date", Kind.DAY, required=True, first="2000-01-01"),
    Field("application_date", Kind.DAY, required=True, first="2020-01-01"),
    _end("account"),
    _end("monetary"),
    _end("service"),
    _end("visibility"),
    # Facts, who notified, and the part of machines: Art. 17(3)(b) and (c).
    _text("decision_facts", 5000, required=True),
    _term("source_type", required=True),
    _text("source_identity", 500, only=Only("source_type", VOLUNTARY, holds=False)),
    Field("automated_detection", Kind.TERM, terms=YES_NO, required=True),
    _term("automated_decision", required=True),
    Field("content_id", Kind.BARCODES),
    Field("content_id_ean", Kind.BARCODE),
    Field("puid", Kind.PUID, required=True, most=500),
)

# Where a call with many statements differs from a call with one. The flat barcode is not a member there.
_IN_BULK: dict[str, dict[str, Any]] = {
    "decision_visibility": {"is_sorted": False},
    "content_type": {"is_sorted": False},
    "category_addition": {"is_sorted": False, "nullable": True},
    "category_specification": {"is_sorted": False},
    "category_specification_other": {"only": Only("category_specification", KEYWORD_OTHER)},
}
BULK_FIELDS = tuple(
    replace(field, **_IN_BULK.get(field.name, {})) for field in FIELDS if field.name != "content_id_ean"
)

# What is stored of a statement, apart from its puid: the object with the barcode is stored as the barcode.
LISTS = tuple(field.name for field in FIELDS if field.kind is Kind.TERMS)
STORED = tuple(field.name for field in FIELDS if field.name not in {"content_id", "puid"})
