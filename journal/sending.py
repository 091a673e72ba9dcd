"""Taking deliveries from the outbox and carrying them: at least once, the same id at every repeat."""

import random
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils.timezone import now

from journal.models import Delivery
from journal.senders import Undeliverable, sender_for

log = structlog.get_logger()

LEASE_FOR = timedelta(
    minutes=2
)  # longer than any sender may take; after it a killed sender's work is found again
BATCH = 20
# Standard Webhooks' advice: cumulative a little over three days, then dead.
RETRIES = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
]


def next_try_at(attempts: int, at: datetime, retry_after: int | None = None) -> datetime | None:
    """When to try again after `attempts` failures, with up to a tenth of jitter; None when it is enough."""
    if attempts > len(RETRIES):
        return None
    wait = RETRIES[attempts - 1].total_seconds() * random.uniform(1, 1.1)  # noqa: S311
    return at + timedelta(seconds=max(wait, retry_after or 0))


def take(lane: str, at: datetime) -> list[Delivery]:
    """Up to twenty due deliveries of a lane, leased to the caller. Two callers never get the same one."""
    with transaction.atomic():
        due = list(
            Delivery.objects.due(at)
            .filter(lane=lane)
            .order_by("due_at")
            .select_for_update(skip_locked=True)[:BATCH]
        )
        for delivery in due:
            delivery.attempts += 1
            delivery.due_at = at + LEASE_FOR
        Delivery.objects.bulk_update(due, ["attempts", "due_at"])
    return due


def carry(delivery: Delivery) -> bool:
    """Carry one leased delivery and write down how it went. True where it arrived."""
    try:
        sender_for(delivery.channel)(delivery)
    except Undeliverable as failure:
        _failed(delivery, failure, at=now())
        return False
    Delivery.objects.filter(pk=delivery.pk).update(sent_at=now(), last_error="")
    return True


def _failed(delivery: Delivery, failure: Undeliverable, *, at: datetime) -> None:
    again_at = None if failure.final else next_try_at(delivery.attempts, at, failure.retry_after)
    if again_at is None:
        Delivery.objects.filter(pk=delivery.pk).update(dead_at=at, last_error=failure.code)
        log.error("delivery.dead", delivery=str(delivery.pk), kind=delivery.kind, code=failure.code)
    else:
        Delivery.objects.filter(pk=delivery.pk).update(due_at=again_at, last_error=failure.code)
