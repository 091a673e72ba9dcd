"""Who is on call: read from the rotas, for pages, machines, and whoever must be paged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.models import RoleGrant, User
from accounts.models.people import UserSet, factors_of
from accounts.roles import QUEUE_ROLES, Role
from helpdesk.models import Rota, RotaChange, RotaLayer, RotaVersion, Team, TeamMember, Wrong
from helpdesk.rotas import (
    Change,
    Duty,
    Layer,
    Plan,
    StandIn,
    gaps,
    in_force,
    on_call_at,
    timetable,
    twice,
)


@dataclass
class Board:
    """A rota over a stretch of time: its plans, what was changed, and who of its people cannot be on call."""

    rota: Rota
    start: datetime
    end: datetime
    plans: list[Plan] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    people: dict[UUID, User] = field(default_factory=dict)
    unfit: dict[UUID, str] = field(default_factory=dict)

    @property
    def duties(self) -> list[Duty]:
        """Who is on call by the rota, also where they cannot be."""
        return timetable(self.plans, self.changes, self.start, self.end)

    def can_be(self, person: UUID | None) -> bool:
        return person is not None and person not in self.unfit


def line(team_or_rota: Team | Rota, at: datetime) -> list[User]:
    """Who is paged for this team, first to last: those on call, layer by layer; its leads; the heads.

    Nobody who could not open the case: whoever was deactivated, has no second factor, holds no role that
    reads cases, or has left the team. Nobody twice. A fixed number of queries.
    """
    rota = team_or_rota if isinstance(team_or_rota, Rota) else _rota_of(team_or_rota)
    team = rota.team_id if rota else team_or_rota.pk
    found: list[User] = []
    if rota:
        board = boards([rota], at, at + AT_ONCE)[rota.pk]
        found = [board.people[pk] for pk in on_call_at(board.duties, at) if board.can_be(pk)]
    return list(dict.fromkeys([*found, *leads_of(team), *_with_factor(User.objects.holding(Role.HEAD))]))


AT_ONCE = datetime.resolution  # the shortest stretch that holds a moment


def _rota_of(team: Team) -> Rota | None:
    return Rota.objects.filter(team=team).first()


def leads_of(team: UUID) -> list[User]:
    """The leads of a team who can sign in."""
    places = TeamMember.objects.live().filter(team=team)
    return _with_factor(User.objects.holding(Role.LEAD).filter(pk__in=places.values("user")))


def _with_factor(users: UserSet) -> list[User]:
    return list(users.filter(Exists(factors_of(OuterRef("pk")))).order_by("pk"))


def boards(
    rotas: Sequence[Rota], start: datetime, end: datetime, *, drafts: Mapping[Rota, Plan] | None = None
) -> dict[UUID, Board]:
    """Each of these rotas over this stretch; `drafts` as if published. A fixed number of queries."""
    found = {rota.pk: Board(rota, start, end) for rota in rotas}
    _read_plans(found, start, end)
    for rota, draft in (drafts or {}).items():
        found[rota.pk].plans.append(draft)
    _read_changes(found, start, end)
    _read_people(found)
    return found


def _read_plans(found: Mapping[UUID, Board], start: datetime, end: datetime) -> None:
    """The plans that hold at some time in the stretch: the layers of no other are read."""
    for version in RotaVersion.objects.filter(rota__in=found):
        found[version.rota_id].plans.append(Plan(version.number, version.from_at, (), version.pk))
    for board in found.values():
        board.plans = [plan for _start, _end, plan in in_force(board.plans, start, end)]
    wanted = [plan.version for board in found.values() for plan in board.plans]
    layers: dict[UUID | None, list[Layer]] = {plan: [] for plan in wanted}
    for layer in RotaLayer.objects.filter(version__in=wanted).order_by("place"):
        layers[layer.version_id].append(layer.working)
    for board in found.values():
        board.plans = [replace(plan, layers=tuple(layers[plan.version])) for plan in board.plans]


def _read_changes(found: Mapping[UUID, Board], start: datetime, end: datetime) -> None:
    # Of a swap, one way may be over and the other still to come.
    there = Q(from_at__lt=end, until_at__gt=start)
    back = Q(back_from_at__lt=end, back_until_at__gt=start)
    for change in RotaChange.objects.that_held().filter(there | back, rota__in=found):
        found[change.rota_id].changes.append(change.ways)


def _read_people(found: Mapping[UUID, Board]) -> None:
    """Everybody who could be on call, and who of them could not open a case."""
    named = {pk: set(_named(board)) for pk, board in found.items()}
    roles = RoleGrant.objects.live().filter(user=OuterRef("pk"), role__in=QUEUE_ROLES)
    users = User.objects.annotate(is_sure=Exists(factors_of(OuterRef("pk"))), reads=Exists(roles))
    people = users.in_bulk(set().union(*named.values()))
    teams = {board.rota.team_id for board in found.values()}
    places = set(TeamMember.objects.live().filter(team__in=teams).values_list("team", "user"))
    for pk, board in found.items():
        board.people = {person: people[person] for person in named[pk] if person in people}
        for person, user in board.people.items():
            if wrong := _unfit(user, is_member=(board.rota.team_id, person) in places):
                board.unfit[person] = wrong


def _named(board: Board) -> Iterator[UUID]:
    for plan in board.plans:
        for layer in plan.layers:
            yield from layer.order
    for change in board.changes:
        yield from (person for way in change for person in (way.out, way.person) if person)


def _unfit(user: Any, *, is_member: bool) -> str:
    """Why this person cannot be on call; empty where they can."""
    if not user.is_active:
        return Wrong.LEFT
    if not user.is_sure:
        return Wrong.NO_FACTOR
    if not user.reads:
        return Wrong.NO_ROLE
    return "" if is_member else Wrong.NOT_IN_TEAM


def all_boards(
    start: datetime, end: datetime, *, drafts: Mapping[Rota, Plan] | None = None
) -> dict[UUID, Board]:
    """The rotas of all teams in use, `drafts` as if published. A fixed number of queries."""
    rotas = list(Rota.objects.filter(team__ended_at=None).select_related("team"))
    return boards(list(dict.fromkeys([*rotas, *(drafts or {})])), start, end, drafts=drafts)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a rota and when: with `person`, or with nobody."""

    what: str
    person: UUID | None
    start: datetime
    end: datetime


