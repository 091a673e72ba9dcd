"""What rings for whoever reads a page of the console. One query for a page."""

from typing import Any

from django import template

from helpdesk.models import Alarm

SHOWN = 10
register = template.Library()


@register.simple_tag(takes_context=True)
def ringing_alarms(context: dict[str, Any]) -> list[Alarm]:
    """The first of them, oldest first; none for whoever cannot be on call."""
    return ringing_for(context["request"].user)


def ringing_for(user: Any) -> list[Alarm]:
    if not getattr(user, "works_on_queues", False):
        return []
    ringing = Alarm.objects.for_user(user).select_related("team", "ticket", "incident")
    return list(ringing.order_by("id")[:SHOWN])
