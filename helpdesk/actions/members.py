"""Places in teams. A place gives sight of the team's cases, so nobody takes one and it takes two people."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actions import granting
from accounts.actions.telling import tell
from accounts.models import User
from accounts.roles import Role
from helpdesk.actions.assigning import lay_down
from helpdesk.models import Team, TeamMember, Ticket
from helpdesk.permissions import (
    can_add_member,
    can_add_member_alone,
    can_agree_to_member,
    can_change_settings,
)
from journal.actions import record
from journal.errors import Refused, refusing, require


def _locked(team: Team) -> Team:
    return Team.objects.select_for_update(no_key=True).get(pk=team.pk)


@transaction.atomic
def add_member(team: Team, user: User, *, by: Any, at: datetime) -> TeamMember:
    """Ask for a place: with it `user` sees the cases of the team's queues, as far as their role reads cases.

    It is given at once by a lead of this team to a moderator, and by the only operator there is; otherwise a
    second person agrees. Raises PermissionDenied, Refused("ended", "is_member").
    """
    require(can_add_member(by, user))
    team = _locked(team)
    if team.ended_at is not None or not user.is_active:
        raise Refused("ended", _("This team or this account has ended. Choose another."))
    taken = Refused("is_member", _("This person is in the team already, or asked for."), field="user")
    with refusing("one_place_in_a_team", taken):
        place = TeamMember.objects.create(team=team, user=user, asked_by=by, asked_at=at)
    record(team, "member_asked", by=by, at=at, user=user.pk)
    if can_add_member_alone(by, team, user, at):
        return _give(place, by=by, at=at, alone=True)
    _tell(team, "place_asked", at=at, but=user)
    return place


@transaction.atomic
def agree_to_member(place: TeamMember, *, by: Any, at: datetime) -> TeamMember:
    """Give, as the second person, a place that another asked for. Raises PermissionDenied, Refused."""
    team = _locked(place.team)
    place = granting.held(place)
    require(can_agree_to_member(by, place))
    granting.refuse_settled(place)
    if team.ended_at is not None or not place.user.is_active:
        raise Refused("ended", _("This team or this account has ended. Choose another."))
    return _give(place, by=by, at=at)


def _give(place: TeamMember, *, by: User, at: datetime, alone: bool = False) -> TeamMember:
    granting.give(place, by=by, at=at, alone=alone)
    record(place.team, "member_added", by=by, at=at, user=place.user_id, alone=alone)
    tell(place.user, "place_given_to_you", about=place.team, at=at)
    _tell(place.team, "place_given", at=at, but=place.user, alone=alone)
    return place


@transaction.atomic
def remove_member(team: Team, user: User, *, by: Any, at: datetime) -> None:
    """`user` no longer sees the team's cases, or is turned down. What they had taken waits for others."""
    require(can_change_settings(by))
    team = _locked(team)
    place = TeamMember.objects.filter(team=team, user=user, ended_at=None).first()
    if place is None:
        return
    granting.end(place, by=by, at=at)
    record(team, "member_removed" if place.given_at else "member_refused", by=by, at=at, user=user.pk)
    for ticket in Ticket.objects.unfinished().filter(assignee=user, queue__team=team):
        lay_down(ticket, by=by, at=at)


def _tell(team: Team, kind: str, *, at: datetime, but: User, **body: Any) -> None:
    """Mail to whoever may agree to a place, also to the one who acted: so none is given unseen."""
    members = TeamMember.objects.live().filter(team=team).values("user")
    leads = Q(pk__in=User.objects.holding(Role.LEAD).filter(pk__in=members).values("pk"))
    others = Q(pk__in=User.objects.holding(Role.OPERATOR, Role.HEAD).values("pk"))
    for user in User.objects.filter(leads | others).exclude(pk=but.pk).order_by("pk"):
        tell(user, kind, about=team, at=at, **body)
