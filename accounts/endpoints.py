"""How the sender of webhooks finds a platform's endpoint, and switches off one that says it is gone."""

from uuid import UUID

from django.utils.timezone import now

from accounts.actions.endpoints import note_gone
from accounts.models import WebhookEndpoint
from journal.actors import SYSTEM
from journal.webhooks import Endpoint


def find_endpoint(endpoint_id: UUID) -> Endpoint | None:
    """Where to tell a platform, and the secrets that sign now; None where nothing is told there any more."""
    row = WebhookEndpoint.objects.filter(pk=endpoint_id, disabled_at=None, platform__is_active=True).first()
    # now: asked by the sender, after the network
    return Endpoint(row.url, row.secrets(now())) if row else None


def endpoint_is_gone(endpoint_id: UUID) -> None:
    """The receiver answered 410: it wants nothing more."""
    if row := WebhookEndpoint.objects.select_related("platform").filter(pk=endpoint_id).first():
        note_gone(row, by=SYSTEM, at=now())  # now: asked by the sender, after the network
