"""What came in by each call: the operator's figures, and what history speaks of."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Platform
from journal.ids import Row


class Door(models.TextChoices):
    """How statements came in."""

    SINGLE = "single", _("One statement a call")
    BULK = "bulk", _("Up to a hundred a call")
    STREAM = "stream", _("A stream of lines")
    FILE = "file", _("A file")


class Intake(Row):
    """One call with statements: how many were taken in, how many refused, and on which fields.

    A call that stored nothing has a row too, so that an operator sees a client that fails.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False)
    door = models.CharField(max_length=6, choices=Door)
    at = models.DateTimeField()
    taken = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=dict, help_text=_("How often each field was wrong."))

    subject_kind = "intake"

    class Meta:
        indexes = [models.Index(fields=["at"], name="intake_at")]

    def note(self, fields: Iterable[str]) -> None:
        """Count one refused statement and the fields that were wrong with it, whichever item of a list."""
        self.refused += 1
        for field in fields:
            name = ".".join(part for part in field.split(".") if not part.isdigit())
            self.count(name)

    def count(self, name: str, times: int = 1) -> None:
        self.errors[name] = self.errors.get(name, 0) + times

    def note_all(self, refused: Iterable[Iterable[str]]) -> None:
        for fields in refused:
            self.note(fields)


class IntakeHour(Row):
    """What came in from one platform in one hour (UTC), for a page that reads no calls.

    Counted anew from the calls while the hour is young, and then left alone.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False)
    hour = models.DateTimeField()
    calls = models.PositiveIntegerField()
    taken = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    errors = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hour", "platform"], name="one_intake_hour")]
