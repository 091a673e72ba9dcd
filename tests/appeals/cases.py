"""The sample of requests to the European statements API, with what each must be answered."""

import json
from pathlib import Path

SINGLE, BULK = "/api/v1/statement", "/api/v1/statements"
CASES = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "data" / "dsa_statement_cases.jsonl").read_text().splitlines()
]


def body_of(case):
    """What the case sends; some repeat one statement under many identifiers."""
    if repeat := case.get("repeat"):
        return {
            "statements": [
                {**repeat["template"], "puid": f"{repeat['puid_prefix']}{index}"}
                for index in range(repeat["count"])
            ]
        }
    return case["body"]


def a_statement(**fields):
    """The body of the first case, which is complete, with some fields changed."""
    return {**CASES[0]["body"], **fields}
