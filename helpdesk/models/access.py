"""Who may open a case from outside, and who on the staff must not."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from helpdesk.models.tickets import Ticket
from journal.ids import Row


class Receipt(Row):
    """What opens a case, with its reference. Stored is only HMAC(key, lookup); nobody can reset it."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="receipt")
    lookup = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()


class Submission(Row):
    """A form that was sent: its token, so that the same form sent again stores nothing twice (design 13)."""

    token_hash = models.BinaryField(max_length=32, unique=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="submissions")
    sent_at = models.DateTimeField(db_index=True)


class Contact(Row):
    """How a person may be reached. Nothing goes to an address before its owner has confirmed it."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="contact")
    name = models.CharField(max_length=200, blank=True)
    address = models.EmailField(max_length=254, blank=True)
    token_hash = models.BinaryField(max_length=32, null=True)
    asked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                Lower("address"), name="contact_confirmed", condition=models.Q(confirmed_at__isnull=False)
            )
        ]


class Barred(Row):
    """A user who must not work on a ticket. Filled by the apps that know why; triggers enforce it."""

    class Why(models.TextChoices):
        DECIDED = "decided", _("Took the decision")
        REVIEWED = "reviewed", _("Reviewed it in an earlier round")
        CONFLICT = "conflict", _("Declared a conflict of interest")
        PANEL = "panel", _("Sits on its panel")
        TOGETHER = "together", _("Must stay out of a case that is decided with it")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="barred")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    why = models.CharField(max_length=10, choices=Why)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user", "why"], name="barred_once")]


class ApiAnswer(Row):
    """What a call with an idempotency key was answered, so that the same call again does nothing twice.

    `body` holds ids, codes and moments only, so it says nothing that an erased case should not.
    """

    actor_id = models.UUIDField()
    key_hash = models.BinaryField(max_length=32)
    call_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_id", "key_hash"], name="answered_once")]
