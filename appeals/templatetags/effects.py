"""Codes of the European vocabulary as words, in templates of the staff."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from appeals.effects import until_of
from appeals.labels import label
from appeals.models import Measure, MeasureKind
from appeals.telling.statement import country_name, joined, language_name, until_when

register = template.Library()


@register.filter
def effect_label(code: str) -> Any:
    return label(code)


@register.filter
def lasting(measure: Measure) -> str:
    """How long a platform is asked to restrict; of what it is to undo there is nothing to say."""
    if measure.kind != MeasureKind.RESTRICT:
        return ""
    until = until_of(measure)
    return until_when(until) if until else _("This has no end.")


register.filter("country_name", country_name)


@register.filter
def language_list(codes: str) -> str:
    """“en, de” as the reader calls them; what is no code of a language stays as it was written."""
    return joined(language_name(code.strip()) for code in codes.split(",") if code.strip())
