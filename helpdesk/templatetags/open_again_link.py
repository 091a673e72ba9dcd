"""The address that opens a case again which ended in silence, made when its mail is sent."""

from datetime import datetime

from django import template

from helpdesk.silence import open_again_path

register = template.Library()
register.simple_tag(open_again_path)


@register.filter
def moment_of(written: str) -> datetime:
    """A moment as a mail's body holds it."""
    return datetime.fromisoformat(written)
