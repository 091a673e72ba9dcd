"""The steps of escalation: what a sweep costs at ten thousand and at a million open clocks.

Both lie in one server, in databases beside each other. A hundred are due each hour in each; sweeps of
both run by turns. Then ten thousand others are due at once, and the leads are told of all of them; the
longest transaction on the way is told.
"""

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FEW, MANY, DUE, ROUNDS, STORM = 10_000, 1_000_000, 100, 7, 10_000
REACH, LONGEST = 1.20, timedelta(milliseconds=500)
HOUR, MILLISECOND = timedelta(hours=1), timedelta(milliseconds=1)
LATER = timedelta(days=30)  # from when on those after the first ten thousand are due, one each second
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
    longest = _sweep_all()
    print(f"  clocks: {_cases_a_second():,.0f} cases of the contract a second, one process")
    return more <= REACH * less and longest <= LONGEST


def _promise() -> None:
    """One policy with a step when the decision is due; the leads are told."""
    from config.demo.people import join_team, make_people
    from helpdesk.actions.first import make_first_queues
    from helpdesk.actions.policies import publish_policy
    from helpdesk.models import Level, PolicyRow, Step
    from journal.actors import SYSTEM

    before = DUE_AT - timedelta(days=365)
    people = make_people(before)
    row = PolicyRow(name="Everybody", resolution=TARGET)
    step = Step(row=row, clock="resolution", key="due", when="at", what="tell", level=Level.LEAD)
    publish_policy([row], by=SYSTEM, at=before, from_at=before, steps=[step])
    make_first_queues(at=before)  # finds that something is promised, and leaves it
    join_team(people, before)


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
        "later": LATER,
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
    """Take ten thousand steps at once, tell the leads of all of them; the longest transaction among these."""
    from helpdesk.actions.escalating import TOLD_EVERY, take_steps, tell_waiting

    at = DUE_AT + LATER + timedelta(seconds=(ROUNDS + 1) * DUE + STORM)
    with _transactions() as lengths:
        started, taken, sweeps, mails = time.perf_counter(), 0, 0, 0
        while found := take_steps(at=at):
            taken, sweeps = taken + found, sweeps + 1
        took = time.perf_counter() - started
        stepping = max(lengths)
        lengths.clear()
        while told := tell_waiting(at=(at := at + TOLD_EVERY)):
            mails += told
    print(f"  {taken:,} due at once: {sweeps} sweeps, {taken / took:.0f} steps/s, {mails} mails tell of them")
    longest = max(stepping, *lengths)
    print(f"  longest transaction: a step {stepping * 1000:.0f} ms, a mail {max(lengths) * 1000:.0f} ms")
    print(f"  (at most {LONGEST / MILLISECOND:.0f})")
    if taken != STORM:
        raise RuntimeError(f"{taken} steps were taken, not {STORM}.")
    return timedelta(seconds=longest)


@contextmanager
def _transactions() -> Iterator[list[float]]:
    """How many seconds each transaction was open, from its BEGIN to the answer to its COMMIT."""
    from django.db import connection
    from django.db.transaction import Atomic

    lengths: list[float] = []
    enter, leave = Atomic.__enter__, Atomic.__exit__
    began = 0.0

    def timed_enter(block: Any) -> None:
        nonlocal began
        if not connection.in_atomic_block:
            began = time.perf_counter()
        enter(block)

    def timed_leave(block: Any, *error: Any) -> None:
        leave(block, *error)
        if not connection.in_atomic_block:
            lengths.append(time.perf_counter() - began)

    Atomic.__enter__, Atomic.__exit__ = timed_enter, timed_leave
    try:
        yield lengths
    finally:
        Atomic.__enter__, Atomic.__exit__ = enter, leave


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
