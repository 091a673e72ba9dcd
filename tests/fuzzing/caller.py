"""Sends what was generated, as it is and twisted, and judges every answer by the schema."""

import random
from collections import Counter

from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzzing.twists import TWISTS, Call, as_it_is

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


class Caller:
    """Counts what it was answered. `faults` holds the first of each kind and place, `found` all of them."""

    def __init__(self, world, *, chance):
        self.world, self.chance = world, random.Random(chance)
        self.answers, self.by_operation, self.found = Counter(), Counter(), Counter()
        self.faults = {}

    def send_all(self, case, twists):
        """The case as it is, and so many times twisted. Says how many calls that were."""
        self._put_known_things(case)
        before = self.answers.total()
        self.send(case, as_it_is)
        for _each in range(twists):
            self.send(case, self.chance.choice(TWISTS))
        return self.answers.total() - before

    def send(self, case, twist):
        call = Call(case, self.world.key_for(case.operation.path))
        twist(call, self.world, self.chance)
        for _each in range(call.times):
            try:
                response = case.call(
                    headers=call.headers,
                    cookies=call.cookies,
                    **({} if call.data is None else {"data": call.data}),
                )
                self.answers[response.status_code] += 1
                self.by_operation[case.operation.label] += 1
                self._judge(case, response)
            except (Exception, BaseExceptionGroup) as fault:
                self._note(case, twist, call, fault)

    def _judge(self, case, response):
        """A method that the schema does not have for a path is refused, and the answer names those it has."""
        if case.method.upper() == case.operation.method.upper():
            case.validate_response(response, checks=CHECKS)
        elif case.method.upper() != "OPTIONS":
            assert response.status_code in {401, 403, 405}, response.status_code
            assert response.status_code != 405 or "allow" in response.headers

    def _note(self, case, twist, call, fault):
        parts = getattr(fault, "exceptions", [fault])
        place = (case.operation.label, twist.__name__, type(parts[0]).__name__)
        self.found[place] += 1
        self.faults.setdefault(
            place, f"{str(fault)[:1500]}\n{str(call.headers)[:500]} {(call.data or b'')[:300]!r}"
        )

    def _put_known_things(self, case):
        """Ids in the path that exist, mostly, and in the body the turn of a client who has just read."""
        for name in case.path_parameters or {}:
            if name in self.world.ids and self.chance.random() < 0.7:
                case.path_parameters[name] = self.chance.choice(self.world.ids[name])
        if isinstance(case.body, dict):
            for name in sorted(case.body.keys() & {"to", "statement"}):
                if self.chance.random() < 0.5:
                    case.body[name] = self.chance.choice(self.world.ids[name])
            if "turn" in case.body and self.chance.random() < 0.6:
                case.body["turn"] = self.world.turn_of((case.path_parameters or {}).get("ticket_id"))
