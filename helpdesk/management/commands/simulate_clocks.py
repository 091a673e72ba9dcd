"""What the clocks would show: JSON lines in, JSON lines out. Needs no database."""

import io
import json
import re
import sys
from typing import Any

from django.core.management.base import BaseCommand

from helpdesk.clock_cases import CaseError
from helpdesk.clock_lines import answer

UNREADABLE = (ValueError, RecursionError)
UNCOUNTABLE = (KeyError, TypeError, AttributeError, OverflowError, ValueError, RecursionError)
ID = re.compile(r'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9]{1,18})\s*[,}]')


class Command(BaseCommand):
    help = "Reads cases of the clocks from standard input, a JSON object a line, and writes the answers."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        # One byte that is no text breaks its own line, not all that follow.
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        for number, line in enumerate(sys.stdin, 1):
            if line.strip():
                self.stdout.write(json.dumps(self._answer(number, line)))

    def _answer(self, number: int, line: str) -> dict[str, Any]:
        """The answer; a line that cannot be read keeps its place, and standard error says why."""
        try:
            case = json.loads(line)
        except UNREADABLE:
            return self._refused(number, _first_id(line), "The line is not JSON, or is nested too deeply.")
        known = {"id": case["id"]} if isinstance(case, dict) and "id" in case else {}
        try:
            return answer(case)
        except CaseError as broken:
            return self._refused(number, known, str(broken))
        except UNCOUNTABLE as error:
            self.stderr.write(f"line {number}: {type(error).__name__}: {error}")
            return self._refused(
                number, known, "No answer can be worked out: look at its moments and lengths."
            )

    def _refused(self, number: int, known: dict[str, Any], why: str) -> dict[str, Any]:
        self.stderr.write(f"line {number}: {why}")
        return {**known, "error": why, "line": number}


def _first_id(line: str) -> dict[str, Any]:
    """The `id` that a line begins with, although the rest of it cannot be read."""
    try:
        return {"id": json.loads(found[1])} if (found := ID.match(line)) else {}
    except ValueError:
        return {}
