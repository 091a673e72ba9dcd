"""What is promised and by when: calendars and policies in versions, and the clocks of each ticket."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.calendars import Calendar, read_calendar
from helpdesk.clocks import Kind, State
from helpdesk.models.queues import Queue, QueueKind
from helpdesk.models.tickets import Priority, Ticket
from journal.ids import Row


class WorkCalendar(Row):
    """The working hours of a place, by name. What they are stands in its versions."""

    name = models.CharField(_("Name"), max_length=100)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    subject_kind = "calendar"

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class CalendarVersionSet(models.QuerySet["CalendarVersion"]):
    def in_force_at(self, at: datetime) -> "CalendarVersionSet":
        """The version of each calendar that holds at this moment."""
        return (
            self.filter(from_at__lte=at)
            .order_by("calendar_id", "-from_at", "-number")
            .distinct("calendar_id")
        )


class CalendarVersion(Row):
    """The hours of a place from a moment on. Clocks name the version that they count by; it is never edited.

    `frames` are those of the contract: {"mon": [["09:00", "17:00"]], ...}. `holidays` are days off, each with
    a name: {"2026-12-25": "Christmas Day"}.
    """

    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    from_at = models.DateTimeField()
    time_zone = models.CharField(max_length=60)
    frames = models.JSONField(default=dict)
    holidays = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    subject_kind = "calendar_version"

    objects = CalendarVersionSet.as_manager()

    class Meta:
        ordering = ["-from_at", "-number"]
        constraints = [models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_number")]

    @property
    def working(self) -> Calendar:
        """The calendar as the clocks count by it."""
        written = {"time_zone": self.time_zone, "frames": self.frames, "holidays": list(self.holidays)}
        return read_calendar(written)


class PolicySet(models.QuerySet["Policy"]):
    def in_force_at(self, at: datetime) -> "PolicySet":
        """The version that holds at this moment, first."""
        return self.filter(from_at__lte=at).order_by("-from_at", "-number")


class Policy(Row):
    """One version of the table that says what is promised to whom. Its rows are read from the top."""

    number = models.PositiveIntegerField(unique=True)
    from_at = models.DateTimeField(db_index=True)
    made_at = models.DateTimeField()
    applied_at = models.DateTimeField(
        null=True, help_text=_("When every open ticket had been given its row of this version.")
    )

    subject_kind = "policy"

    objects = PolicySet.as_manager()

    class Meta:
        ordering = ["-number"]


class PolicyRow(Row):
    """One line of a policy: whom it is for, what they are promised, and in which working hours.

    An empty condition holds for everybody; an empty target is no clock; no calendar is round the clock.
    """

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="rows")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(_("Name"), max_length=100)
    queue = models.ForeignKey(Queue, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("Kind"), max_length=10, choices=QueueKind, blank=True)
    priority = models.PositiveSmallIntegerField(_("Priority"), choices=Priority, null=True, blank=True)
    tier = models.PositiveSmallIntegerField(_("Tier"), null=True, blank=True)
    language = models.CharField(_("Language"), max_length=10, blank=True)
    first_response = models.DurationField(_("First answer"), null=True, blank=True)
    next_response = models.DurationField(_("Each further answer"), null=True, blank=True)
    resolution = models.DurationField(_("Decision"), null=True, blank=True)
    keep_in_touch = models.DurationField(_("Keep in touch every"), null=True, blank=True)
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, null=True, blank=True, related_name="+")

    subject_kind = "policy_row"

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["policy", "place"], name="one_row_a_place")]

    def __str__(self) -> str:
        return self.name

    @property
    def conditions(self) -> dict[str, Any]:
        """Whom it is for: what it asks of a ticket, in the order in which that is looked at."""
        names = ("queue_id", "kind", "priority", "tier", "language")
        return {name: value for name in names if (value := getattr(self, name)) not in (None, "")}

    @property
    def targets(self) -> dict[Kind, timedelta]:
        """What is promised, as the clocks take it."""
        return {kind: target for kind in Kind if (target := getattr(self, kind))}


class ClockSet(models.QuerySet["Clock"]):
    def open(self) -> "ClockSet":
        return self.filter(closed_at=None)


class Clock(Row):
    """One instance of one clock of a ticket, as the engine reads it from the ticket's events.

    Written by `actions.clocks.wind` alone, in the transaction of the event that changes it. Whether it is
    missed is also judged on reading: `due_at` may have passed since the last event.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="clocks")
    # That of the ticket, so that one index finds what is due in it. Null only in rows of earlier versions.
    queue = models.ForeignKey(Queue, models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=14, choices=[(kind.value, kind.value) for kind in Kind])
    instance = models.PositiveIntegerField()
    run = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=[(state.value, state.value) for state in State])
    due_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    spent = models.DurationField()
    closed_at = models.DateTimeField(null=True)
    row = models.ForeignKey(PolicyRow, models.PROTECT, related_name="+")
    calendar = models.ForeignKey(CalendarVersion, models.PROTECT, null=True, related_name="+")
    next_step_at = models.DateTimeField(
        null=True, help_text=_("When the first step is due that this run has not taken.")
    )

    objects = ClockSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "instance"], name="one_clock_an_instance")
        ]
        indexes = [
            models.Index(
                fields=["queue", "due_at"],
                name="clock_due_in_queue",
                condition=Q(closed_at=None, due_at__isnull=False),
            ),
            models.Index(
                fields=["next_step_at"], name="clock_next_step", condition=Q(next_step_at__isnull=False)
            ),
        ]

    def state_at(self, at: datetime) -> str:
        """Its state as of `at`, nothing having happened since it was written."""
        is_late = self.closed_at is None and self.due_at is not None and self.due_at < at
        return State.MISSED if is_late else self.state
