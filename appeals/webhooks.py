"""Telling platforms: ids, codes, moments and effects only, never a person's words or contact."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Platform
from accounts.models.machines import WANTING
from appeals.links import appeal_url
from appeals.models import MeasureKind, ReportedLink
from appeals.notifiers import tellable
from journal.actions import Subject
from journal.models import Channel, Delivery
from journal.outbox import delivery_of
from journal.senders import register_secrets
from journal.together import Each, write_together

APPEAL_FILED = "appeal.filed"
APPEAL_DECIDED = "appeal.decided"
MEASURE_REQUIRED = "measure.required"
MEASURE_WITHDRAWN = "measure.withdrawn"
LINK_REQUESTED = "link.requested"
PERSON_NOTIFY = "person.notify"
EVENT_TYPES = (
    APPEAL_FILED, APPEAL_DECIDED, MEASURE_REQUIRED, MEASURE_WITHDRAWN, LINK_REQUESTED, PERSON_NOTIFY,
)  # fmt: skip


def _fresh_link(delivery: Delivery) -> dict[str, str]:
    """The link that only the account gets; with the receipt of the case it shows whose that is."""
    body = delivery.body
    return {"url": f"{appeal_url(UUID(body['statement']))}?case={body['reference']}"}


def _link_for_the_affected(delivery: Delivery) -> dict[str, str | None]:
    """A new restriction is told to the person by the platform, with the way to appeal it.

    `content` is where it is, where a report brought it about: the platform knows our statement by that only.
    """
    statement = UUID(delivery.body["statement"])
    if delivery.body["kind"] != MeasureKind.RESTRICT:
        return {"appeal_url": None, "content": None}
    return {"appeal_url": appeal_url(statement), "content": content_of(statement)}


def content_of(statement: UUID) -> str | None:
    """The link of what a decision on a report is about, while it is kept. One query."""
    known = ReportedLink.objects.filter(decision=statement).order_by("id")
    return tellable(known.select_related("notice__ticket__contact"))


register_secrets(LINK_REQUESTED, _fresh_link)
register_secrets(MEASURE_REQUIRED, _link_for_the_affected)


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
    write_together(deliveries_to(platform.pk, event_type, data, about=about, at=at, due_at=due_at))


def deliveries_to(
    platform_id: UUID,
    event_type: str,
    data: Mapping[str, Any],
    *,
    about: Subject,
    at: datetime,
    due_at: datetime | None = None,
) -> Each:
    """The same, for a caller that writes them together with the rows of what happened."""
    delivery = delivery_of(event_type, about=about, at=at, channel=Channel.WEBHOOK, body=data, due_at=due_at)
    return Each(delivery, "endpoint_id", WANTING, (platform_id, event_type))
