"""Reply templates: words that staff start from, their fields filled in once, as plain text."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from helpdesk.languages import column_of

FIELD = re.compile(r"\{(\w+)\}")
# What may stand in braces, and what the settings page says of it.
FIELDS = {
    "reference": gettext_noop("the reference of the case"),
    "name": gettext_noop("the name that the person gave, if they gave one"),
    "queue": gettext_noop("the name of the queue"),
    "role": gettext_noop("how staff sign: as their role, never by name"),
}


@dataclass(frozen=True)
class Filled:
    """A template ready to be put into a reply."""

    id: UUID
    name: str
    text: str
    language: str
    is_fallback: bool


def filled_template(template: Any, ticket: Any) -> Filled:
    """The template's text in the person's language; in English, and said so, where it has none."""
    column = column_of(ticket.language)
    text = getattr(template, f"text_{column}", "") or ""
    is_fallback = not text
    text = text or template.text_en or ""
    return Filled(template.pk, template.name, fill_fields(text, ticket), ticket.language, is_fallback)


def fill_fields(text: str, ticket: Any) -> str:
    """The text with its fields filled in for one ticket; words in braces that name no field stay."""
    with override(column_of(ticket.language).replace("_", "-")):
        values = {
            "reference": ticket.reference,
            "name": getattr(getattr(ticket, "contact", None), "name", ""),
            "queue": str(ticket.queue),
            "role": _("The team of the helpdesk"),
        }
    return FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_fields(text: str) -> list[str]:
    """Words in braces that no field is called."""
    return sorted({name for name in FIELD.findall(text) if name not in FIELDS})
