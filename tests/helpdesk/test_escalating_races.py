"""Sweepers beside each other, and killed: every step is taken, and none twice."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction

from helpdesk.actions.escalating import TOLD_EVERY, take_steps, tell_waiting
from helpdesk.models import StepTaken, StepTold
from journal.models import Delivery, Event
from tests.factories import make_case, make_moderator, make_queue
from tests.helpdesk.test_escalating import DUE, LEAD, make_steps
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
CASES = 40

# Takes what is due, and is killed by itself at the named moment.
SWEEPER = """
import os, signal, sys
import django
django.setup()
from helpdesk.actions import escalating
from tests.helpdesk.test_escalating import DUE

def die(*args, **named):
    os.kill(os.getpid(), signal.SIGKILL)

def after(name):
    real = getattr(escalating, name)
    setattr(escalating, name, lambda *args, **named: (real(*args, **named), die()))

moment = sys.argv[1]
if moment == "claimed":
    escalating.lock = die
elif moment == "acted":
    after("_act")
elif moment == "committed":
    escalating.tell_waiting = die
escalating.take_steps(at=DUE)
"""


@pytest.fixture
def queue():
    make_steps({"when": "share", "percent": 50, "what": "raise"}, {"when": "at"} | LEAD)
    return make_queue()


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


def assert_taken_once(cases):
    assert StepTaken.objects.count() == 2 * cases
    assert Event.objects.filter(code="escalated").count() == 2 * cases
    assert Event.objects.filter(code="priority_set").count() == cases
    tell_waiting(at=DUE + 2 * TOLD_EVERY)  # what came during somebody's pause
    assert not StepTold.objects.exists()
    assert sum(each.body["count"] for each in Delivery.objects.filter(kind="steps_due")) == cases


def test_four_sweepers_share_the_work_and_none_does_it_twice(queue, lena):
    for _each in range(CASES):
        make_case(queue)
    taken = at_once(*[lambda: take_steps(at=DUE)] * 4)
    assert sum(taken) == 2 * CASES
    assert_taken_once(CASES)


def test_case_that_somebody_holds_is_passed_over_and_found_again(queue, lena):
    held, free = make_case(queue).ticket, make_case(queue).ticket
    with transaction.atomic():
        type(held).objects.select_for_update().get(pk=held.pk)
        assert at_once(lambda: take_steps(at=DUE)) == [2]
    assert set(StepTaken.objects.values_list("ticket", flat=True)) == {free.pk}
    assert take_steps(at=DUE + timedelta(seconds=10)) == 2


@pytest.mark.faults
@pytest.mark.parametrize("moment", ["claimed", "acted", "committed"])
def test_steps_of_a_killed_sweeper_are_taken_once_by_the_next(moment, queue, lena):
    for _each in range(2):
        make_case(queue)
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    ours = {"DATABASE_URL": database.geturl(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SWEEPER, moment], env=os.environ | ours, capture_output=True, timeout=60
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-500:]
    assert not Delivery.objects.filter(kind="steps_due").exists()
    take_steps(at=DUE)
    assert_taken_once(2)
