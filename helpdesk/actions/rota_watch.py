"""What is wrong with the rotas is found before it happens, and told once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from helpdesk.models import RotaProblem
from helpdesk.on_call import Problem, all_boards, leads_of, problems_of
from journal.calling import call_soon
from journal.outbox import deliver
from journal.prepared import execute

AHEAD = timedelta(weeks=4)  # how far is looked
# When mail goes: a week ahead, so that there is time to do something; at once where less is left.
TOLD_AHEAD = timedelta(days=7)
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('helpdesk.rota_watch'))"


def look_soon() -> None:
    """Look at the rotas again once this transaction is committed; a sweep would within five minutes."""
    transaction.on_commit(partial(call_soon, "helpdesk.tasks.watch_rotas", []), robust=True)


def watch(*, at: datetime) -> int:
    """Look at all rotas for what is wrong in the next four weeks, and tell the leads; how many mails.

    Safe to run twice and late: what is known is told once, as long as it stays wrong.
    """
    look_over(at=at)
    return tell_problems(at=at)


@transaction.atomic
def look_over(*, at: datetime) -> None:
    """Write down what is wrong with the rotas now. A problem that is still there stays the same row."""
    execute(ONE_AT_A_TIME, [])  # two who look at once would both write the same problem, and tell it twice
    found = problems_of(all_boards(at, at + AHEAD))
    known: dict[UUID, list[RotaProblem]] = defaultdict(list)
    for row in RotaProblem.objects.all():
        known[row.rota_id].append(row)
    for rota in {*found, *known}:
        _keep(rota, known[rota], found.get(rota, []))


def _keep(rota: UUID, known: list[RotaProblem], found: Iterable[Problem]) -> None:
    """One row for each problem: the one before it, where that was about the same at an overlapping time.

    The edges move by themselves: what goes on begins now, and what lies ahead ends four weeks from now.
    """
    for problem in found:
        row = next((row for row in known if _is_same(row, problem)), None)
        if row is None:
            row = RotaProblem(rota_id=rota, what=problem.what, user_id=problem.person)
        else:
            known.remove(row)
        if (row.from_at, row.until_at) != (problem.start, problem.end):
            row.from_at, row.until_at = problem.start, problem.end
            row.save()
    RotaProblem.objects.filter(pk__in=[row.pk for row in known]).delete()


def _is_same(row: RotaProblem, problem: Problem) -> bool:
    return (
        (row.what, row.user_id) == (problem.what, problem.person)
        and row.from_at < problem.end
        and problem.start < row.until_at
    )


@transaction.atomic
def tell_problems(*, at: datetime) -> int:
    """Mail to the leads of a team of what is wrong and was not told: one for each person, with all of it.

    Where a team has no lead, the heads are told.
    """
    untold = RotaProblem.objects.filter(told_at=None, from_at__lte=at + TOLD_AHEAD)
    rows = list(untold.select_for_update(of=("self",), skip_locked=True).select_related("rota"))
    by_team: dict[UUID, list[RotaProblem]] = defaultdict(list)
    for row in rows:
        by_team[row.rota.team_id].append(row)
    whom: dict[User, list[RotaProblem]] = defaultdict(list)
    for team, own in by_team.items():
        for user in leads_of(team) or User.objects.holding(Role.HEAD).order_by("pk"):
            whom[user] += own
    for user, own in whom.items():
        deliver(
            "rota_problems",
            about=own[0].rota,
            at=at,
            address=user.email,
            language=user.language,
            body={"count": len(own), "first": min(row.from_at for row in own).isoformat()},
        )
    told = {row.pk for own in whom.values() for row in own}  # what nobody could be told waits for somebody
    RotaProblem.objects.filter(pk__in=told).update(told_at=at)
    return len(whom)
