"""Codes of the European vocabulary as words, in templates of the staff."""

from typing import Any

from django import template

from appeals.labels import label

register = template.Library()


@register.filter
def effect_label(code: str) -> Any:
    return label(code)
