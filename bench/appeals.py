"""How much of a bare view that writes three rows is left when somebody sends an appeal.

Two gunicorn workers, four visitors at once; every appeal brings its proof of work, an e-mail address and a
decision of its own, and its platform wants a webhook. What follows after the commit (mail, webhook) is the
workers' and not counted.
"""

import base64
import json
import secrets
from collections.abc import Iterator
from datetime import datetime
from statistics import median
from uuid import UUID

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
            ours.append(per_second(port, _appeals(decisions, APPEALS), expects=302))
            bares.append(per_second(bare_port, _bare(APPEALS), expects=302))
        link = _link(next(decisions))
        pages = [(get(f"/decision/{link}/"), get(f"/decision/{link}/ask/"))] * 20
        page, form = side_by_side([Visitor(port)] * 2, pages)
    share = median(our / bare_one for our, bare_one in zip(ours, bares, strict=True))
    print(f"appeals, {APPEALS} at a time by four visitors, two workers, the middle of {TURNS} turns")
    print(f"  bare view, three rows              {median(bares):>9,.0f}/s")
    print(f"  an appeal, to the redirect         {median(ours):>9,.0f}/s   {share:6.1%}  (reach 30 %)")
    print(f"  one visitor: decision page {page:.1f} ms, form {form:.1f} ms")
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
                "token": new_token(),
                "proof": _proof(at),
            },
            csrftoken=secrets.token_hex(16),
        )
        for number in range(count)
    ]


def _proof(at: datetime) -> str:
    """A solved challenge that names its solution: the browser's search is spared, the check is the same."""
    import altcha

    from helpdesk.proof import ALGORITHM, COST, GOOD_FOR, signing_key

    challenge = altcha.create_challenge(
        ALGORITHM, COST, counter=1, expires_at=at + GOOD_FOR, hmac_secret=signing_key()
    )
    solution = altcha.solve_challenge(challenge)
    shown = {"challenge": challenge.to_dict(), "solution": solution.to_dict()}
    return base64.b64encode(json.dumps(shown).encode()).decode()


def _bare(count: int) -> list[bytes]:
    return [post("/write", {"token": secrets.token_urlsafe(24), "text": TEXT}) for _ in range(count)]
