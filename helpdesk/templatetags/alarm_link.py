"""The link in a page, made when its mail is sent."""

from datetime import UTC, datetime

from django import template

from helpdesk.alarm_links import alarm_path

register = template.Library()


@register.simple_tag
def alarm_link(message: str, sent_at: float) -> str:
    return alarm_path(message, datetime.fromtimestamp(sent_at, UTC))
