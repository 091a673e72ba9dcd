"""The first line of a case in lists. Stored are codes; they are worded when somebody reads them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

_words: dict[str, Any] = {}


def name_codes(words: Mapping[str, Any]) -> None:
    """Say what codes in summaries mean. Called in `AppConfig.ready()` by the app that writes them."""
    _words.update(words)


def headline(summary: str) -> str:
    """A summary in the reader's language: its codes worded, everything else as it stands."""
    said = " ".join(str(_words.get(part, part)) for part in summary.split(" "))
    return said or _("What it is about is still to be found out")
