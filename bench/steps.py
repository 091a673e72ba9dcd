"""The steps of escalation: what a sweep costs at ten thousand and at a million open clocks.

Both lie in one server, in databases beside each other. A hundred are due each hour in each; sweeps of
both run by turns. Then the rest of ten thousand are due at once; the longest transaction among them is told.
"""

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FEW, MANY, DUE, ROUNDS = 10_000, 1_000_000, 100, 7
REACH, LONGEST = 1.20, timedelta(milliseconds=500)
HOUR, MILLISECOND = timedelta(hours=1), timedelta(milliseconds=1)
DUE_AT = datetime(2026, 11, 23, 12, tzinfo=UTC)  # the first hundred; another hundred each hour
TARGET = timedelta(days=5)
CASES = Path(__file__).parent.parent / "tests/data/sla_cases.jsonl"


def run() -> bool:
    """Print the ratios; true where both were reached."""
    _promise()
    _load(1, FEW)
    few = _copy()
    _load(FEW + 1, MANY)
    times: dict[str, list[float]] = {"few": [], "many": []}
    for turn in range(ROUNDS + 1):  # the first warms up
        for name, database in (("few", few), ("many", None)):
            with _using(database):
                times[name].append(_sweep(turn))
    less, more = (statistics.median(times[name][1:]) for name in ("few", "many"))
    print(f"steps: {DUE} due among {FEW:,} and {MANY:,} open clocks, ms a sweep, median of {ROUNDS} by turns")
    print(f"  {less * 1000:.0f} and {more * 1000:.0f}: {more / less:.2f} times  (at most {REACH})")
    with _using(few):
        longest = _sweep_all()
    print(f"  clocks: {_cases_a_second():,.0f} cases of the contract a second, one process")
    return more <= REACH * less and longest <= LONGEST


def _promise() -> None:
    """One policy with a step when the decision is due; the leads are told."""
    from config.demo.people import join_team, make_people
    from helpdesk.actions.first import make_first_queues
    from helpdesk.actions.policies import publish_policy
    from helpdesk.models import Level, Policy, PolicyRow, Step
    from journal.actors import SYSTEM

    before = DUE_AT - timedelta(days=365)
    people = make_people(before)
    make_first_queues(at=before)
    join_team(people, before)
    Policy.objects.all().delete()
    row = PolicyRow(name="Everybody", resolution=TARGET)
    step = Step(row=row, clock="resolution", key="due", when="at", what="tell", level=Level.LEAD)
    publish_policy([row], by=SYSTEM, at=before, from_at=before, steps=[step])


def _load(first: int, last: int) -> None:
    """Make open tickets, each with its first event and its clock, by the database alone."""
    from django.db import connection

    from helpdesk.models import PolicyRow, Queue

    given = {
        "first": first,
        "last": last,
        "queue": Queue.objects.get(slug="appeals").pk,  # sight: a measurement
        "row": PolicyRow.objects.get().pk,
        "few": FEW,
        "due_at": DUE_AT,
        "target": TARGET,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in filter(str.strip, Path(__file__).with_suffix(".sql").read_text().split(";\n")):
            cursor.execute(statement, given)
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM (ANALYZE) helpdesk_ticket, helpdesk_clock, journal_event, journal_chain")
        cursor.execute("CHECKPOINT")


def _copy() -> str:
    """The database as it is now, under the name `few`."""
    import psycopg
    from django.db import connection

    connection.close()
    connection.close_pool()
    address = os.environ["DATABASE_URL"].replace("/recourse?", "/postgres?")
    with psycopg.connect(address, autocommit=True) as line:
        line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'recourse'")
        line.execute("CREATE DATABASE few TEMPLATE recourse")
    return "few"


@contextmanager
def _using(database: str | None) -> Iterator[None]:
    """Work in another database of the same server."""
    from django.db import connection

    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = database or usual
    try:
        yield
    finally:
        connection.close()
        connection.close_pool()
        connection.settings_dict["NAME"] = usual


def _sweep(turn: int) -> float:
    """The seconds that a sweep of a hundred takes."""
    from helpdesk.actions.escalating import take_steps

    started = time.perf_counter()
    taken = take_steps(at=DUE_AT + turn * HOUR)
    took = time.perf_counter() - started
    if taken != DUE:
        raise RuntimeError(f"{taken} steps were taken, not {DUE}.")
    return took


def _sweep_all() -> timedelta:
    """Take what is left of ten thousand at once; the longest transaction among them."""
    from helpdesk.actions import escalating

    lengths: list[float] = []

    def timed(act: Any) -> Any:
        def acts(*args: Any) -> Any:
            started = time.perf_counter()
            try:
                return act(*args)
            finally:
                lengths.append(time.perf_counter() - started)

        return acts

    escalating._take_next, escalating._tell = timed(escalating._take_next), timed(escalating._tell)
    started, taken, sweeps = time.perf_counter(), 0, 0
    while found := escalating.take_steps(at=DUE_AT + FEW * HOUR / DUE):
        taken, sweeps = taken + found, sweeps + 1
    took, longest = time.perf_counter() - started, timedelta(seconds=max(lengths))
    print(
        f"  {taken:,} due at once: {sweeps} sweeps, {taken / took:.0f} steps/s, longest transaction ", end=""
    )
    print(f"{longest / MILLISECOND:.0f} ms  (at most {LONGEST / MILLISECOND:.0f})")
    return longest


def _cases_a_second() -> float:
    """How many worked cases of the contract the engine answers in a second."""
    import json

    from helpdesk.clock_lines import answer

    cases = [json.loads(line) for line in CASES.read_text().splitlines()]
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < 3:
        for case in cases:
            answer(case)
        done += len(cases)
    return done / (time.perf_counter() - started)
