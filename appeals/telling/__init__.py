"""A statement of reasons in plain words, for the person it is about and for the one who reported."""

from appeals.telling.statement import Fact, Statement, tell
from appeals.telling.words import CATEGORIES, KEYWORDS

__all__ = ["CATEGORIES", "KEYWORDS", "Fact", "Statement", "tell"]
