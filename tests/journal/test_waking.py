"""A broker that is away must neither fail nor delay what people do."""

import os
import socket
import time

import pytest
from celery import Celery
from django.conf import settings

from journal import calling, outbox


@pytest.fixture
def broker_at(monkeypatch):
    """Let the wake-ups go to a broker at this address; it was well until now."""
    calling.settle()
    calling._producers.cache_clear()
    monkeypatch.setattr(calling, "_broker_back_at", 0.0)

    def use(url):
        app = Celery("test", broker=url, set_as_current=False)
        app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        monkeypatch.setattr(calling, "current_app", app)

    yield use
    calling.settle()
    calling._producers.cache_clear()


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
    """How long it takes until the broker was tried for all of them."""
    begun = time.monotonic()
    for _ in range(wakes):
        outbox.wake("case")
        outbox.wake("bulk")
    assert calling.settle()
    return time.monotonic() - begun


def test_a_broker_that_refuses_costs_nothing(broker_at):
    broker_at("redis://127.0.0.1:1/0")
    assert seconds_for(10) < 1


def test_nobody_waits_for_a_broker_that_is_silent(broker_at, silent_port):
    broker_at(f"redis://127.0.0.1:{silent_port}/0")
    begun = time.monotonic()
    outbox.wake("case")
    assert time.monotonic() - begun < calling.BROKER_TIMEOUT / 2


def test_a_broker_that_is_silent_is_tried_once_and_then_left_alone(broker_at, silent_port):
    broker_at(f"redis://127.0.0.1:{silent_port}/0")
    assert seconds_for(10) < 2
    assert seconds_for(10) < 0.5


def test_a_broker_that_accepts_and_says_nothing_is_left_alone_too(broker_at):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(16)
        broker_at(f"redis://127.0.0.1:{mute.getsockname()[1]}/0")
        assert seconds_for(10) < 4


def test_what_is_asked_again_meanwhile_is_asked_once(monkeypatch):
    calling.settle()
    sent = []
    monkeypatch.setattr(calling, "_send", lambda *call: sent.append(call))
    for _ in range(50):
        outbox.wake("case")
    assert calling.settle()
    assert 1 <= len(sent) < 50
    outbox.wake("case")
    assert calling.settle()
    assert sent[-1] == (outbox.SEND_DUE, ("case",), "case")


def test_a_forked_process_asks_by_a_thread_of_its_own(monkeypatch):
    outbox.wake("case")
    assert calling.settle()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        monkeypatch.setattr(calling, "_send", lambda *call: os.write(writing, call[1][0].encode()))
        outbox.wake("bulk")
        calling.settle()
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    assert os.read(reading, 10) == b"bulk"
    os.close(reading)
