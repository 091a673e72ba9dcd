"""The words for any code of the European vocabulary, for lists and forms of the staff."""

from typing import Any

from appeals.telling.words import CATEGORIES, SENTENCES


def label(code: str) -> Any:
    """What a code means, in the reader's language; the code itself where it is unknown."""
    return CATEGORIES.get(code) or SENTENCES.get(code) or code
