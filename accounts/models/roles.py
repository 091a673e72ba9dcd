"""What takes two people, kept by the database: roles, second factors taken off, and what apps above add."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from accounts.models.people import User
from accounts.roles import TWO_OPERATOR_ROLES, Role
from journal.ids import Row


class GrantSet(models.QuerySet[Any]):
    def live(self) -> Self:
        """What is held now: given and not ended."""
        return self.filter(given_at__isnull=False, ended_at=None)

    def asked(self) -> Self:
        """What waits for the second person."""
        return self.filter(given_at=None, ended_at=None)


class Grant(Row):
    """Something that lets `user` see or do more: asked for by one person and given by another.

    `given_alone`: whoever asked gave it too, because they may or because there was nobody else, and others
    were told. Without `asked_by`: given from the server's command line.
    """

    user: Any
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True)
    given_alone = models.BooleanField(default=False)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = GrantSet.as_manager()

    class Meta:
        abstract = True


def nobody_gives_themselves(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=~Q(asked_by=F("user")) & ~Q(given_by=F("user")), name=name)


def two_people(name: str, *, unless: Q | None = None) -> models.CheckConstraint:
    """Whoever asks is not who gives, but where the row itself says that one was enough."""
    two = ~Q(given_by=F("asked_by"))
    allowed = two if unless is None else unless | two
    return models.CheckConstraint(condition=allowed | Q(given_alone=True), name=name)


class RoleGrant(Grant):
    """A role. One outside TWO_OPERATOR_ROLES may be given by the operator who asks."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="roles_given")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(ended_at=None), name="one_grant_per_role"
            ),
            nobody_gives_themselves("nobody_gives_themselves_a_role"),
            two_people("two_operators_for_weighty_roles", unless=~Q(role__in=sorted(TWO_OPERATOR_ROLES))),
        ]


class FactorResetSet(models.QuerySet["FactorReset"]):
    def open(self) -> "FactorResetSet":
        return self.filter(done_at=None, refused_at=None)


class FactorReset(Row):
    """Taking a colleague's second factor off, because the device is lost: one asks, another approves."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="factor_resets")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    objects = FactorResetSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(done_at=None, refused_at=None), name="one_open_factor_reset"
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("user")) & ~Q(approved_by=F("user")) & ~Q(approved_by=F("asked_by")),
                name="two_others_reset_a_factor",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(approved_by__isnull=False), name="factor_reset_was_approved"
            ),
        ]
