"""The closed lists of words that a statement of reasons may use, in the order the schema gives them.

Source: the schema "v2" of the EU transparency database, in force since 2025-07-01.
"""

import json
from pathlib import Path

VOCABULARY: dict[str, tuple[str, ...]] = {
    field: tuple(terms)
    for field, terms in json.loads(Path(__file__).with_name("vocabulary.json").read_text("utf-8")).items()
}
YES_NO = ("Yes", "No")

# Not members of the Union, though a statement may name them: they belong to the Economic Area only.
OUTSIDE_UNION = frozenset({"IS", "LI", "NO"})
EUROPEAN_UNION = tuple(code for code in VOCABULARY["territorial_scope"] if code not in OUTSIDE_UNION)

VISIBILITY_OTHER = "DECISION_VISIBILITY_OTHER"
MONETARY_OTHER = "DECISION_MONETARY_OTHER"
CONTENT_OTHER = "CONTENT_TYPE_OTHER"
KEYWORD_OTHER = "KEYWORD_OTHER"
ILLEGAL = "DECISION_GROUND_ILLEGAL_CONTENT"
INCOMPATIBLE = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
VOLUNTARY = "SOURCE_VOLUNTARY"
