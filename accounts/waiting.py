"""News that waits for an address of its platform: what an address that is told no more did not take."""

from django.db.models import Q

from accounts.models import Platform, WebhookEndpoint
from journal.models import Channel, Delivery, DeliverySet


def _ended(platform: Platform) -> list:
    return list(platform.endpoints.filter(disabled_at__isnull=False).values_list("pk", flat=True))


def _not_arrived(which: Q) -> DeliverySet:
    # Two halves, dead and still tried, so that each is found by the partial index that holds it.
    dead, tried = Q(dead_at__isnull=False), Q(dead_at=None, sent_at=None)
    return Delivery.objects.filter(which & (dead | tried), channel=Channel.WEBHOOK, emptied_at=None)


def waiting_for(endpoint: WebhookEndpoint) -> DeliverySet:
    """What did not arrive and can go to this address: its own dead letters, and what others left behind.

    Of the others only what is older than this address: of the rest it was told itself, under another id.
    """
    own = Q(endpoint_id=endpoint.pk, dead_at__isnull=False)
    others = Q(endpoint_id__in=_ended(endpoint.platform), made_at__lt=endpoint.told_since)
    found = _not_arrived(own | others)
    return found.filter(kind__in=endpoint.event_types) if endpoint.event_types else found


def waiting_of(platform: Platform) -> DeliverySet:
    """What did not arrive at addresses of this platform that are told nothing more."""
    return _not_arrived(Q(endpoint_id__in=_ended(platform)))
