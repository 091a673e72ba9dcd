"""The pages beside the queues, wherever the rail is drawn."""

from typing import Any

from django import template

from helpdesk.models import RotaProblem, TeamMember, Wrong
from helpdesk.pages import ConsolePage, pages_for

register = template.Library()


@register.simple_tag(takes_context=True)
def console_pages(context: dict[str, Any]) -> list[ConsolePage]:
    return pages_for(context["request"].user)


@register.inclusion_tag("helpdesk/console/_rota_banner.html", takes_context=True)
def rota_gaps(context: dict[str, Any]) -> dict[str, Any]:
    """What a lead must know of the rotas of their teams: when nobody will be on call. One query for leads."""
    user = context["request"].user
    if not user.has_role("lead", "head"):
        return {"gaps": []}
    gaps = RotaProblem.objects.filter(what=Wrong.GAP, until_at__gt=context["at"]).select_related("rota__team")
    if not user.has_role("head"):
        own = TeamMember.objects.live().filter(user=user.pk)
        gaps = gaps.filter(rota__team__in=own.values("team"))
    return {"gaps": gaps[:5]}
