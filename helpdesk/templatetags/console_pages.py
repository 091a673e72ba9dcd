"""The pages beside the queues, wherever the rail is drawn."""

from typing import Any

from django import template

from helpdesk.pages import ConsolePage, pages_for

register = template.Library()


@register.simple_tag(takes_context=True)
def console_pages(context: dict[str, Any]) -> list[ConsolePage]:
    return pages_for(context["request"].user)
