"""Taking deliveries from the outbox and carrying them: at least once, the same id at every repeat."""

import random
from datetime import datetime, timedelta

import structlog
from django.utils.timezone import now

from journal.models import Delivery
from journal.senders import Undeliverable, sender_for

log = structlog.get_logger()

LEASE_FOR = timedelta(
    minutes=2
)  # longer than any sender may take; then the work of a killed one is found again
REST_FOR = timedelta(seconds=30)
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
TAKE = """
    UPDATE journal_delivery SET attempts = attempts + 1, due_at = %(until)s
    WHERE id = (
        SELECT id FROM journal_delivery
        WHERE lane = %(lane)s AND due_at <= %(at)s AND sent_at IS NULL AND dead_at IS NULL
        ORDER BY due_at FOR UPDATE SKIP LOCKED LIMIT 1
    )
    RETURNING *
"""


def next_try_at(attempts: int, at: datetime, retry_after: int | None = None) -> datetime | None:
    """When to try again after `attempts` failures, with up to a tenth of jitter; None when it is enough.

    The other side may ask for more patience (`retry_after`, seconds), up to a day.
    """
    if attempts > len(RETRIES):
        return None
    wait = RETRIES[attempts - 1].total_seconds() * random.uniform(1, 1.1)  # noqa: S311
    return at + timedelta(seconds=max(wait, min(retry_after or 0, 86_400)))


def take(lane: str, at: datetime) -> Delivery | None:
    """The delivery of a lane that has been due longest, leased to the caller; None where nothing is due.

    One statement in a transaction of its own: two callers never get the same delivery, and none waits.
    """
    taken = Delivery.objects.raw(TAKE, {"lane": lane, "at": at, "until": at + LEASE_FOR})
    return next(iter(taken), None)


def carry(delivery: Delivery) -> bool:
    """Carry a leased delivery, outside any transaction, and write down how it went; True where it arrived."""
    try:
        sender_for(delivery.channel)(delivery)
    except Undeliverable as failure:
        _failed(delivery, failure, at=now())  # now: the moment after the network, which no door knows
        return False
    except Exception:
        # What it says may quote an address or a stranger's words; our log keeps only its type and place,
        # and takes them from a field, where `exception()` would hand the whole to every handler.
        log.error("delivery.error", delivery=str(delivery.pk), kind=delivery.kind, exc_info=True)
        # now: the moment after the network, which no door knows
        _failed(delivery, Undeliverable("error"), at=now())
        return False
    # now: the moment after the network, which no door knows
    Delivery.objects.filter(pk=delivery.pk).update(sent_at=now(), dead_at=None, last_error="")
    return True


def _failed(delivery: Delivery, failure: Undeliverable, *, at: datetime) -> None:
    """Plan the next attempt, unless another taker has the delivery by now."""
    still_ours = Delivery.objects.waiting().filter(pk=delivery.pk, attempts=delivery.attempts)
    again_at = None if failure.final else next_try_at(delivery.attempts, at, failure.retry_after)
    if again_at is None:
        still_ours.update(dead_at=at, last_error=failure.code)
        log.error("delivery.dead", delivery=str(delivery.pk), kind=delivery.kind, code=failure.code)
        return
    still_ours.update(due_at=again_at, last_error=failure.code)
    if failure.rest:
        _let_rest(delivery, at + max(REST_FOR, timedelta(seconds=min(failure.retry_after or 0, 3600))))


def _let_rest(delivery: Delivery, until: datetime) -> None:
    """What hangs or asks for rest must not hold up its lane: whatever else is due there waits too.

    "There" is the endpoint of a webhook, and for mail our one mail server.
    """
    # now: the moment after the network, which no door knows
    others = Delivery.objects.due(now()).filter(channel=delivery.channel, endpoint_id=delivery.endpoint_id)
    others.update(due_at=until)
