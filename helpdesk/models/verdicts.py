"""What became of each promise, written once: the numbers are counted from these rows and from no others.

They hold no word, name or address, so they stay when a case is erased.
"""

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q

from helpdesk.clocks import Kind, State
from helpdesk.models.queues import Queue, QueueKind
from helpdesk.models.tickets import Ticket
from journal.ids import Row

SILENCE = "silence"  # as what a case was ended by that a machine ended because the person did not answer
ENDS = [state.value for state in (State.MET, State.MISSED, State.CANCELLED)]


class CountedSet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> "CountedSet":
        """Of the queues whose tickets the user sees."""
        if user.has_role("head"):
            return self
        return self.filter(queue__in=Queue.objects.visible_to(user))


class Counted(Row):
    """What both kinds of rows say of the case, as it was at that moment."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+", db_index=False)
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=QueueKind)
    tier = models.PositiveSmallIntegerField(null=True)
    language = models.CharField(max_length=10)

    objects = CountedSet.as_manager()

    class Meta:
        abstract = True


class Verdict(Counted):
    """How one run of one clock ended. `spent` is working time without pauses, as it was promised.

    Written by `actions.counting`, in the transaction of the event that ended the run. A trigger refuses every
    change; a row goes only with an answer that was undone before anybody could read it.
    """

    clock = models.CharField(max_length=14, choices=[(kind.value, kind.value) for kind in Kind])
    instance = models.PositiveIntegerField()
    run = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=[(state, state) for state in ENDS])
    ended_by = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()
    spent = models.DurationField()
    target = models.DurationField(null=True)

    subject_kind = "verdict"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "clock", "instance", "run"], name="one_verdict_a_run"),
            models.CheckConstraint(condition=Q(state__in=ENDS), name="verdict_is_an_end"),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("began_at")) & Q(spent__gte=timedelta(0)),
                name="verdict_in_order",
            ),
        ]
        indexes = [models.Index(fields=["queue", "ended_at"], name="verdict_of_queue")]


class LetGo(Counted):
    """An answer that was given up: the case was dropped, or words of the person needed none."""

    number = models.PositiveIntegerField()  # of the event
    code = models.CharField(max_length=16, choices=[(c, c) for c in ("dropped", "no_answer_needed")])
    why = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()

    subject_kind = "let_go"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "number"], name="let_go_once_an_event")]
        indexes = [models.Index(fields=["queue", "at"], name="let_go_of_queue")]


class VerdictWeek(Row):
    """The verdicts of a week that is over, folded: exact counts, and lengths in buckets (`numbers.STEP`).

    Only a shorter way to the same numbers: it can be thrown away and folded again.
    """

    week = models.DateField()  # its Monday, in UTC
    clock = models.CharField(max_length=14)
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="+", db_index=False)
    tier = models.PositiveSmallIntegerField(null=True)
    language = models.CharField(max_length=10)
    met = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()
    cancelled = models.PositiveIntegerField()
    silent = models.PositiveIntegerField()
    lengths = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["week", "queue", "clock", "tier", "language"],
                nulls_distinct=False,
                name="one_fold_of_a_week",
            )
        ]


class KeptTimes(Row):
    """How long cases took in the last 30 days, as the public page tells it: counted by the clock each hour,
    so that no visitor makes the database count. One row; `figures` hold codes and rounded numbers."""

    place = models.PositiveSmallIntegerField(default=1, unique=True)
    counted_at = models.DateTimeField()
    figures = models.JSONField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(place=1), name="one_row_of_kept_times")]
