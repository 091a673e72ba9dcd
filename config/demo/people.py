"""Who can sign in to the demo. Names, password and secret are known to everybody: never in production."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress

from accounts.actions import give_demo_factor
from accounts.models import RoleGrant, User
from accounts.roles import Role
from helpdesk.actions.rotas import publish_rota
from helpdesk.models import RotaLayer, Team, TeamMember, Unit
from journal.actors import SYSTEM

PASSWORD = "correct horse battery staple"  # noqa: S105 - known on purpose
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105


@dataclass(frozen=True)
class DemoPerson:
    """One who signs in: what they are, and in which languages they read."""

    name: str
    roles: tuple[str, ...]
    languages: tuple[str, ...] = ("en", "ru", "fa")

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@demo.example"


PEOPLE = (
    DemoPerson("Amir", (Role.MODERATOR,)),
    DemoPerson("Mira", (Role.MODERATOR,), ("en", "ru")),
    DemoPerson("Lena", (Role.LEAD,)),
    DemoPerson("Hana", (Role.HEAD,)),
    DemoPerson("Pavel", (Role.POLICY_EDITOR,)),
    DemoPerson("Olga", (Role.OPERATOR,)),
    DemoPerson("Omid", (Role.OPERATOR,)),
)


def make_people(at: datetime) -> dict[str, User]:
    """Every person of the demo, by name, with password, second factor and roles."""
    people = {person.name: _make(person, at) for person in PEOPLE}
    giver = people["Olga"]
    for person in PEOPLE:
        for role in person.roles:
            user = people[person.name]
            given_by = None if user == giver else giver
            RoleGrant.objects.create(user=user, role=role, asked_at=at, given_at=at, given_by=given_by)
    return people


def _make(person: DemoPerson, at: datetime) -> User:
    user = User(name=person.name, email=person.email, languages=list(person.languages), joined_at=at)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    give_demo_factor(user, TOTP_SECRET, at=at)
    return user


def join_team(people: dict[str, User], at: datetime) -> None:
    """Who reads cases joins the team of the first queues."""
    team = Team.objects.filter(ended_at=None).order_by("id")[:1].get()
    for name in ("Amir", "Mira", "Lena", "Hana"):
        TeamMember.objects.create(team=team, user=people[name], asked_at=at, given_at=at)


def make_rota(people: dict[str, User], at: datetime) -> None:
    """Who is on call for the first team: moderators by the week, behind them lead and head day by day."""
    team = Team.objects.filter(ended_at=None).order_by("id")[:1].get()
    first_on = at.date() - timedelta(days=at.weekday())
    usual = {"time_zone": "Europe/Berlin", "first_on": first_on, "hand_over_at": time(9), "length": 1}
    layers = [
        RotaLayer(name="First", unit=Unit.WEEKS, members=_ids(people, "Amir", "Mira"), **usual),
        RotaLayer(name="Second", unit=Unit.DAYS, members=_ids(people, "Lena", "Hana"), **usual),
    ]
    publish_rota(team, layers, by=SYSTEM, at=at, from_at=at)


def _ids(people: dict[str, User], *names: str) -> list[UUID]:
    return [people[name].pk for name in names]


def sign_in_table() -> str:
    """For each role who to sign in as, in columns."""
    rows = [(", ".join(str(Role(role).label) for role in person.roles), person.email) for person in PEOPLE]
    width = max(len(role) for role, _ in rows) + 2
    lines = [f"  {role!s:<{width}}{email}" for role, email in rows]
    lines.append(f"  Password of all: {PASSWORD}")
    lines.append(f"  Second factor: put {TOTP_SECRET} into an app,")
    lines.append("  or run `.venv/bin/python manage.py demo_code` for the code of the moment.")
    return "\n".join(lines)
