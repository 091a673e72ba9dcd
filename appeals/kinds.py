"""Kinds of things that people report: the categories of the vocabulary and what belongs to each."""

from appeals.statements.vocabulary import VOCABULARY

PREFIX = "STATEMENT_CATEGORY_"
MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
UNSPECIFIED = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"

# Directive 2011/93, Art. 3-7: the law asks no name for a notice of these (DSA Art. 16(2)(c)).
CHILD_ABUSE = frozenset(
    {
        "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
        "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",
        "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
    }
)
CHILD_ABUSE_KIND = "child-abuse"


def kind_of(category: str) -> str:
    """The short name of a category in an address: `violence`, `self-harm`."""
    return category.removeprefix(PREFIX).lower().replace("_", "-")


CATEGORY_OF_KIND = {kind_of(category): category for category in VOCABULARY["category"]}


def is_child_abuse(category: str, keyword: str) -> bool:
    """Whether links alone are taken: no attachment, no preview, and no name is demanded."""
    return keyword in CHILD_ABUSE
