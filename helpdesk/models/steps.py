"""What is done by itself when a promise is about to be broken: planned in a policy, and taken once."""

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk import steps
from helpdesk.clocks import Kind
from helpdesk.models.clocks import PolicyRow
from helpdesk.models.tickets import Level, Ticket
from helpdesk.steps import DOINGS, MOMENTS
from journal.ids import Row


class Step(Row):
    """One step of a row of a policy: on which clock, when, and what is done.

    The key keeps its meaning from version to version and from row to row: a run of a clock in which it was
    taken does not take it again, whatever is promised by then.
    """

    row = models.ForeignKey(PolicyRow, models.CASCADE, related_name="steps")
    clock = models.CharField(max_length=14, choices=[(kind.value, kind.value) for kind in Kind])
    place = models.PositiveSmallIntegerField(default=0)
    key = models.SlugField(max_length=40, db_index=False)
    when = models.CharField(max_length=6, choices=[(when.value, words) for when, words in MOMENTS.items()])
    percent = models.PositiveSmallIntegerField(null=True)
    length = models.DurationField(null=True)
    what = models.CharField(
        max_length=8, choices=[(what.value, doing.label) for what, doing in DOINGS.items()]
    )
    level = models.PositiveSmallIntegerField(
        choices=Level, null=True, help_text=_("Who is told; of no other step.")
    )

    class Meta:
        ordering = ["clock", "place"]
        constraints = [
            models.UniqueConstraint(fields=["row", "clock", "key"], name="one_step_a_key"),
            models.CheckConstraint(
                condition=Q(when="share", percent__isnull=False, percent__gte=1, percent__lt=100, length=None)
                | Q(when="at", percent=None, length=None)
                | Q(when__in=["before", "after"], percent=None, length__isnull=False),
                name="step_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(what="tell", level__isnull=False) | (~Q(what="tell") & Q(level=None)),
                name="step_tells_a_level",
            ),
        ]

    @cached_property
    def planned(self) -> steps.Planned:
        """As the clocks look for it."""
        mark = steps.mark_of(self.when, percent=self.percent, length=self.length)
        return steps.Planned(Kind(self.clock), self.key, mark, self.place)


class StepTaken(Row):
    """A step that was taken in one run of one clock, with its true times. Never changed, never repeated.

    It names its clock by ticket, kind and instance and not by the row of `Clock`, which is thrown away and
    read again from the events when a reply is undone.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="steps_taken", db_index=False)
    kind = models.CharField(max_length=14)
    instance = models.PositiveIntegerField()
    run = models.PositiveIntegerField()
    key = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField()

    subject_kind = "step_taken"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind", "instance", "run", "key"], name="one_step_in_a_run"
            )
        ]


class StepTold(Row):
    """Somebody who must be told of a step. Goes into their next mail, which tells all there is at once.

    Without a user it is the executive contact. The row is gone when the mail is in the outbox.
    """

    taken = models.ForeignKey(StepTaken, models.CASCADE, related_name="told")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")


class StepMail(Row):
    """When somebody was last mailed of steps, so that a storm of hours is no mail every ten seconds.

    Whoever holds the row is the one that tells them. Without a user it is the executive contact.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], name="one_step_mail_a_user", nulls_distinct=False)
        ]
