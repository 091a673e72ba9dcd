"""Queues and the teams that work on them."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Grant
from accounts.models.roles import nobody_gives_themselves, two_people
from helpdesk.silence import Silence
from journal.ids import Row

# Beyond these a moment would fall off the calendar, and nobody could end a case any more.
MOST_DAYS = 365 * 50


class QueueKind(models.TextChoices):
    """What a ticket is about; each kind has one Desk, registered by the app that knows it."""

    COMPLAINT = "complaint", _("Complaints")
    NOTICE = "notice", _("Reports")
    APPEAL = "appeal", _("Appeals")
    PANEL = "panel", _("Second round")
    ALERT = "alert", _("Alerts")
    DEMAND = "demand", _("Demands")


class Team(Row):
    """People who share queues. Its members see the tickets of its queues and of no others."""

    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=100)
    page_next_after = models.PositiveSmallIntegerField(
        _("Page the next in line after (minutes)"),
        default=5,
        db_default=5,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    subject_kind = "team"

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class TeamMember(Grant):
    """One person's place in one team. It gives sight of the team's cases, so it takes two people, as a role.

    `given_alone`: by the only operator, or by a lead of this team to somebody who is a moderator already.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"], condition=models.Q(ended_at=None), name="one_place_in_a_team"
            ),
            nobody_gives_themselves("nobody_gives_themselves_a_place"),
            two_people("two_people_for_a_place"),
        ]


class QueueSet(models.QuerySet["Queue"]):
    def in_use(self) -> "QueueSet":
        return self.filter(ended_at=None)

    def visible_to(self, user: Any) -> "QueueSet":
        """Those whose tickets the user sees."""
        if user.has_role("head"):
            return self
        if not user.has_role("moderator", "lead"):
            return self.none()
        return self.filter(team__in=TeamMember.objects.live().filter(user=user.pk).values("team"))


class Queue(Row):
    """Where tickets of one kind wait for one team."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=100)
    kind = models.CharField(_("Kind"), max_length=10, choices=QueueKind)
    team = models.ForeignKey(Team, models.PROTECT, related_name="queues", verbose_name=_("Team"))
    keep_for_days = models.PositiveIntegerField(
        _("Keep after the end for (days)"),
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
    )
    reserved_share = models.PositiveSmallIntegerField(
        _("Percent of picks for what has waited longest"),
        default=20,
        db_default=20,
        validators=[MaxValueValidator(50)],
        help_text=_("So that what is less urgent never waits for ever. 20 is one in five, 0 is none."),
    )
    remind_after_days = models.PositiveSmallIntegerField(
        _("Remind a silent person after (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Counted from our question. Empty: nobody is reminded, and no case ends by itself."),
    )
    close_after_days = models.PositiveSmallIntegerField(
        _("End the case of a silent person after (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(2), MaxValueValidator(365)],
        help_text=_(
            "Counted from our question, later than the reminder. Cases of top priority never end so."
        ),
    )
    place = models.PositiveSmallIntegerField(_("Place in the list"), default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    subject_kind = "queue"

    objects = QueueSet.as_manager()

    class Meta:
        ordering = ["place", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reserved_share__lte=50), name="half_of_the_picks_at_most"
            ),
            models.CheckConstraint(
                condition=models.Q(remind_after_days=None, close_after_days=None)
                | models.Q(
                    remind_after_days__isnull=False,  # a comparison with nothing would let it pass
                    remind_after_days__gte=1,
                    close_after_days__isnull=False,
                    close_after_days__gt=models.F("remind_after_days"),
                ),
                name="reminded_before_it_ends",
            ),
        ]

    @property
    def silence(self) -> Silence | None:
        """What becomes of a case whose person does not answer; None where it waits for ever."""
        if not (self.remind_after_days and self.close_after_days):
            return None
        return Silence(timedelta(days=self.remind_after_days), timedelta(days=self.close_after_days))

    def __str__(self) -> str:
        return self.name


class Picks(models.Model):
    """How often "take next" has looked at a queue. A row of its own: settings must not wait for a pick."""

    queue = models.OneToOneField(Queue, models.CASCADE, primary_key=True, related_name="+")
    count = models.PositiveBigIntegerField(default=0)
