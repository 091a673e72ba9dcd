"""Telling platforms: ids, codes, moments and effects only, never a person's words or contact."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import Platform, WebhookEndpoint
from journal.actions import Subject
from journal.models import Channel
from journal.outbox import deliver

APPEAL_FILED = "appeal.filed"
APPEAL_DECIDED = "appeal.decided"
MEASURE_REQUIRED = "measure.required"
LINK_REQUESTED = "link.requested"
PERSON_NOTIFY = "person.notify"
EVENT_TYPES = (APPEAL_FILED, APPEAL_DECIDED, MEASURE_REQUIRED, LINK_REQUESTED, PERSON_NOTIFY)


def tell_platform(
    platform: Platform,
    event_type: str,
    data: Mapping[str, Any],
    *,
    about: Subject,
    at: datetime,
    due_at: datetime | None = None,
) -> None:
    """Write one delivery for each endpoint of the platform that wants this type of event."""
    for endpoint in WebhookEndpoint.objects.wanting(event_type).filter(platform=platform):
        deliver(
            event_type,
            about=about,
            at=at,
            channel=Channel.WEBHOOK,
            endpoint_id=endpoint.pk,
            body=data,
            due_at=due_at,
        )
