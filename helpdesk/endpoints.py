"""How the sender of webhooks finds a machine that is told of alarms, and ends one that says it is gone."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.actions.alarm_news import RAISED
from helpdesk.actions.endpoints import end_alarm_endpoint
from helpdesk.alarm_links import alarm_path
from helpdesk.models import AlarmEndpoint
from journal.actors import SYSTEM
from journal.models import Delivery
from journal.senders import register_secrets
from journal.webhooks import Endpoint, register_endpoints


def find_endpoint(endpoint_id: UUID) -> Endpoint | None:
    """Where to tell, and the secrets that sign now; nothing goes to somebody who was deactivated."""
    row = AlarmEndpoint.objects.in_use().filter(pk=endpoint_id).select_related("user").first()
    if row is None or (row.user is not None and not row.user.is_active):
        return None
    return Endpoint(row.url, row.secrets(now()))  # now: asked by the sender, after the network


def endpoint_is_gone(endpoint_id: UUID) -> None:
    """The receiver answered 410: it wants nothing more."""
    if row := AlarmEndpoint.objects.filter(pk=endpoint_id).first():
        end_alarm_endpoint(row, by=SYSTEM, at=now())  # now: asked by the sender, after the network


def links_in(delivery: Delivery) -> dict[str, Any]:
    """Where to acknowledge: for one person the link that is theirs alone, for a team the console."""
    links = {"open": settings.BASE_URL + reverse("console:alarms")}
    if message := delivery.body.get("message"):
        links["acknowledge"] = settings.BASE_URL + alarm_path(message, delivery.made_at)
    return links


register_endpoints("alarms", find_endpoint, endpoint_is_gone)
register_secrets(RAISED, links_in)
