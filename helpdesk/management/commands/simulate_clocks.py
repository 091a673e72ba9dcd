"""What the clocks would show: JSON lines in, JSON lines out. Needs no database."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from helpdesk.clock_lines import answer

BROKEN = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


class Command(BaseCommand):
    help = "Reads cases of the clocks from standard input, a JSON object a line, and writes the answers."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for number, line in enumerate(sys.stdin, 1):
            if line.strip():
                self.stdout.write(json.dumps(self._answer(number, line)))

    def _answer(self, number: int, line: str) -> dict[str, Any]:
        """The answer; a line that cannot be read keeps its place, and standard error says why."""
        case: Any = None
        try:
            case = json.loads(line)
            return answer(case)
        except BROKEN as error:
            self.stderr.write(f"line {number}: {type(error).__name__}: {error}")
            known = {"id": case.get("id")} if isinstance(case, dict) else {}
            return {**known, "error": f"{type(error).__name__}: {error}", "line": number}
