"""Whatever a client sends: no fault of ours, and no answer that the schema does not describe.

`make test` sends a few thousand calls, `make fuzz` a hundred thousand.
"""

import os
import random
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
import schemathesis
from django.core.cache import cache
from django.core.management import call_command
from django.utils.timezone import now
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from accounts.models.machines import PLATFORM_SCOPES, USER_SCOPES
from appeals.actions.reviews import decide
from appeals.models import Measure, Review
from config.wsgi import application
from helpdesk.actions import attach, take_next
from helpdesk.actions.first import make_first_queues
from helpdesk.attachments import Accepted
from helpdesk.models import Attachment, Ticket
from tests.factories import (
    REASONS,
    appeals_queue,
    make_api_key,
    make_appeal,
    make_case,
    make_decision,
    make_endpoint,
    make_moderator,
    make_platform,
    make_queue,
    make_user,
    subject_of,
)

CALLS = int(os.environ.get("FUZZ_CALLS", "1200"))
SECONDS = int(os.environ.get("FUZZ_SECONDS", "30"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OF_USERS = ("/api/v1/tickets", "/api/v1/queues")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def known():
    """Ids that exist, by the name of the parameter that takes them; and a key of each kind."""
    cache.clear()
    make_first_queues(at=now())
    platform = make_platform()
    make_endpoint(platform)
    amir = make_moderator(appeals_queue().team, "Amir")
    queue = make_queue(amir)
    for number in range(20):
        ticket = make_case(queue, text=f"Case {number}").ticket
        attach(ticket, Accepted("page.txt", "text/plain", b"words", "0" * 64), by=amir, at=now())
    take_next(by=amir, at=now())
    for outcome, until in (("overturned", None), ("remitted", now().date() + timedelta(days=9))):
        subject = subject_of(make_appeal(make_decision(platform), at=now()))
        decide(
            subject,
            by=amir,
            at=now(),
            outcome=outcome,
            reasons=REASONS,
            remit_until=until,
            attested=True,
            turn=None,
        )
    statement = make_decision(platform, puid="known-puid")
    return {
        "ticket_id": ids(Ticket),
        "attachment_id": ids(Attachment),
        "measure_id": ids(Measure),
        "review_id": ids(Review),
        "uuid": [str(statement.pk)],
        "puid": ["known-puid"],
        "to": ids(User),
        "platform": make_api_key(platform, scopes=PLATFORM_SCOPES).shown,
        "user": make_api_key(user=amir, scopes=USER_SCOPES).shown,
        "stranger": make_api_key(user=make_user("Otto"), scopes=["tickets:read"]).shown,
    }


def ids(model):
    return [str(each) for each in model.objects.values_list("pk", flat=True)]


class TimeIsUp(Exception):  # noqa: N818 - no fault
    """This turn has had its share."""


class Caller:
    """Sends what was generated, mostly with the right key and to things that exist."""

    def __init__(self, known):
        self.known, self.chance = known, random.Random(7)
        self.answers = Counter()
        self.ends_at = time.monotonic() + SECONDS
        self.until = 0.0

    def take_share(self, left):
        """What is left of the time, shared by what is left to call."""
        self.until = time.monotonic() + max(0.0, self.ends_at - time.monotonic()) / left

    def call(self, case):
        if time.monotonic() > self.until:
            raise TimeIsUp
        for name in case.path_parameters or {}:
            if self.chance.random() < 0.6 and name in self.known:
                case.path_parameters[name] = self.chance.choice(self.known[name])
        key = self.known["user" if case.operation.path.startswith(OF_USERS) else "platform"]
        if self.chance.random() < 0.05:
            key = self.chance.choice([self.known["stranger"], self.known["platform"], "rc_unknown"])
        response = case.call(headers={"Authorization": f"Bearer {key}"})
        self.answers[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)


def fuzz(operation, mode, caller, calls):
    @seed(calls)
    @settings(
        max_examples=calls,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        caller.call(case)

    with suppress(TimeIsUp):
        run()


def test_no_call_meets_a_fault_or_an_answer_that_the_schema_does_not_describe(known):
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    turns = [(found.ok(), mode) for found in schema.get_all_operations() for mode in GenerationMode]
    caller = Caller(known)
    faults = {}
    for turn, (operation, mode) in enumerate(turns):
        caller.take_share(len(turns) - turn)
        try:
            fuzz(operation, mode, caller, max(1, CALLS // len(turns)))
        except BaseExceptionGroup as fault:
            faults[operation.label, mode.value] = str(fault)[:2000]
    sys.stdout.write(f"\n{caller.answers.total()} calls: {dict(sorted(caller.answers.items()))}\n")
    assert not faults, "\n\n".join(f"{place}\n{fault}" for place, fault in faults.items())


def test_schema_is_valid_and_complete():
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)
