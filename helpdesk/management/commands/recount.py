from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from helpdesk.actions.counting import recount
from helpdesk.actions.numbers import forget_weeks
from helpdesk.models import LetGo, Ticket, Verdict

AT_ONCE = 500


class Command(BaseCommand):
    help = "Works every verdict out of history again and compares. With --write, adds rows that are missing."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--write", action="store_true", help="Add what is missing; never changes a row.")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        looked_at, missing = 0, 0
        wrong: list[str] = []
        for tickets in batches():
            with transaction.atomic():
                done = recount(tickets)
                if write:
                    add(done.missing)
            looked_at, missing = looked_at + done.looked_at, missing + len(done.missing)
            wrong += done.wrong
        self.stdout.write(f"{looked_at} looked at, {missing} missing, {len(wrong)} wrong")
        if wrong or (missing and not write):
            raise CommandError(
                f"Not as history says: {', '.join(sorted(set(wrong))[:10]) or 'rows are missing'}"
            )


def add(rows: list[Any]) -> None:
    Verdict.objects.bulk_create([row for row in rows if isinstance(row, Verdict)], ignore_conflicts=True)
    if ended := [row.ended_at for row in rows if isinstance(row, Verdict)]:
        forget_weeks(min(ended))
    LetGo.objects.bulk_create([row for row in rows if isinstance(row, LetGo)], ignore_conflicts=True)


def batches() -> Iterator[list[Ticket]]:
    """All tickets, in the order of their keys."""
    last, found = None, list[Ticket]()
    while True:
        tickets = Ticket.objects.order_by(
            "pk"
        )  # sight: a command of the operator's machine; it prints no case
        found = list((tickets.filter(pk__gt=last) if last else tickets)[:AT_ONCE])
        if not found:
            return
        yield found
        last = found[-1].pk
