"""How much of a raw COPY is left when statements come in over HTTP: calls of 100, and a stream of lines.

All over one connection. The raw COPY writes the very same rows into the same tables, with all their indexes
and foreign keys, in one transaction.
"""

import io
import itertools
import time
from typing import Any

import orjson

ROWS, TURNS = 10_000, 3
CALLS_REACH, STREAM_REACH = 0.10, 0.25
TABLES = {"appeals_puid": "platform_id, puid, decision_id", "appeals_decision": "*"}

STATEMENT = {
    "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "Community guidelines, section 4.2: harassment of other people",
    "incompatible_content_explanation": "The post calls for insults against a person who is named in it. "
    * 3,
    "incompatible_content_illegal": "No",
    "content_type": ["CONTENT_TYPE_TEXT", "CONTENT_TYPE_IMAGE"],
    "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "category_specification": ["KEYWORD_CYBER_HARASSMENT"],
    "territorial_scope": ["DE", "ES", "FR", "IT", "PL"],
    "content_language": "EN",
    "content_date": "2026-11-20",
    "application_date": "2026-11-22",
    "decision_facts": "Two people reported the post. A moderator read it and the posts before it. " * 2,
    "source_type": "SOURCE_ARTICLE_16",
    "automated_detection": "No",
    "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
}


def run() -> bool:
    """Print the ratios; true where both were reached."""
    from bench.machine import web

    key = make_key()
    calls, streams, raws = [], [], []
    with web() as connection:
        _calls(connection, key, "warm", 1000)
        for turn in range(TURNS):
            calls.append(_calls(connection, key, f"call-{turn}", ROWS))
            streams.append(_stream(connection, key, f"line-{turn}", ROWS))
            raws.append(_raw_copy(f"line-{turn}"))
    call, stream, raw = max(calls), max(streams), max(raws)
    parts = _parts()
    print(f"statements, {ROWS:,} of each, one connection, the best of {TURNS} turns")
    print(f"  raw COPY into the indexed tables   {raw:>9,.0f}/s")
    print(f"  calls of 100                       {call:>9,.0f}/s   {call / raw:6.1%}  (reach 10 %)")
    print(f"  NDJSON                             {stream:>9,.0f}/s   {stream / raw:6.1%}  (reach 25 %)")
    print("  of a call of 100, in ms: " + ", ".join(f"{name} {ms:.2f}" for name, ms in parts.items()))
    return call / raw >= CALLS_REACH and stream / raw >= STREAM_REACH


def make_key() -> str:
    from django.utils.timezone import now

    from accounts.actions import make_key, open_platform
    from accounts.models.machines import PLATFORM_SCOPES
    from journal.actors import SYSTEM

    platform = open_platform("Bench", slug="bench", by=SYSTEM, at=now())
    return make_key(platform, name="bench", scopes=PLATFORM_SCOPES, by=SYSTEM, at=now())[1]


def _statements(prefix: str, first: int, count: int) -> list[dict[str, Any]]:
    return [STATEMENT | {"puid": f"{prefix}-{number}"} for number in range(first, first + count)]


def _post(connection, key: str, path: str, body: bytes) -> bytes:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    answer = response.read()
    if response.status not in {200, 201}:
        raise SystemExit(f"{path} answered {response.status}: {answer[:500]!r}")
    return answer


def _calls(connection, key: str, prefix: str, rows: int) -> float:
    bodies = [orjson.dumps({"statements": _statements(prefix, first, 100)}) for first in range(0, rows, 100)]
    began = time.perf_counter()
    for body in bodies:
        _post(connection, key, "/api/v1/statements", body)
    return rows / (time.perf_counter() - began)


def _stream(connection, key: str, prefix: str, rows: int) -> float:
    body = b"\n".join(map(orjson.dumps, _statements(prefix, 0, rows)))
    began = time.perf_counter()
    answer = _post(connection, key, "/api/v1/statements.ndjson", body)
    took = time.perf_counter() - began
    if answer.count(b'"status":201') != rows:
        raise SystemExit("The stream did not store every line.")
    return rows / took


def _raw_copy(prefix: str) -> float:
    """Take the rows of the stream out of the tables and time their way back in."""
    from django.db import connection, transaction

    saved = {}
    with connection.cursor() as cursor, transaction.atomic():
        for table, columns in TABLES.items():
            text = io.BytesIO()
            query = f"COPY (SELECT {columns} FROM {table} WHERE puid LIKE '{prefix}-%') TO STDOUT"  # noqa: S608
            with cursor.copy(query) as copy:
                for piece in copy:
                    text.write(piece)
            cursor.execute(f"DELETE FROM {table} WHERE puid LIKE %s", [f"{prefix}-%"])  # noqa: S608
            saved[table] = text.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM appeals_puid, appeals_decision")
        began = time.perf_counter()
        with transaction.atomic():
            for table, columns in TABLES.items():
                named = "" if columns == "*" else f"({columns})"
                with cursor.copy(f"COPY {table} {named} FROM STDIN") as copy:
                    copy.write(saved[table])
        return ROWS / (time.perf_counter() - began)


def _parts() -> dict[str, float]:
    """Where the time of a call goes, each part alone, the best of twenty."""
    from django.utils.timezone import now

    from accounts.models import Platform
    from appeals.actions.decisions import Arriving, take_in_statements
    from appeals.models import Door, Intake
    from appeals.statements import answers
    from appeals.statements.check import check_statements
    from journal.actors import SYSTEM

    platform = Platform.objects.get(slug="bench")
    best: dict[str, float] = {}
    for turn in range(20):
        text = orjson.dumps({"statements": _statements(f"part-{turn}", 0, 100)})
        at, marks = now(), [("", time.perf_counter())]
        raws = orjson.loads(text)["statements"]
        marks.append(("reading", time.perf_counter()))
        cleans, _ = check_statements(raws)
        marks.append(("judging", time.perf_counter()))
        arriving = [Arriving(clean) for clean in cleans]
        intake = Intake(platform=platform, door=Door.BULK, at=at)
        take_in_statements(platform, arriving, by=SYSTEM, at=at, intake=intake)
        marks.append(("storing", time.perf_counter()))
        of_call = answers.call_facts(platform.name, at)
        orjson.dumps(
            [answers.item(each.clean, answers.facts(each.id, of_call, site="")) for each in arriving]
        )
        marks.append(("answering", time.perf_counter()))
        for (_, before), (name, after) in itertools.pairwise(marks):
            best[name] = min(best.get(name, 9e9), (after - before) * 1000)
    return best
