"""The words for any code of the European vocabulary, for lists and forms of the staff."""

from typing import Any

from appeals.telling.words import EFFECTS, SENTENCES

LABELS: dict[str, Any] = {
    code: words for field in (*SENTENCES.values(), EFFECTS) for code, words in field.items()
}


def label(code: str) -> Any:
    """What a code means, in the reader's language; a platform's own code as words where it is unknown."""
    return LABELS.get(code) or code.replace("_", " ")
