"""Incidents: what goes wrong in many cases of one queue at once, and who leads the way out."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.models.queues import Queue
from helpdesk.models.tickets import Ticket
from journal.ids import Row


class IncidentTitle(models.TextChoices):
    """What it is, as a code: an incident is spoken of outside, so nobody's words stand in its title."""

    PROMISES = "promises", _("Promises are broken in many cases")
    DANGER = "danger", _("People are in danger")
    CAMPAIGN = "campaign", _("Many write about the same thing")
    OUTAGE = "outage", _("The service or a platform is down")
    OTHER = "other", _("Something else")


class IncidentSet(models.QuerySet["Incident"]):
    def open(self) -> "IncidentSet":
        return self.filter(closed_at=None)

    def visible_to(self, user: Any) -> "IncidentSet":
        """Those of queues whose cases the user sees."""
        return self.filter(queue__in=Queue.objects.visible_to(user))


class Incident(Row):
    """One thing that went wrong in a queue. People speak of it by its number, which never comes twice."""

    number = models.PositiveIntegerField(unique=True)
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="incidents")
    title = models.CharField(_("What it is"), max_length=10, choices=IncidentTitle)
    opened_at = models.DateTimeField()
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(_("How it ended"), max_length=500, blank=True)
    tickets = models.ManyToManyField(Ticket, through="IncidentTicket", related_name="incidents")

    subject_kind = "incident"

    objects = IncidentSet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, reason="") | (Q(closed_at__isnull=False) & ~Q(reason="")),
                name="incident_closed_with_reason",
            )
        ]
        indexes = [
            models.Index(fields=["queue", "-opened_at"], name="incident_open", condition=Q(closed_at=None))
        ]

    def __str__(self) -> str:
        return f"#{self.number}"


class IncidentTicket(Row):
    """A case that belongs to an incident."""

    incident = models.ForeignKey(Incident, models.CASCADE, db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE)
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "ticket"], name="case_in_an_incident_once")
        ]
