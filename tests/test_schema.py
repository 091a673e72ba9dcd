"""Whatever a client sends: no fault of ours, and no answer that the schema does not describe.

`make test` sends some two thousand calls, `make fuzz` a hundred thousand, by two processes (-n 2).
"""

import logging
import os
import sys
import time
from contextlib import suppress

import pytest
import schemathesis
from django.core.cache import cache
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode

from config.wsgi import application
from tests.fuzzing.caller import Caller
from tests.fuzzing.world import World

CALLS = int(os.environ.get("FUZZ_CALLS", "2000"))
SECONDS = int(os.environ.get("FUZZ_SECONDS", "60"))
PARTS = int(os.environ.get("FUZZ_PARTS", "1"))  # of the operations, each for a process of its own
TWISTED = 4  # making a case costs more than a call, so each goes out as it is and so often twisted
A_ROUND = 60  # cases of one operation before all others have their turn; then the world is made anew

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def one_connection():
    """Keep the database connection, as Django's own test client does: a new one costs more than a call."""
    cache.clear()
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    for signal in signals:
        signal.connect(close_old_connections)


class TimeIsUp(Exception):  # noqa: N818 - no fault
    """The calls have had their share."""


class Fuzz:
    """Rounds of calls to some operations, until there were enough of them or the time is up."""

    def __init__(self, operations, calls):
        self.operations, self.calls = operations, calls
        self.ends_at = time.monotonic() + SECONDS
        self.caller = Caller(World(), chance=7)

    def run(self, twists=TWISTED):
        turns = [(operation, mode) for operation in self.operations for mode in GenerationMode]
        for operation in self.operations:
            self.send_boundaries(operation)
        number = 0
        while (left := self.calls - self.sent) > 0 and time.monotonic() < self.ends_at:
            number += 1
            examples = max(1, min(A_ROUND, left // (len(turns) * (twists + 1))))
            for operation, mode in turns:
                self.send_generated(operation, mode, examples, number, twists)
            self.caller.world = World()

    @property
    def sent(self):
        return self.caller.answers.total()

    def send_boundaries(self, operation):
        """What Schemathesis reckons from the schema: each limit, each missing member, each method."""
        config = operation.schema.config.generation_for(operation=operation)
        cases = operation.schema.iter_coverage_cases(
            operation, generation_modes=list(GenerationMode), generation_config=config
        )
        for case in cases:
            if self.sent < self.calls / 4:
                self.caller.send_all(case, twists=0)

    def send_generated(self, operation, mode, examples, number, twists):
        @seed(number)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def run(case):
            if time.monotonic() > self.ends_at:
                raise TimeIsUp
            self.caller.send_all(case, twists)

        with suppress(TimeIsUp):
            run()

    def report(self):
        answers, took = dict(sorted(self.caller.answers.items())), SECONDS - (self.ends_at - time.monotonic())
        busy = time.process_time()
        sys.__stderr__.write(f"\n{self.sent} calls in {took:.0f} s ({busy:.0f} s of work): {answers}\n")
        for label, times in sorted(self.caller.by_operation.items()):
            sys.__stderr__.write(f"  {times:>6} {label}\n")


@pytest.mark.parametrize("part", range(PARTS))
def test_no_call_meets_a_fault_or_an_answer_that_the_schema_does_not_describe(part):
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    operations = [found.ok() for found in schema.get_all_operations()][part::PARTS]
    fuzz = Fuzz(operations, CALLS // PARTS)
    fuzz.run()
    fuzz.report()
    faults = [f"{fuzz.caller.found[place]} x {place}\n{text}" for place, text in fuzz.caller.faults.items()]
    assert not faults, "\n\n".join(faults)


def test_schema_is_valid_and_complete():
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)
