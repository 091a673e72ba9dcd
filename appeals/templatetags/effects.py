"""Codes of the European vocabulary as words, in templates of the staff."""

from typing import Any

from django import template

from appeals.labels import label
from appeals.telling.statement import country_name, joined, language_name

register = template.Library()


@register.filter
def effect_label(code: str) -> Any:
    return label(code)


register.filter("country_name", country_name)


@register.filter
def language_list(codes: str) -> str:
    """“en, de” as the reader calls them; what is no code of a language stays as it was written."""
    return joined(language_name(code.strip()) for code in codes.split(",") if code.strip())
