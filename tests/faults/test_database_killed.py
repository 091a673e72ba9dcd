"""A database that is killed between claim and act: no step and no page is lost, and none is there twice."""

import subprocess
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path

import psutil
import pytest
from django.core.management import call_command
from django.db import DatabaseError, close_old_connections, connection

from config import embedded
from config.addresses import read_database_url
from helpdesk.actions import escalating, paging
from helpdesk.actions.escalating import take_steps
from helpdesk.actions.paging import ring
from helpdesk.models import Paged
from journal.models import Delivery, Event
from tests.factories import NOON, make_alarm, make_case, make_line, make_moderator, make_queue
from tests.helpdesk.test_escalating import DUE, LEAD, make_steps
from tests.helpdesk.test_escalating_races import assert_taken_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
CASES = 4


class Server:
    """A PostgreSQL of its own, durable: the tests beside these use the common one, which nobody may kill."""

    def __init__(self):
        self.home = embedded.prepare(Path(tempfile.mkdtemp(prefix="recourse-killed-")))
        self.numbers = count(1)
        self.start()

    def start(self):
        [self.process] = embedded.start_servers(self.home, self.spawn, ["postgres"])

    def spawn(self, name, argv, stop_with, **options):
        with (self.home.logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)

    def kill(self):
        """All of it in one instant, as when the machine loses its power."""
        postmaster = psutil.Process(self.process.pid)
        postmaster.suspend()  # else it would clean up behind the first that dies
        for each in [*postmaster.children(recursive=True), postmaster]:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.wait(30)

    def use(self, name):
        """Speak to this database of it, here in the process of the test."""
        connection.close()
        connection.settings_dict |= read_database_url(self.home.database_url) | {"NAME": name}

    def remove(self):
        self.kill()
        self.home.remove()


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    usual, own = connection.settings_dict.copy(), Server()
    try:
        with django_db_blocker.unblock():
            own.use(embedded.DATABASE)
            call_command("migrate", verbosity=0)
            connection.close()
            connection.settings_dict |= usual
        yield own
    finally:
        own.remove()


@pytest.fixture
def fragile(server, transactional_db):
    """A fresh database of the server that can be killed, in use until the test ends."""
    usual, name = connection.settings_dict.copy(), f"fragile_{next(server.numbers)}"
    server.use("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {embedded.DATABASE}")
    server.use(name)
    yield server
    connection.close()
    connection.settings_dict |= usual


@pytest.fixture
def die_at(fragile, monkeypatch):
    """Kill the database when `name` is called for the `number`th time, before or after it does its work."""

    def die_at(module, name, when, number):
        real, calls = getattr(module, name), count(1)

        def act(*args, **named):
            dies = next(calls) == number
            if dies and when == "before":
                fragile.kill()
            answer = real(*args, **named)
            if dies and when == "after":
                fragile.kill()
            return answer

        monkeypatch.setattr(module, name, act)

    return die_at


def sweep_again(server, sweep, *, at):
    """The database is back; the same process begins its next task as every worker does."""
    assert server.process.poll() is not None
    server.start()
    close_old_connections()
    sweep(at=at)


@pytest.mark.parametrize(
    ("name", "when", "number"),
    [
        ("lock", "before", 2 * 2 + 1),  # claimed: each case is locked once for each of its two steps at least
        ("_act", "before", 3),  # the step is written down, and not done
        ("_act", "after", 4),
        ("_plan_next", "after", 3),  # all done, not committed
        ("tell_waiting", "before", 1),  # committed, and nobody told
        ("deliver", "after", 1),  # told, not committed
    ],
)
def test_steps_are_taken_once_although_the_database_dies(fragile, die_at, name, when, number):
    make_steps({"when": "share", "percent": 50, "what": "raise"}, {"when": "at"} | LEAD)
    queue = make_queue()
    make_moderator(queue.team, "Lena", role="lead")
    for _each in range(CASES):
        make_case(queue)
    die_at(escalating, name, when, number)
    with pytest.raises(DatabaseError):
        take_steps(at=DUE)
    sweep_again(fragile, take_steps, at=DUE)
    assert_taken_once(CASES)


@pytest.mark.parametrize(
    ("name", "when", "number"),
    [
        ("_page_next", "before", 2),  # claimed
        ("_page", "after", 2),  # written down, not committed
        ("tell_paged", "before", 1),  # committed, and nobody told
        ("send_message", "before", 1),
        ("send_message", "after", 1),  # the message waits in the outbox, not committed
    ],
)
def test_everybody_is_paged_once_although_the_database_dies(fragile, die_at, name, when, number):
    queue = make_queue()
    make_line(queue.team)
    for _each in range(CASES):
        make_alarm(make_case(queue).ticket)
    die_at(paging, name, when, number)
    with pytest.raises(DatabaseError):
        ring(at=NOON)
    sweep_again(fragile, ring, at=NOON)
    assert Paged.objects.count() == Event.objects.filter(code="paged").count() == CASES
    assert not Paged.objects.untold().exists()
    assert [each.body["count"] for each in Delivery.objects.filter(kind="page")] == [CASES]
