"""Workers that are killed while they send: nothing is lost, and a repeat is the same message again."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from itertools import count
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.utils.timezone import now
from standardwebhooks import Webhook

from accounts.actions.endpoints import add_endpoint
from journal.actors import SYSTEM
from journal.models import Delivery
from journal.outbox import wake
from tests.factories import make_delivery, make_platform
from tests.receivers import webhook_receiver

DELIVERIES = 500
KILLS = 20
LONGEST = 120  # seconds, on a machine that does much else; alone it takes a quarter

# Reads the code once, and runs one worker after the other in children, whose numbers it says. The lease is
# short enough for a test, and longer than a receiver that answers within milliseconds needs.
WORKERS = """
import os
from datetime import timedelta
import django
django.setup()
from journal import sending
sending.LEASE_FOR = timedelta(seconds=2)
import celery.apps.worker, celery.concurrency.thread, kombu.transport.redis
from config.celery import app
app.loader.import_default_modules()
while True:
    child = os.fork()
    if child == 0:
        app.worker_main(["-q", "worker", "-Q", "case", "-P", "threads", "-c", "2", "--without-gossip",
            "--without-mingle", "--without-heartbeat", "-l", "ERROR"])
    print(child, flush=True)
    os.wait()
"""


class Workers:
    """A worker that is there again soon after it was killed."""

    def __init__(self):
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        self.parent = subprocess.Popen(
            [sys.executable, "-c", WORKERS],
            env=os.environ | {"DATABASE_URL": database.geturl(), "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.wait_for_next()

    def wait_for_next(self):
        self.running = int(self.parent.stdout.readline())

    def kill_one(self):
        os.kill(self.running, signal.SIGKILL)
        self.wait_for_next()

    def end(self):
        os.killpg(self.parent.pid, signal.SIGKILL)
        self.parent.wait(10)


@pytest.fixture
def workers(transactional_db):
    running = Workers()
    yield running
    running.end()


def wait_until(is_so, end):
    """Wake the lane every half second, as the sweep does every five; False when time is over."""
    for turn in count():
        if is_so():
            return True
        if turn % 10 == 0:
            wake("case")
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return False


@pytest.mark.faults
def test_every_delivery_arrives_although_workers_are_killed(workers):
    end = time.monotonic() + LONGEST
    with webhook_receiver() as receiver:
        receiver.wait = 0.01
        endpoint, secret = add_endpoint(make_platform(), url=receiver.url, by=SYSTEM, at=now())
        with transaction.atomic():
            made = {
                str(
                    make_delivery(
                        channel="webhook", endpoint_id=endpoint.pk, at=now() - timedelta(seconds=5)
                    ).pk
                )
                for _ in range(DELIVERIES)
            }
        for killed in range(1, KILLS + 1):
            step = min(DELIVERIES, killed * DELIVERIES // (KILLS + 2))
            assert wait_until(lambda step=step: len(receiver.received) >= step, end)
            workers.kill_one()
        assert wait_until(lambda: not Delivery.objects.waiting().exists(), end)

    arrived = Counter(headers["webhook-id"] for _, headers, _ in receiver.received)
    bodies = {(headers["webhook-id"], body) for _, headers, body in receiver.received}
    assert set(arrived) == made
    assert len(bodies) == DELIVERIES
    assert arrived.total() - DELIVERIES <= KILLS * 2  # at most what the two threads had in hand
    for _, headers, body in receiver.received[:20]:
        Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    assert not Delivery.objects.dead().exists()
