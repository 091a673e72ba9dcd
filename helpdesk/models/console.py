"""What staff keep for themselves: views, reply templates, links between cases."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.models.queues import QueueKind
from helpdesk.models.tickets import Ticket
from journal.ids import Row


class SavedView(Row):
    """Filters that somebody named; `query` is the address's own query string."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_a_name")]


class ReplyTemplate(Row):
    """Words that staff start from, in each language; `{reference}` and the like are filled in as text."""

    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=100)
    text = models.TextField(_("Text"))
    kind = models.CharField(_("For"), max_length=10, choices=QueueKind, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    subject_kind = "reply_template"

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class TicketLink(Row):
    """Two tickets that staff read together. It says nothing to either person."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, models.CASCADE, related_name="linked_from")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "other"], name="linked_once"),
            models.CheckConstraint(name="linked_to_another", condition=~models.Q(ticket=models.F("other"))),
        ]
