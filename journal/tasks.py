"""What the clocks of the journal call."""

from celery import shared_task
from django.utils.timezone import now

from journal.models import Lane
from journal.sending import carry, take


@shared_task
def send_due(lane: str) -> int:
    """Send what is due in a lane; how many arrived. Ends when nothing is left that it can take."""
    arrived = 0
    while due := take(lane, now()):
        arrived += sum(carry(delivery) for delivery in due)
    return arrived


@shared_task
def sweep() -> None:
    """Look into every lane, for what nobody woke."""
    for lane in Lane.values:
        send_due.apply_async([lane], queue=lane)
