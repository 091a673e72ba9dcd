"""The ticket: one case of one person, whatever it is about. Its status is the only status."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from helpdesk.headlines import headline
from helpdesk.models.queues import Queue, QueueKind, TeamMember
from journal.ids import Row
from journal.moments import LONGEST_ZONE


class Status(models.TextChoices):
    NEW = "new", _("New")
    OPEN = "open", _("Being worked on")
    WAITING = "waiting", _("Waiting for the person")
    RESOLVED = "resolved", _("Answered")
    DROPPED = "dropped", _("Ended without an answer")


NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # when nothing is due: last in every order
UNFINISHED = (Status.NEW, Status.OPEN, Status.WAITING)


class Priority(models.IntegerChoices):
    """Lower is more urgent, so that it sorts."""

    TOP = 1, _("Top")
    HIGH = 2, _("High")
    NORMAL = 3, _("Normal")
    LOW = 4, _("Low")


class Level(models.IntegerChoices):
    """Who answers for a case: whoever works on it, and above them."""

    MODERATOR = 1, _("Moderator")
    LEAD = 2, _("Lead")
    HEAD = 3, _("Head")
    EXECUTIVE = 4, _("Executive contact")


class TicketSet(models.QuerySet["Ticket"]):
    def unfinished(self) -> "TicketSet":
        return self.filter(status__in=UNFINISHED)

    def awake(self, at: datetime) -> "TicketSet":
        """Not put aside until later."""
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=at))

    def unassigned(self) -> "TicketSet":
        return self.filter(assignee=None)

    def overdue(self, at: datetime) -> "TicketSet":
        return self.unfinished().filter(due_at__lt=at)

    def silent(self) -> "TicketSet":
        """Those whose person owes us an answer, and may lose the case for it: never one of the top tier."""
        waiting = self.filter(status=Status.WAITING, waiting_since__isnull=False)
        return waiting.exclude(priority=Priority.TOP).exclude(tier=1)

    def visible_to(self, user: Any) -> "TicketSet":
        """Those in queues of the user's teams, for roles that read cases. Operators read no cases."""
        if user.has_role("head"):
            return self
        if not user.has_role("moderator", "lead"):
            return self.none()
        places = TeamMember.objects.live().filter(team=OuterRef("queue__team"), user=user.pk)
        return self.filter(Exists(places))

    def open_to(self, user: Any) -> "TicketSet":
        """Those that `user` may work on: none that they are barred from."""
        from helpdesk.models.access import Barred

        return self.exclude(Exists(Barred.objects.filter(ticket=OuterRef("pk"), user=user.pk)))

    def in_order(self) -> "TicketSet":
        """Most urgent first, then soonest due; the index `ticket_queue_order` serves it within a queue."""
        return self.order_by("priority", "due_at", "id")


class Ticket(Row):
    """One case. `summary` is the line that staff see in lists; it is emptied with the words of the case."""

    reference = models.CharField(max_length=11, unique=True)
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="tickets", db_index=False)
    kind = models.CharField(max_length=10, choices=QueueKind)
    category = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.NEW)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    tier = models.PositiveSmallIntegerField(null=True)
    level = models.PositiveSmallIntegerField(
        choices=Level, default=Level.MODERATOR, db_default=Level.MODERATOR.value
    )
    language = models.CharField(max_length=10)
    zone = models.CharField(
        max_length=LONGEST_ZONE,
        blank=True,
        default="",
        db_default="",
        help_text=_("By which clock the person is told the time; for nobody else. Erased with their words."),
    )
    summary = models.CharField(max_length=200, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="assigned_tickets", db_index=False
    )
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text=_("When the first of its clocks is due."))
    snoozed_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    purge_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    is_screened = models.BooleanField(default=True)
    unanswered_since = models.DateTimeField(
        null=True, help_text=_("When the person first wrote what nobody has answered yet.")
    )
    waiting_since = models.DateTimeField(
        null=True, help_text=_("When we last wrote to the person and began to wait for them.")
    )
    reminded_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    turn = models.PositiveIntegerField(
        default=1, help_text=_("Grows with each change, so that a stale form is noticed.")
    )

    subject_kind = "ticket"
    MOVES = {
        Status.NEW: {Status.OPEN, Status.WAITING, Status.RESOLVED, Status.DROPPED},
        Status.OPEN: {Status.NEW, Status.WAITING, Status.RESOLVED, Status.DROPPED},
        Status.WAITING: {Status.NEW, Status.OPEN, Status.RESOLVED, Status.DROPPED},
        Status.RESOLVED: {Status.OPEN, Status.NEW, Status.DROPPED},  # undone, or reopened by the person
        Status.DROPPED: {Status.OPEN, Status.NEW},
    }

    objects = TicketSet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["queue", "priority", "due_at", "id"],
                name="ticket_queue_order",
                condition=Q(status__in=["new", "open", "waiting"]),
            ),
            # The level comes last, to be looked at without the row: what was handed up is due first of all.
            models.Index(
                fields=["queue", "priority", "due_at", "id", "level"],
                name="ticket_to_take",
                condition=Q(status="new", assignee=None),
            ),
            models.Index(
                fields=["queue", "language", "priority", "due_at", "id"],
                name="ticket_queue_language",
                condition=Q(status__in=["new", "open", "waiting"]),
            ),
            models.Index(
                fields=["queue", "category", "priority", "due_at", "id"],
                name="ticket_queue_category",
                condition=Q(status__in=["new", "open", "waiting"]),
            ),
            models.Index(
                fields=["queue", "priority", "opened_at", "id"],
                name="ticket_waits_longest",
                condition=Q(status="new", assignee=None),
            ),
            models.Index(
                fields=["queue", "level", "priority", "due_at", "id"],
                name="ticket_queue_level",
                condition=Q(status__in=["new", "open", "waiting"], level__gt=1),
            ),
            models.Index(fields=["queue", "status", "priority", "due_at", "id"], name="ticket_queue_status"),
            models.Index(
                fields=["assignee", "priority", "due_at", "id"],
                name="ticket_mine",
                condition=Q(status__in=["new", "open", "waiting"]),
            ),
            models.Index(
                "queue",
                "category",
                models.F("ended_at").desc(),
                name="ticket_answered",
                condition=Q(status="resolved"),
            ),
            models.Index(
                fields=["snoozed_until"], name="ticket_to_wake", condition=Q(snoozed_until__isnull=False)
            ),
            models.Index(
                fields=["queue", "waiting_since"],
                name="ticket_to_remind",
                condition=Q(status="waiting", waiting_since__isnull=False, reminded_at=None),
            ),
            models.Index(
                fields=["queue", "reminded_at"],
                name="ticket_to_close",
                condition=Q(status="waiting", waiting_since__isnull=False, reminded_at__isnull=False),
            ),
            models.Index(fields=["purge_at"], name="ticket_to_purge", condition=Q(purge_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def headline(self) -> str:
        """The summary as staff read it."""
        return headline(self.summary)

    @property
    def answer_by(self) -> datetime | None:
        """The moment that is promised to the person; None where nothing is."""
        return self.due_at if self.due_at < NEVER else None

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED
