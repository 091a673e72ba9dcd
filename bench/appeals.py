"""How much of a bare view that writes three rows is left when somebody sends an appeal.

Two gunicorn workers, four visitors at once; every appeal brings its proof of work, an e-mail address and a
decision of its own, and its platform wants a webhook. What follows after the commit (mail, webhook) is the
workers' and not counted.
"""

import base64
import json
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from statistics import median
from typing import NamedTuple
from uuid import UUID

from bench.processes import seconds_below
from bench.visitors import Visitor, get, per_second, post, side_by_side

APPEALS, TURNS, WARM = 80, 9, 40
REACH = 0.30
PERSON = {"user_language": "en", "content_ref": "post/1", "effects": []}
TEXT = "The video shows a protest on the main square. It is news, and nobody in it was hurt. " * 4


def run() -> bool:
    """Print the ratio; true where it was reached."""
    from bench import bare
    from bench.machine import serving

    bare.make_tables()
    decisions = iter(_decisions(WARM + APPEALS * TURNS + 1))
    ours, bares = [], []
    with (
        serving("config.wsgi", workers=2) as port,
        serving("bench.bare:application()", workers=2) as bare_port,
    ):
        per_second(port, _appeals(decisions, WARM), expects=302)
        per_second(bare_port, _bare(WARM), expects=302)
        for _ in range(TURNS):
            ours.append(_turn(port, _appeals(decisions, APPEALS)))
            bares.append(_turn(bare_port, _bare(APPEALS)))
        link = _link(next(decisions))
        pages = [(get(f"/decision/{link}/"), get(f"/decision/{link}/ask/"))] * 20
        page, form = side_by_side([Visitor(port)] * 2, pages)
    reached = _told(ours, bares)
    print(f"  one visitor: decision page {page:.1f} ms, form {form:.1f} ms")
    return reached


class Turn(NamedTuple):
    """What one turn took: answers in a second by the clock, and milliseconds of all processors for each."""

    per_second: float
    spent: float


def _turn(port: int, requests: list[bytes]) -> Turn:
    """The visitors are a thread of this process, and do not count; the web, the database and Valkey do."""
    before = seconds_below(os.getpid())
    rate = per_second(port, requests, expects=302)
    return Turn(rate, (seconds_below(os.getpid()) - before) * 1000 / len(requests))


def _told(ours: list[Turn], bares: list[Turn]) -> bool:
    pairs = list(zip(ours, bares, strict=True))
    share = median(our.per_second / bare.per_second for our, bare in pairs)
    by_work = median(bare.spent / our.spent for our, bare in pairs)
    print(f"appeals, {APPEALS} at a time by four visitors, two workers, the middle of {TURNS} turns")
    for name, turns in (("bare view, three rows", bares), ("an appeal, to the redirect", ours)):
        rate, spent = (median(column) for column in zip(*turns, strict=True))
        print(f"  {name:<30} {rate:>7,.0f}/s {spent:>7.2f} ms of the processors")
    print(f"  share by the clock {share:.1%} (reach {REACH:.0%}), by the processors {by_work:.1%}")
    return share >= REACH


def _decisions(count: int) -> list[UUID]:
    from django.utils.timezone import now

    from accounts.actions import open_platform
    from accounts.models import WebhookEndpoint
    from accounts.sealing import seal
    from appeals.actions.decisions import Arriving, take_in_statements
    from appeals.models import Door, Intake
    from appeals.statements.check import check_statement
    from appeals.statements.recourse import check_recourse
    from appeals.webhooks import APPEAL_FILED
    from bench.statements import STATEMENT
    from helpdesk.actions.first import make_first_queues
    from journal.actors import SYSTEM

    at = now()
    make_first_queues(at=at)
    platform = open_platform("Bench", slug="bench", by=SYSTEM, at=at)
    WebhookEndpoint.objects.create(
        platform=platform,
        url="https://platform.example/hooks",
        sealed_secret=seal("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()),
        event_types=[APPEAL_FILED],
        told_since=at,
    )
    arriving = []
    for number in range(count):
        clean, _errors = check_statement(STATEMENT | {"puid": f"bench-{number}"})
        recourse, _errors = check_recourse(PERSON | {"user_ref": f"user-{number}"})
        arriving.append(Arriving(clean=clean, recourse=recourse))
    take_in_statements(
        platform, arriving, by=SYSTEM, at=at, intake=Intake(platform=platform, door=Door.BULK, at=at)
    )
    return [each.id for each in arriving]


def _link(decision: UUID) -> str:
    from appeals.links import make_link

    return make_link(decision)


def _appeals(decisions: Iterator[UUID], count: int) -> list[bytes]:
    from django.utils.timezone import now

    from helpdesk.receipts import new_token

    at = now()
    return [
        post(
            f"/decision/{_link(next(decisions))}/ask/",
            {
                "asks": "undo",
                "text": TEXT,
                "language": "en",
                "email": f"person-{number}@example.org",
                "token": token,
                "proof": _proof(token, at),
            },
            csrftoken=secrets.token_hex(16),
        )
        for number, token in enumerate(new_token() for _ in range(count))
    ]


def _proof(token: str, at: datetime) -> str:
    """A solved challenge that names its solution: the browser's search is spared, the check is the same."""
    import altcha

    from helpdesk.proof import ALGORITHM, COST, GOOD_FOR, name_of, signing_key

    challenge = altcha.create_challenge(
        ALGORITHM,
        COST,
        counter=1,
        expires_at=at + GOOD_FOR,
        data={"form": name_of(token)},
        hmac_secret=signing_key(),
    )
    solution = altcha.solve_challenge(challenge)
    shown = {"challenge": challenge.to_dict(), "solution": solution.to_dict()}
    return base64.b64encode(json.dumps(shown).encode()).decode()


def _bare(count: int) -> list[bytes]:
    return [post("/write", {"token": secrets.token_urlsafe(24), "text": TEXT}) for _ in range(count)]
