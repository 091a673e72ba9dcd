"""Browsers that somebody let us knock at."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from journal.ids import Row


class PushDeviceSet(models.QuerySet["PushDevice"]):
    def in_use(self) -> "PushDeviceSet":
        return self.filter(ended_at=None)


class PushDevice(Row):
    """One browser of one user, by the address that its maker's push service gave it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="push_devices")
    url = models.TextField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    subject_kind = "push_device"

    objects = PushDeviceSet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["url"], condition=Q(ended_at=None), name="one_user_per_browser")
        ]
