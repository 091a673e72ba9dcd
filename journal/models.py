"""What happened (events and their chains) and who must be told (deliveries)."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journal.ids import Row


class Event(models.Model):
    """One thing that happened to one subject. Never changed, never removed: a trigger refuses both.

    `values` hold codes, numbers, moments and internal ids; never text that somebody wrote, never a
    name or an address. `number` and `hash` are set by a trigger, which locks the subject's chain.
    """

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    number = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    hash = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "number"], name="event_chain")
        ]
        indexes = [
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
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_kind", "subject_id"], name="one_chain")]
        indexes = [models.Index(fields=["moved_at"], name="chain_moved_at")]


class Digest(models.Model):
    """The heads of all chains that moved on one day (UTC), folded into one hash, and the day before's."""

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


class DeliverySet(models.QuerySet["Delivery"]):
    def waiting(self) -> "DeliverySet":
        return self.filter(sent_at=None, dead_at=None)

    def due(self, at: datetime) -> "DeliverySet":
        """Those that a sender may take at `at`; served by the partial index `delivery_due`."""
        return self.waiting().filter(due_at__lte=at)

    def dead(self) -> "DeliverySet":
        return self.filter(dead_at__isnull=False)


class Delivery(Row):
    """A message that must leave: a row written in the action's transaction, sent after commit.

    The id is the `webhook-id` and the left part of the `Message-ID`, the same at every repeat.
    `body` holds codes, moments and ids (for a webhook its data; for mail what the wording needs); it and the
    address are emptied seven days after arrival. Taking one pushes `due_at` ahead (a lease), so that the
    work of a killed sender is found again.
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
            models.Index(fields=["made_at"], name="delivery_dead", condition=Q(dead_at__isnull=False)),
            models.Index(
                fields=["sent_at"],
                name="delivery_to_empty",
                condition=Q(sent_at__isnull=False, emptied_at=None),
            ),
            models.Index(fields=["about_id"], name="delivery_about"),
        ]


class Heartbeat(models.Model):
    """The last sign of life of a clock (`beat`) or a lane of workers."""

    name = models.CharField(primary_key=True, max_length=20)
    at = models.DateTimeField()
