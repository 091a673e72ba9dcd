"""Who is on call: the rota of a team in versions, what people changed about it, and what is wrong with it."""

from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from helpdesk.calendars import Calendar
from helpdesk.models.queues import Team
from helpdesk.rotas import Change, Layer, StandIn
from journal.ids import Row

DAY_MINUTES = 24 * 60
LONGEST_TURN = timedelta(weeks=8)


class Rota(Row):
    """Who is on call for a team. What it says stands in its versions; those of the past stay as they were."""

    team = models.OneToOneField(Team, models.PROTECT, related_name="rota")
    made_at = models.DateTimeField()

    subject_kind = "rota"

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.team)


class RotaVersion(Row):
    """The layers of a rota from a moment on. The highest number that has begun holds; it is never edited."""

    rota = models.ForeignKey(Rota, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    from_at = models.DateTimeField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["rota", "number"], name="rota_version_number")]


class Unit(models.TextChoices):
    """In what the length of a turn is counted, on the wall clock."""

    HOURS = "hours", _("hours")
    DAYS = "days", _("days")
    WEEKS = "weeks", _("weeks")


class RotaLayer(Row):
    """People who take turns. The first layer is paged first, then the next.

    Turns change at the time of `first_at` on the wall clock of the zone: each day, or so many days, weeks or
    hours on. On `days` (0 is Monday; none is all of them) somebody is on call from `begins` to `ends`,
    in the minutes of the day; what ends before it begins ends on the following date.
    """

    version = models.ForeignKey(RotaVersion, models.PROTECT, related_name="layers")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    time_zone = models.CharField(max_length=60)
    first_on = models.DateField()
    hand_over_at = models.TimeField()
    length = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=5, choices=Unit)
    days = ArrayField(models.PositiveSmallIntegerField(), default=list)
    begins = models.PositiveSmallIntegerField(default=0)
    ends = models.PositiveSmallIntegerField(default=0)
    # Ids of users, in the order of their turns: users are emptied and never removed.
    members = ArrayField(models.UUIDField())

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["version", "place"], name="one_layer_a_place"),
            models.CheckConstraint(condition=Q(length__gt=0), name="turn_has_length"),
            models.CheckConstraint(condition=Q(members__len__gt=0), name="layer_has_members"),
            models.CheckConstraint(
                condition=Q(begins__lt=DAY_MINUTES, ends__lt=DAY_MINUTES), name="layer_hours_of_a_day"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def turn_length(self) -> timedelta:
        return timedelta(**{self.unit: self.length})

    @property
    def has_hours(self) -> bool:
        """Whether it leaves out a part of the week."""
        return bool(self.days) or self.begins != self.ends

    @property
    def working(self) -> Layer:
        """The layer as turns are counted by it."""
        zone = ZoneInfo(self.time_zone)
        return Layer(
            name=self.name,
            zone=zone,
            order=tuple(self.members),
            first=datetime.combine(self.first_on, self.hand_over_at or time()),
            length=self.turn_length,
            hours=self._hours(zone) if self.has_hours else None,
        )

    def _hours(self, zone: ZoneInfo) -> Calendar:
        ends = self.ends if self.ends > self.begins else self.ends + DAY_MINUTES
        days = self.days or range(7)
        return Calendar(zone, tuple(((self.begins, ends),) if day in days else () for day in range(7)))


class ChangeStatus(models.TextChoices):
    """Where a change of the rota stands: it holds once both have agreed, or a lead has said so."""

    ASKED = "asked", _("Asked for")
    HOLDS = "holds", _("Holds")
    REFUSED = "refused", _("Turned down")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ENDED = "ended", _("Taken back")


class RotaChangeSet(models.QuerySet["RotaChange"]):
    def that_held(self) -> "RotaChangeSet":
        """What changed who is on call, as it came to hold. What was taken back held until then."""
        return self.filter(status__in=[ChangeStatus.HOLDS, ChangeStatus.ENDED]).order_by("settled_at", "pk")

    def asked(self) -> "RotaChangeSet":
        return self.filter(status=ChangeStatus.ASKED)


class RotaChange(Row):
    """`stand_in` instead of `out` for a time; in a swap `out` takes a turn of `stand_in` for it.

    Nobody is put in or out by another but a lead: what one asks, the other agrees to. Nobody stands in
    where a lead has taken somebody out without another; nobody is out where a gap is filled.
    """

    rota = models.ForeignKey(Rota, models.PROTECT, related_name="changes")
    status = models.CharField(max_length=9, choices=ChangeStatus)
    out = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    stand_in = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    back_from_at = models.DateTimeField(null=True)
    back_until_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    subject_kind = "rota_change"
    MOVES: ClassVar[dict[Any, set[Any]]] = {
        ChangeStatus.ASKED: {ChangeStatus.HOLDS, ChangeStatus.REFUSED, ChangeStatus.WITHDRAWN},
        ChangeStatus.HOLDS: {ChangeStatus.ENDED},
    }

    objects = RotaChangeSet.as_manager()

    class Meta:
        ordering = ["from_at", "id"]
        indexes = [models.Index(fields=["rota", "until_at"], name="rota_changes")]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_at__lt=F("until_at"))
                & (
                    Q(back_from_at=None, back_until_at=None)
                    | Q(back_from_at__lt=F("back_until_at"), stand_in__isnull=False)
                ),
                name="rota_change_has_length",
            ),
            models.CheckConstraint(condition=~Q(stand_in=F("out")), name="rota_change_takes_two"),
            # Into a gap somebody is put, and at once: there is nobody to ask, and nothing to give in return.
            models.CheckConstraint(
                condition=Q(out__isnull=False)
                | Q(stand_in__isnull=False, back_from_at=None, status__in=["holds", "ended"]),
                name="rota_change_fills_a_gap",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["holds", "ended"]) | Q(settled_at__isnull=False),
                name="rota_change_settled",
            ),
        ]

    @property
    def is_swap(self) -> bool:
        return self.back_from_at is not None

    @property
    def last_at(self) -> datetime:
        """When the last of it is over."""
        return max(self.until_at, self.back_until_at or self.until_at)

    @property
    def ways(self) -> Change:
        """Who stands in for whom, as far as it held: not before it was agreed, nor once it was taken back."""
        both = [(self.out_id, self.stand_in_id, self.from_at, self.until_at)]
        if self.back_from_at and self.back_until_at and self.stand_in_id:
            both.append((self.stand_in_id, self.out_id, self.back_from_at, self.back_until_at))
        cut = (
            StandIn(
                out,
                person,
                max(start, self.settled_at or start),
                min(end, self.ended_at or end),
            )
            for out, person, start, end in both
        )
        return tuple(way for way in cut if way.start < way.end)


class Wrong(models.TextChoices):
    """What can be wrong with a rota."""

    GAP = "gap", _("Nobody is on call")
    LEFT = "left", _("The account is deactivated")
    NO_FACTOR = "no_factor", _("Has no second factor")
    NO_ROLE = "no_role", _("Reads no cases")
    NOT_IN_TEAM = "no_place", _("Is not in the team")
    TWICE = "twice", _("Is on call twice at once")


class RotaProblem(Row):
    """Something that is wrong with a rota in the next four weeks, as it was when last looked at.

    `told_at` is when the leads got mail of it: once, as long as it is the same one.
    """

    rota = models.ForeignKey(Rota, models.CASCADE, related_name="problems")
    what = models.CharField(max_length=9, choices=Wrong)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["from_at", "id"]


class CalendarFeed(Row):
    """The private address at which a person's calendar reads when they are on call. Shown once."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="on_call_feed")
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()

    subject_kind = "on_call_feed"
