"""Roles given, and second factors taken off: both with two people, kept by the database."""

from django.db import models
from django.db.models import F, Q

from accounts.models.people import User
from accounts.roles import TWO_OPERATOR_ROLES, Role
from journal.ids import Row


class RoleGrantSet(models.QuerySet["RoleGrant"]):
    def live(self) -> "RoleGrantSet":
        """Roles held now: given and not ended."""
        return self.filter(given_at__isnull=False, ended_at=None)

    def asked(self) -> "RoleGrantSet":
        """Roles that wait for a second operator."""
        return self.filter(given_at=None, ended_at=None)


class RoleGrant(Row):
    """A role asked for somebody by one operator and given by another.

    A role outside TWO_OPERATOR_ROLES may be given by the operator who asks. `given_alone`: there was only one
    operator, and the operators were told. Without `asked_by`: given from the server's command line.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="roles_given")
    role = models.CharField(max_length=20, choices=Role)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True)
    given_alone = models.BooleanField(default=False)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = RoleGrantSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(ended_at=None), name="one_grant_per_role"
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("user")) & ~Q(given_by=F("user")),
                name="nobody_gives_themselves_a_role",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=sorted(TWO_OPERATOR_ROLES))
                | ~Q(given_by=F("asked_by"))
                | Q(given_alone=True),
                name="two_operators_for_weighty_roles",
            ),
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
