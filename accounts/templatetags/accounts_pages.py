"""What pages of the console say about accounts."""

from django import template

from accounts.models import WebhookEndpoint
from accounts.models.machines import WebhookEndpointSet

register = template.Library()


@register.simple_tag
def gone_endpoints() -> WebhookEndpointSet:
    """Addresses of platforms that said they want nothing more, and that no operator has looked at."""
    return WebhookEndpoint.objects.gone().select_related("platform").order_by("pk")
