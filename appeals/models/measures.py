"""Measures: what the platform is asked to do, until it says that it is done."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Platform
from appeals.models.appeals import Review
from appeals.models.decisions import Decision, Effect
from helpdesk.models import Ticket
from journal.ids import Row


class MeasureKind(models.TextChoices):
    UNDO = "undo", _("Undo an effect")
    RESTRICT = "restrict", _("Carry out a restriction")
    PRESERVE = "preserve", _("Preserve evidence")
    FREEZE = "freeze", _("Freeze")
    SECURE = "secure", _("Secure an account")


class MeasureSet(models.QuerySet["Measure"]):
    def unconfirmed(self) -> "MeasureSet":
        return self.filter(confirmed_at=None, withdrawn_at=None)

    def to_nag(self, at: datetime) -> "MeasureSet":
        """Those that the platform should have confirmed; the index `measure_nag` serves it."""
        return self.unconfirmed().filter(nag_at__lte=at)


class Measure(Row):
    """One thing asked of a platform: asked, confirmed or escalated. A remedy is a measure that undoes."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=10, choices=MeasureKind)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="measures")
    review = models.ForeignKey(Review, models.PROTECT, null=True, related_name="measures")
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="measures")
    effect = models.ForeignKey(Effect, models.PROTECT, null=True, related_name="measures")
    effect_code = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    nag_at = models.DateTimeField()
    nagged = models.PositiveSmallIntegerField(default=0)
    escalated_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    subject_kind = "measure"

    objects = MeasureSet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["nag_at"], name="measure_nag", condition=Q(confirmed_at=None, withdrawn_at=None)
            )
        ]
