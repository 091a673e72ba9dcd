"""The outbox: what must be told is a row first, and leaves after the commit."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from journal.actions import Subject
from journal.models import Channel, Delivery, Lane
from journal.tasks import send_due


def deliver(
    kind: str,
    *,
    about: Subject,
    at: datetime,
    channel: str = Channel.MAIL,
    lane: str = Lane.CASE,
    address: str = "",
    endpoint_id: UUID | None = None,
    language: str = "en",
    body: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
) -> Delivery:
    """Write that `kind` must be told, in the transaction of what happened, and wake the lane after it.

    Mail goes to `address` in `language`, worded when it is sent; a webhook goes to `endpoint_id`.
    Nothing leaves before `due_at` (default: at once), so that an act can be undone until then.
    """
    delivery = Delivery.objects.create(
        kind=kind,
        lane=lane,
        channel=channel,
        address=address,
        endpoint_id=endpoint_id,
        language=language,
        about_kind=about.subject_kind,
        about_id=about.id,
        body=dict(body or {}),
        made_at=at,
        due_at=due_at or at,
    )
    if delivery.due_at <= at:
        transaction.on_commit(partial(wake, str(lane)), robust=True)
    return delivery


def wake(lane: str) -> None:
    """Tell the lane's workers to look now. A sweep finds what nobody woke: a lost wake-up loses nothing."""
    send_due.apply_async([lane], queue=lane, retry=False)
