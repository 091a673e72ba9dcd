"""The signed address of a decision, made when a mail is sent, so that no row keeps it."""

from uuid import UUID

from django import template

from appeals.links import appeal_url

register = template.Library()


@register.simple_tag
def decision_link(decision_id: UUID) -> str:
    return appeal_url(decision_id)
