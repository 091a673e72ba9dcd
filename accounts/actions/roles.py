"""Giving roles and taking them back."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions import granting
from accounts.actions.telling import tell, tell_operators
from accounts.models import RoleGrant, User
from accounts.permissions import can_ask_role, can_end_role, can_give_role, is_alone
from accounts.roles import TWO_OPERATOR_ROLES, Role
from journal.actions import record
from journal.actors import SYSTEM, Actor
from journal.errors import Refused, require


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _new_grant(user: User, role: str, *, asked_by: User | None, at: datetime) -> RoleGrant:
    try:
        with transaction.atomic():
            return RoleGrant.objects.create(user=user, role=role, asked_by=asked_by, asked_at=at)
    except IntegrityError as error:
        raise Refused(
            "role_is_there", _("This role is already held or asked for. Look at the list of roles.")
        ) from error


@transaction.atomic
def ask_role(user: User, role: str, *, by: User, at: datetime) -> RoleGrant:
    """Propose a role. It is given at once where one operator is enough, or there is no other.

    Raises PermissionDenied, Refused("role_is_there").
    """
    user = _locked(user)
    require(can_ask_role(by, user))
    grant = _new_grant(user, role, asked_by=by, at=at)
    record(user, "role_asked", by=by, at=at, role=role)
    if role not in TWO_OPERATOR_ROLES:
        return _give(grant, by=by, at=at)
    if is_alone(by, at):
        return _give(grant, by=by, at=at, alone=True)
    tell_operators("role_asked", about=user, at=at, role=role)
    return grant


@transaction.atomic
def give_role(grant: RoleGrant, *, by: User, at: datetime) -> RoleGrant:
    """Give, as the second operator, a role that another asked for. Raises PermissionDenied, Refused."""
    _locked(grant.user)
    grant = granting.held(grant)
    require(can_give_role(by, grant))
    granting.refuse_settled(grant)
    return _give(grant, by=by, at=at)


@transaction.atomic
def give_first_role(user: User, role: str, *, by: Actor, at: datetime) -> RoleGrant:
    """Give a role from the command line: to the first operator, and outside production to the demo's cast."""
    user = _locked(user)
    is_first = role == Role.OPERATOR and not User.objects.holding(Role.OPERATOR).exists()
    require(by == SYSTEM and (is_first or not settings.PRODUCTION))
    grant = _new_grant(user, role, asked_by=None, at=at)
    grant.given_at = at
    grant.save(update_fields=["given_at"])
    record(user, "role_given", by=by, at=at, role=role)
    return grant


def _give(grant: RoleGrant, *, by: User, at: datetime, alone: bool = False) -> RoleGrant:
    granting.give(grant, by=by, at=at, alone=alone)
    record(grant.user, "role_given", by=by, at=at, role=grant.role, alone=alone)
    tell(grant.user, "role_given_to_you", about=grant.user, at=at, role=grant.role)
    tell_operators("role_given", about=grant.user, at=at, role=grant.role, alone=alone)
    return grant


@transaction.atomic
def end_role(grant: RoleGrant, *, by: User, at: datetime) -> RoleGrant:
    """Take a role back, or turn down one that was asked for; anybody may lay down their own.

    Raises PermissionDenied, Refused("last_operator").
    """
    operators = hold_operators() if grant.role == Role.OPERATOR else []
    _locked(grant.user)
    grant = granting.held(grant)
    require(can_end_role(by, grant))
    if grant.ended_at:
        return grant
    if grant.role == Role.OPERATOR and grant.given_at:
        require(by.pk in operators)
        _keep_one_operator(operators, without=grant.user)
    close_grant(grant, by=by, at=at)
    return grant


def close_grant(grant: RoleGrant, *, by: User, at: datetime) -> None:
    """End a locked grant and tell the operators."""
    code = "role_ended" if grant.given_at else "role_refused"
    granting.end(grant, by=by, at=at)
    record(grant.user, code, by=by, at=at, role=grant.role)
    tell_operators(code, about=grant.user, at=at, role=grant.role)


def hold_operators() -> list[UUID]:
    """Who is an operator now, locked until the commit: so two who send each other away take turns.

    Taken before any lock of a user, always: else those two would wait for each other. Whoever acts must be
    in the list, because what the request read of them may be older than the wait.
    """
    grants = RoleGrant.objects.live().filter(role=Role.OPERATOR, user__is_active=True).order_by("pk")
    return list(grants.select_for_update(no_key=True, of=("self",)).values_list("user", flat=True))


def _keep_one_operator(operators: list[UUID], *, without: User) -> None:
    """Refuse to leave the house without an operator."""
    if operators in ([without.pk], []):
        raise Refused("last_operator", _("This is the last operator. Give the role to somebody else first."))
