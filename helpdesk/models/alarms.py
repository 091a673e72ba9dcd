"""Alarms: what somebody on call must come for now; whom they have paged, and where pages go."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models.machines import SignedTo
from helpdesk.models.incidents import Incident
from helpdesk.models.queues import Team, TeamMember
from helpdesk.models.tickets import Ticket
from journal.ids import Row

TOP_ROUND = 0  # of those who are told when a whole line stayed silent
RINGING = Q(acknowledged_at=None, ended_at=None)
CLOCKS_DIFFER = timedelta(minutes=5)  # more than two sweeps beside each other can, also slow ones


class AlarmSet(models.QuerySet["Alarm"]):
    def ringing(self) -> "AlarmSet":
        """Nobody has it yet, and it is still about something."""
        return self.filter(RINGING)

    def answered_or_over(self) -> "AlarmSet":
        return self.exclude(RINGING)

    def due(self, at: datetime) -> "AlarmSet":
        """Those whose next page is due; costs what rings.

        Also those planned later than their team waits: by a clock that was wrong then and was set back.
        They would be silent for as long as it was wrong.
        """
        minutes = F("team__page_next_after") * Value(timedelta(minutes=1))
        latest = ExpressionWrapper(Value(at + CLOCKS_DIFFER) + minutes, models.DateTimeField())
        return self.ringing().filter(Q(next_at__lte=at) | Q(next_at__gt=latest))

    def for_user(self, user: Any) -> "AlarmSet":
        """Those that ring for `user`: they were paged, and did not pass it on."""
        asked = Paged.objects.filter(user=user.pk, passed_at=None)
        return self.ringing().filter(pk__in=asked.values("alarm"))

    def visible_to(self, user: Any) -> "AlarmSet":
        """Heads and operators see all, moderators and leads those of their teams. No words stand in them."""
        if user.has_role("head", "operator"):
            return self
        if not user.has_role("moderator", "lead"):
            return self.none()
        return self.filter(team__in=TeamMember.objects.live().filter(user=user.pk).values("team"))


class Alarm(Row):
    """Somebody of a team must come now: for a case, for an incident, or because a person called.

    It rings until somebody acknowledges it, or until what it is about has ended. `next_at` is when the next
    person is paged. A round is one way through the line.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="alarms")
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="alarms")
    incident = models.ForeignKey(Incident, models.CASCADE, null=True, related_name="alarms")
    due_at = models.DateTimeField(null=True, help_text=_("The moment that was promised, where one was."))
    raised_at = models.DateTimeField()
    round = models.PositiveIntegerField(default=1)
    next_at = models.DateTimeField(null=True)
    top_told_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)

    subject_kind = "alarm"

    objects = AlarmSet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # What rings already is not raised a second time: steps, sweeps and clicks all fold into it.
            models.UniqueConstraint(fields=["ticket"], condition=RINGING, name="one_alarm_rings_for_a_case"),
            models.UniqueConstraint(
                fields=["incident"], condition=RINGING, name="one_alarm_rings_for_an_incident"
            ),
            models.UniqueConstraint(
                fields=["team"],
                condition=RINGING & Q(ticket=None, incident=None),
                name="one_alarm_rings_for_a_team",
            ),
            models.CheckConstraint(
                condition=Q(ticket=None) | Q(incident=None), name="alarm_is_about_one_thing"
            ),
            models.CheckConstraint(
                condition=RINGING & Q(next_at__isnull=False) | ~RINGING & Q(next_at=None),
                name="alarm_rings_or_not",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="alarm_acknowledged_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="alarm_due", condition=Q(next_at__isnull=False)),
        ]

    @property
    def is_ringing(self) -> bool:
        return self.acknowledged_at is None and self.ended_at is None

    @property
    def label(self) -> str:
        """How a page names it: never by words of a case or by a name of a person."""
        about = self.ticket or self.incident
        return str(about) if about else ""


class PagedSet(models.QuerySet["Paged"]):
    def untold(self) -> "PagedSet":
        return self.filter(told_at=None)


class Paged(Row):
    """One person is paged for one alarm in one round. `told_at` is when it went into their message.

    Several within a minute share one message, `told_in`. Without a user it is the executive contact, who has
    an address and no account.
    """

    alarm = models.ForeignKey(Alarm, models.CASCADE, related_name="paged", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    round = models.PositiveIntegerField()
    at = models.DateTimeField()
    late = models.PositiveIntegerField(default=0, help_text=_("Seconds."))
    told_at = models.DateTimeField(null=True)
    told_in = models.UUIDField(null=True)
    passed_at = models.DateTimeField(null=True)

    objects = PagedSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alarm", "user", "round"], name="paged_once_in_a_round", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["user"], name="paged_untold", condition=Q(told_at=None)),
            models.Index(fields=["user", "told_at"], name="paged_lately"),
            models.Index(fields=["told_in"], name="paged_message", condition=Q(told_in__isnull=False)),
        ]


class AlarmEndpointSet(models.QuerySet["AlarmEndpoint"]):
    def in_use(self) -> "AlarmEndpointSet":
        return self.filter(ended_at=None)


class AlarmEndpoint(SignedTo):
    """An address of a machine that is told of a team's or of one person's alarms, by signed webhook."""

    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="alarm_endpoints")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="alarm_endpoints"
    )
    url = models.URLField(_("address"), max_length=500)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    subject_kind = "alarm_endpoint"

    objects = AlarmEndpointSet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(team=None, user__isnull=False) | Q(team__isnull=False, user=None),
                name="alarm_endpoint_has_one_owner",
            ),
            models.UniqueConstraint(
                fields=["team", "user", "url"],
                condition=Q(ended_at=None),
                name="one_alarm_endpoint_per_address",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.url
