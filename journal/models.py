"""What happened (events and their chains) and who must be told (deliveries)."""

from datetime import datetime

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from journal.ids import Row

CODE = r"^[a-z][a-z0-9_.]*$"  # what a machine names: no spaces, no line ends, so that a hash has one reading


class Event(models.Model):
    """One thing that happened to one subject. Never changed, never removed: a trigger refuses both.

    `values` hold codes, numbers, moments and internal ids; never text that somebody wrote, never a
    name or an address. `at` is the moment of what happened, as the action was told. A trigger locks the
    subject's chain and sets `number`, `hash` and `written_at`, the start of the writing transaction.
    docs/history.md says what is hashed.
    """

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    number = models.PositiveIntegerField(db_default=0)
    code = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())
    hash = models.BinaryField(db_default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "number"], name="event_chain"),
            models.CheckConstraint(
                condition=Q(code__regex=CODE) & Q(subject_kind__regex=CODE) & Q(actor_kind__regex=CODE),
                name="event_speaks_in_codes",
            ),
        ]
        indexes = [
            BrinIndex(fields=["written_at"], name="event_written_at", autosummarize=True),
            models.Index(fields=["code", "at"], name="event_code_at"),
            models.Index(
                fields=["actor_id", "at"], name="event_actor_at", condition=Q(actor_id__isnull=False)
            ),
        ]


class Chain(models.Model):
    """The end of a subject's chain of events, so that a removed last event is noticed too."""

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    last_number = models.PositiveIntegerField()
    last_hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_kind", "subject_id"], name="one_chain")]


class Digest(models.Model):
    """The last events that a day (UTC) wrote to each chain, folded into one hash with the day before's."""

    day = models.DateField(primary_key=True)
    chains = models.PositiveIntegerField()
    hash = models.BinaryField()
    made_at = models.DateTimeField()


class Lane(models.TextChoices):
    """Deliveries travel in lanes with workers of their own, so that bulk never delays a page."""

    PAGE = "page", _("Pages to people on call")
    CASE = "case", _("News of a case")
    BULK = "bulk", _("Everything else")


class Channel(models.TextChoices):
    MAIL = "mail", _("Mail")
    WEBHOOK = "webhook", _("Webhook")
    PUSH = "push", _("Browser push")


class DeliverySet(models.QuerySet["Delivery"]):
    def waiting(self) -> "DeliverySet":
        return self.filter(sent_at=None, dead_at=None)

    def due(self, at: datetime) -> "DeliverySet":
        """Those that a sender may take at `at`; served by the partial index `delivery_due`."""
        return self.waiting().filter(due_at__lte=at)

    def dead(self) -> "DeliverySet":
        return self.filter(dead_at__isnull=False)

    def can_be_retried(self) -> "DeliverySet":
        """Dead, and still holding what to send."""
        return self.dead().filter(emptied_at=None)


class Delivery(Row):
    """A message that must leave: a row written in the action's transaction, sent after commit.

    The id is the `webhook-id` and the left part of the `Message-ID`, the same at every repeat.
    `body` holds codes, moments and ids (for a webhook its data; for mail what the wording needs); it and the
    address are emptied seven days after arrival. Taking one pushes `due_at` ahead (a lease), so that the
    work of a killed sender is found again. One that nobody will try again is dead, until an operator retries.
    """

    lane = models.CharField(max_length=4, choices=Lane)
    channel = models.CharField(max_length=8, choices=Channel)
    kind = models.CharField(max_length=60)
    address = models.TextField(blank=True)
    endpoint_id = models.UUIDField(null=True)
    language = models.CharField(max_length=10, default="en")
    about_kind = models.CharField(max_length=40)
    about_id = models.UUIDField()
    body = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)

    subject_kind = "delivery"

    objects = DeliverySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["lane", "due_at"], name="delivery_due", condition=Q(sent_at=None, dead_at=None)
            ),
            models.Index(
                fields=["endpoint_id", "due_at"],
                name="delivery_of_endpoint",
                condition=Q(sent_at=None, dead_at=None, endpoint_id__isnull=False),
            ),
            models.Index(
                fields=["-dead_at", "-id"], name="delivery_dead", condition=Q(dead_at__isnull=False)
            ),
            models.Index(
                fields=["sent_at"],
                name="delivery_to_empty",
                condition=Q(sent_at__isnull=False, emptied_at=None),
            ),
            models.Index(fields=["about_id"], name="delivery_about"),
        ]


class Heartbeat(models.Model):
    """The last sign of life of what must not stand still: today the clock, `beat`."""

    name = models.CharField(primary_key=True, max_length=20)
    at = models.DateTimeField()
