"""A broker that is away must neither fail nor delay what people do."""

import socket
import time

import pytest
from celery import Celery
from django.conf import settings

from journal import outbox


@pytest.fixture
def broker_at(monkeypatch):
    """Let the wake-ups go to a broker at this address; it was well until now."""
    monkeypatch.setattr(outbox, "_broker_back_at", 0.0)

    def use(url):
        app = Celery("test", broker=url, set_as_current=False)
        app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        monkeypatch.setattr(outbox, "current_app", app)

    return use


@pytest.fixture
def silent_port():
    """A port at which nobody ever accepts: its queue of connections is full."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        callers = [socket.socket() for _ in range(4)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        yield deaf.getsockname()[1]
        for caller in callers:
            caller.close()


def seconds_for(wakes):
    begun = time.monotonic()
    for _ in range(wakes):
        outbox.wake("case")
    return time.monotonic() - begun


def test_a_broker_that_refuses_costs_nothing(broker_at):
    broker_at("redis://127.0.0.1:1/0")
    assert seconds_for(10) < 1


def test_a_broker_that_is_silent_costs_one_short_wait_and_is_then_left_alone(broker_at, silent_port):
    broker_at(f"redis://127.0.0.1:{silent_port}/0")
    assert seconds_for(10) < 2
    assert seconds_for(10) < 0.1


def test_a_broker_that_accepts_and_says_nothing_costs_one_short_wait(broker_at):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(16)
        broker_at(f"redis://127.0.0.1:{mute.getsockname()[1]}/0")
        assert seconds_for(10) < 4
