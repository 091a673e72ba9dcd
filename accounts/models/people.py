"""People on the staff: users, the devices they are signed in on, and those who are invited."""

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.roles import QUEUE_ROLES, Role
from journal.actors import Actor
from journal.ids import Row


class UserSet(models.QuerySet["User"]):
    def active(self) -> "UserSet":
        return self.filter(is_active=True)

    def holding(self, *roles: str) -> "UserSet":
        """Active users who hold at least one of these roles now."""
        return self.active().filter(
            pk__in=self.filter(
                roles_given__role__in=roles, roles_given__given_at__isnull=False, roles_given__ended_at=None
            ).values("pk")
        )


class UserManager(BaseUserManager.from_queryset(UserSet)):  # type: ignore[misc]
    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, Row):
    """Somebody who signs in. People who write in need no account and have none.

    A user is emptied, never deleted: history points to the id.
    """

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language of the pages"), max_length=10, default="en")
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages read"), default=list)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    emptied_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    subject_kind = "user"

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_address")]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(**kwargs)

    @property
    def actor(self) -> Actor:
        return Actor("user", self.id)

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held now, read once for this object, so once in a request."""
        if not self.is_active:
            return frozenset()
        return frozenset(self.roles_given.live().values_list("role", flat=True))

    @cached_property
    def has_factor(self) -> bool:
        """A second factor (app or passkey) is set up; read once for this object."""
        return factors_of(self).exists()

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)

    def has_role(self, *roles: str) -> bool:
        """At least one of these roles is held."""
        return not self.roles.isdisjoint(roles)

    @property
    def works_on_queues(self) -> bool:
        return self.has_role(*QUEUE_ROLES)

    def reads(self, language: str) -> bool:
        return language in self.languages

    def forget_roles(self) -> None:
        """Read the roles and the factor anew when next asked."""
        self.__dict__.pop("roles", None)
        self.__dict__.pop("has_factor", None)


def factors_of(user: Any) -> models.QuerySet[Authenticator]:
    """Second factors of a user, or of the user that an OuterRef names. Recovery codes alone are none."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)


class UserSessionSet(models.QuerySet["UserSession"]):
    def open(self) -> "UserSessionSet":
        return self.filter(ended_at=None)


class UserSession(Row):
    """A device somebody is signed in on: browser, system and days, no address and no hour.

    The browser's session holds this row's id; a row that has ended ends it at its next request. `device`
    is the hash of a random cookie by which a browser is known again, so that only new ones are mailed about.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sessions")
    browser = models.CharField(max_length=40)
    system = models.CharField(max_length=40)
    device = models.BinaryField()
    created_on = models.DateField()
    last_seen_on = models.DateField()
    ended_at = models.DateTimeField(null=True)

    subject_kind = "session"

    objects = UserSessionSet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "ended_at"], name="sessions_of_user")]


class InvitationSet(models.QuerySet["Invitation"]):
    def open(self, at: datetime) -> "InvitationSet":
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at)


class Invitation(Row):
    """A place kept for somebody; the only way to an account. Its link is its signed id."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language of the mail"), max_length=10, default="en")
    roles = ArrayField(models.CharField(max_length=20, choices=Role), verbose_name=_("roles"), default=list)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="invitations_sent")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, related_name="invitation")

    subject_kind = "invitation"

    objects = InvitationSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_per_address",
            )
        ]