def problems_of(found: Mapping[UUID, Board]) -> dict[UUID, list[Problem]]:
    """What is wrong with each of these rotas, in order of time.

    Whoever is on call in two rotas at once is a problem of both: so hand in all that there are.
    """
    duties = {pk: board.duties for pk, board in found.items()}
    doubled = [
        Problem(Wrong.TWICE, *each) for each in twice([duty for own in duties.values() for duty in own])
    ]
    wrong = {}
    for pk, board in found.items():
        sure = [duty for duty in duties[pk] if board.can_be(duty.person)]
        own = [Problem(Wrong.GAP, None, *each) for each in gaps(sure, board.start, board.end)]
        own += _unfit_in(board, duties[pk])
        own += [each for each in doubled if _touches(each, duties[pk]) and board.can_be(each.person)]
        wrong[pk] = sorted(own, key=lambda problem: (problem.start, problem.what))
    return wrong


def unfilled(board: Board) -> list[StandIn]:
    """Every stretch in which nobody comes: who is to be on call there and could not, or nobody.

    Of several layers it is the first one's; `person` is whoever is found for it, as yet nobody.
    """
    duties = board.duties
    sure = [duty for duty in duties if board.can_be(duty.person)]
    found: list[StandIn] = []
    for start, end in gaps(sure, board.start, board.end):
        unfit = [duty for duty in duties if duty.person and duty.start < end and start < duty.end]
        edges = {moment for duty in unfit for moment in (duty.start, duty.end) if start < moment < end}
        for begins, ends in pairwise(sorted({start, end, *edges})):
            there = sorted((duty.place, duty.person) for duty in unfit if duty.start <= begins < duty.end)
            out = there[0][1] if there else None
            if found and (found[-1].out, found[-1].end) == (out, begins):
                begins = found.pop().start
            found.append(StandIn(out, None, begins, ends))
    return found


def _unfit_in(board: Board, duties: Sequence[Duty]) -> list[Problem]:
    """Who is to be on call and cannot be: one problem for each of them, from the first turn to the last."""
    found: dict[UUID, Problem] = {}
    for duty in duties:
        if duty.person in board.unfit:
            first = found.get(duty.person)
            start = first.start if first else duty.start
            end = max(first.end, duty.end) if first else duty.end
            found[duty.person] = Problem(board.unfit[duty.person], duty.person, start, end)
    return list(found.values())


def _touches(problem: Problem, duties: Sequence[Duty]) -> bool:
    return any(
        duty.person == problem.person and duty.start < problem.end and problem.start < duty.end
        for duty in duties
    )
