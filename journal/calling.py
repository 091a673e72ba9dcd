"""Asking a worker to do at once what a clock would do soon anyway.

It is asked from a thread of its own, so nobody who writes to us waits for the broker. What is asked again
while it waits is asked once: the worker that is called after the last commit sees what all of them wrote.
A call that is lost, by a broker that is away or a process that is killed, loses nothing but a few seconds.
"""

import atexit
import os
import threading
import time
from functools import cache
from typing import Any

import structlog
from celery import current_app
from kombu.pools import ProducerPool, producers

log = structlog.get_logger()

EXPIRES = 30  # seconds; by then a sweep has looked
BROKER_TIMEOUT = 0.5  # seconds
PAUSE = 10  # seconds without calls after the broker failed
TOGETHER = 0.2  # seconds in which the same call is made once; one costs as much as a tenth of an appeal


class _Calls:
    """What this process still has to ask, and the thread that asks it."""

    def __init__(self) -> None:
        self.waiting: dict[tuple[str, tuple[Any, ...], str | None], None] = {}
        self.changed = threading.Condition()
        self.is_busy = False
        self.thread: threading.Thread | None = None

    def add(self, call: tuple[str, tuple[Any, ...], str | None]) -> None:
        with self.changed:
            self.waiting[call] = None
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="calls", daemon=True)
                self.thread.start()
            self.changed.notify_all()

    def settle(self, timeout: float) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: not (self.waiting or self.is_busy), timeout)

    def _run(self) -> None:
        while True:
            with self.changed:
                self.is_busy = False
                self.changed.notify_all()
                self.changed.wait_for(lambda: self.waiting)
                calls, self.waiting, self.is_busy = list(self.waiting), {}, True
            for task, arguments, queue in calls:
                _send(task, arguments, queue)
            time.sleep(TOGETHER)


_calls = _Calls()
_broker_back_at = 0.0


def call_soon(task: str, arguments: list[Any], *, queue: str | None = None) -> None:
    """Ask a worker to run a task that a clock would run soon anyway. Returns at once."""
    _calls.add((task, tuple(arguments), queue))


def settle(timeout: float = 5) -> bool:
    """Wait until what was asked has left; False where it has not within `timeout` seconds."""
    return _calls.settle(timeout)


def _send(task: str, arguments: tuple[Any, ...], queue: str | None) -> None:
    global _broker_back_at
    if time.monotonic() < _broker_back_at:
        return
    try:
        with _producers().acquire(block=True, timeout=BROKER_TIMEOUT) as producer:
            current_app.send_task(
                task, arguments, queue=queue, retry=False, expires=EXPIRES, producer=producer
            )
    except Exception as fault:
        _broker_back_at = time.monotonic() + PAUSE
        log.warning("outbox.broker_down", fault=type(fault).__name__)


@cache
def _producers() -> ProducerPool:
    """Connections to the broker that stay open: to find them by their settings costs as much as a call."""
    return producers[current_app.connection_for_write(transport_options=_impatient())]


def _impatient() -> dict[str, Any]:
    """kombu would try for many seconds to connect; a sweep comes sooner."""
    return {
        **current_app.conf.broker_transport_options,
        "socket_connect_timeout": BROKER_TIMEOUT,
        "socket_timeout": BROKER_TIMEOUT,
        "connect_retries_timeout": BROKER_TIMEOUT,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
    }


def _begin_anew() -> None:
    """In a process that was forked: the thread and the connections stayed with the parent."""
    global _calls
    _calls = _Calls()
    _producers.cache_clear()


os.register_at_fork(after_in_child=_begin_anew)
atexit.register(settle, 2 * BROKER_TIMEOUT)
