"""What the clocks of the journal call."""

import time

from celery import shared_task
from django.utils.timezone import now

from journal import health, outbox
from journal.digests import fold_days
from journal.sending import carry, take

TURN_SECONDS = 60  # well below the broker's visibility timeout, or the broker would start a second turn


@shared_task
def send_due(lane: str) -> int:
    """Send what is due in a lane; how many arrived. Hands over to another turn when there is much."""
    arrived = 0
    until = time.monotonic() + TURN_SECONDS
    while delivery := take(lane, now()):
        arrived += carry(delivery)
        if time.monotonic() > until:
            outbox.wake(lane)
            break
    return arrived


@shared_task
def sweep() -> None:
    """Wake the lanes in which something is due, for what nobody woke."""
    for lane in outbox.lanes_due(now()):
        outbox.wake(lane)


@shared_task
def beat() -> None:
    """Write down that the clock and a worker are alive."""
    health.heartbeat("beat", at=now())


@shared_task
def empty_deliveries() -> int:
    """Empty what arrived seven days ago; how many."""
    return outbox.empty_old(at=now())


@shared_task
def fold_history() -> int:
    """Fold every finished day that has no digest yet; how many."""
    return len(fold_days(at=now()))
