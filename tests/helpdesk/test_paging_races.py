"""Pagers beside each other, and killed: everybody is paged once, nobody is forgotten, one message each."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction

from helpdesk.actions.alarms import acknowledge, raise_alarm
from helpdesk.actions.incidents import open_incident
from helpdesk.actions.paging import ring
from helpdesk.models import Alarm, Incident, Paged
from journal.actors import SYSTEM
from journal.models import Delivery, Event
from journal.sending import take
from journal.tasks import send_due
from tests.factories import NOON, make_alarm, make_case, make_delivery, make_line, make_moderator, make_queue
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)
ALARMS = 20

# Pages whoever is due, and is killed by itself at the named moment.
PAGER = """
import os, signal, sys
import django
django.setup()
from helpdesk.actions import paging
from tests.factories import NOON

def die(*args, **named):
    os.kill(os.getpid(), signal.SIGKILL)

def after(name):
    real = getattr(paging, name)
    setattr(paging, name, lambda *args, **named: (real(*args, **named), die()))

moment = sys.argv[1]
if moment == "claimed":
    paging._page_next = die
elif moment == "paged":
    after("_page")
elif moment == "committed":
    paging.tell_paged = die
elif moment == "sent":
    after("send_message")
paging.ring(at=NOON)
"""


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def line(queue):
    return make_line(queue.team)


def mails():
    return list(Delivery.objects.filter(kind="page"))


def test_four_pagers_share_the_work_and_page_nobody_twice(queue, line):
    for _each in range(ALARMS):
        make_alarm(make_case(queue).ticket)
    assert sum(at_once(*[lambda: ring(at=NOON)] * 4)) == ALARMS
    ring(at=NOON + MINUTE)  # what was paged while a message was being written
    assert Paged.objects.count() == Event.objects.filter(code="paged").count() == ALARMS
    assert sum(each.body["count"] for each in mails()) == ALARMS
    assert not Paged.objects.untold().exists()


def test_alarm_that_another_pager_holds_is_passed_over(queue, line):
    held, free = (make_alarm(make_case(queue).ticket) for _each in range(2))
    with transaction.atomic():
        Alarm.objects.select_for_update().get(pk=held.pk)
        assert at_once(lambda: ring(at=NOON)) == [1]
    assert Paged.objects.get().alarm == free
    assert ring(at=NOON + MINUTE) == 1


@pytest.mark.faults
@pytest.mark.parametrize("moment", ["claimed", "paged", "committed", "sent"])
def test_what_a_killed_pager_left_is_done_once_by_the_next(moment, queue, line):
    for _each in range(2):
        make_alarm(make_case(queue).ticket)
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    ours = {"DATABASE_URL": database.geturl(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", PAGER, moment], env=os.environ | ours, capture_output=True, timeout=60
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-500:]
    assert mails() == []
    ring(at=NOON)
    assert Paged.objects.count() == 2
    assert [each.body["count"] for each in mails()] == [2]


def test_two_who_acknowledge_at_once_agree_on_who_has_it(queue, line):
    alarm = make_alarm(make_case(queue).ticket)
    ring(at=NOON)
    answers = at_once(*[lambda user=user: acknowledge(alarm, by=user, at=NOON) for user in line])
    assert len({each.acknowledged_by for each in answers}) == 1
    assert Event.objects.filter(subject_id=alarm.pk, code="acknowledged").count() == 1


def test_acknowledging_while_the_next_is_paged_ends_the_paging(queue, line):
    lena, _hana = line
    alarm = make_alarm(make_case(queue).ticket)
    ring(at=NOON)
    later = NOON + 5 * MINUTE
    at_once(lambda: acknowledge(alarm, by=lena, at=later), lambda: ring(at=later))
    alarm.refresh_from_db()
    assert (alarm.acknowledged_by, alarm.next_at) == (lena, None)
    assert ring(at=later + 10 * MINUTE) == 0


def test_team_that_is_called_by_many_at_once_has_one_alarm(queue, line):
    at_once(*[lambda: raise_alarm(queue.team, by=SYSTEM, at=NOON)] * 4)
    assert Alarm.objects.count() == 1


def test_incident_that_many_open_at_once_is_one(queue):
    amir = make_moderator(queue.team)
    opened = at_once(*[lambda: open_incident(queue, title="danger", by=amir, at=NOON)] * 4)
    assert len({each.number for each in opened}) == Incident.objects.count() == 1


def test_full_bulk_lane_holds_up_no_page(queue, line):
    with transaction.atomic():
        for _each in range(500):
            make_delivery("test.bulk", lane="bulk")
    make_alarm(queue.team)
    ring(at=NOON)
    assert take("page", NOON).kind == "page"
    assert Delivery.objects.filter(lane="bulk", attempts__gt=0).count() == 0


def test_page_leaves_while_bulk_waits(queue, line, mailoutbox):
    with transaction.atomic():
        make_delivery("test.bulk", lane="bulk")
    make_alarm(queue.team)
    ring(at=NOON)
    assert send_due("page") == 1
    assert mailoutbox[0].to == [line[0].email]
    assert Delivery.objects.waiting().get().lane == "bulk"


def test_pager_runs_in_the_worker_of_pages(settings):
    pager = settings.CELERY_BEAT_SCHEDULE["ring"]
    assert (pager["options"]["queue"], pager["schedule"]) == ("page", 10)
