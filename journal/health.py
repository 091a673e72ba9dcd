"""Signs of life, for the page that a monitor reads."""

from datetime import datetime

from django.db.models import Min

from journal.models import Delivery, Heartbeat

BEAT = "beat"


def heartbeat(name: str, *, at: datetime) -> None:
    """Write down that `name` was alive at `at`."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at})


def last_beat() -> datetime | None:
    """When the clock was last alive; None where it never was."""
    return Heartbeat.objects.filter(name=BEAT).values_list("at", flat=True).first()


def oldest_waiting_delivery(at: datetime) -> datetime | None:
    """Since when the delivery that is due longest has been waiting for a sender; None where none is.

    One that failed waits for its next attempt and does not count; three index look-ups, whatever waits.
    """
    return Delivery.objects.due(at).aggregate(oldest=Min("due_at"))["oldest"]
