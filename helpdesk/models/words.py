"""What is said in a case: public messages, internal notes, attachments. Three separate things."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.tickets import Ticket
from journal.ids import Row


class Side(models.TextChoices):
    """Who speaks. To people outside, staff speak as their role."""

    PERSON = "person", _("The person")
    STAFF = "staff", _("Our staff")


class Message(Row):
    """A public message: the person and the staff both read it."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="messages")
    side = models.CharField(max_length=6, choices=Side)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    is_question = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    told_at = models.DateTimeField(help_text=_("From when the person sees it; until then it can be undone."))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="staff_message_has_author",
                condition=models.Q(side="person", author=None) | models.Q(side="staff", author__isnull=False),
            )
        ]


class Note(Row):
    """An internal note: the person never sees it, by any channel."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class Draft(Row):
    """A reply that was prepared, by its writer or by a machine of theirs. Nobody outside sees it."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    is_question = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "author"], name="one_draft_each")]


class Attachment(Row):
    """A file in a case: its kind known by its content, metadata stripped, served only as a download."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="attachments")
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="attachments")
    side = models.CharField(max_length=6, choices=Side)
    purpose = models.CharField(max_length=20, default="evidence")  # or "mandate"
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(help_text=_("Bytes."))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="cases", max_length=200)
    added_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    subject_kind = "attachment"

    class Meta:
        ordering = ["id"]

    @property
    def stored_as(self) -> str:
        """Its random name in the file store."""
        return self.file.name or ""


class HeldFile(models.Model):
    """The bytes of an attachment from its transaction until they are in the file store.

    A rollback takes them along, and a process that dies after the commit loses nothing: the sweep
    brings them to the store under the name that the attachment already has.
    """

    attachment = models.OneToOneField(Attachment, models.CASCADE, primary_key=True, related_name="held")
    content = models.BinaryField()
    held_at = models.DateTimeField(db_index=True)


class FileRemoval(Row):
    """A file that must leave the store, written in the transaction that erased its attachment."""

    name = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
