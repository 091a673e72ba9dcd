"""Filters of lists, as words in the address, so that a view can be shared and saved."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.db.models.fields.tuple_lookups import TupleGreaterThan

from helpdesk.models import Level, Priority, Queue, Status
from helpdesk.models.tickets import TicketSet

PAGE = 50
LOOSE = """
WITH RECURSIVE found(category) AS (
    (SELECT category FROM helpdesk_ticket
     WHERE queue_id = %(queue)s AND status IN ('new', 'open', 'waiting') ORDER BY category LIMIT 1)
    UNION ALL
    SELECT (SELECT category FROM helpdesk_ticket
            WHERE queue_id = %(queue)s AND status IN ('new', 'open', 'waiting') AND category > found.category
            ORDER BY category LIMIT 1)
    FROM found WHERE found.category IS NOT NULL
) SELECT category FROM found WHERE category <> '' LIMIT 100
"""


@dataclass(frozen=True)
class Filters:
    """What of a queue is shown. `assignee` is `me`, `nobody` or a user's id; `after` a place in the order."""

    language: str = ""
    status: str = ""
    priority: str = ""
    assignee: str = ""
    category: str = ""
    level: str = ""
    after: str = ""

    @property
    def query(self) -> str:
        """The filters as a query string, without the place."""
        return urlencode({name: value for name, value in self._named() if value})

    @property
    def are_set(self) -> bool:
        return any(value for _name, value in self._named())

    def _named(self) -> list[tuple[str, str]]:
        names = ("language", "status", "priority", "assignee", "category", "level")
        return [(name, getattr(self, name)) for name in names]

    def next_page(self, last: Any) -> str:
        """The query string of what follows `last`."""
        place = f"{last[0]}~{last[1].isoformat()}~{last[2]}"
        return urlencode([*((n, v) for n, v in self._named() if v), ("after", place)])

    def without_place(self) -> "Filters":
        return replace(self, after="")


def read_filters(given: Mapping[str, str]) -> Filters:
    """What the address says; words that mean nothing are passed over."""
    return Filters(
        language=given.get("language", "")[:10],
        status=given["status"] if given.get("status") in Status.values else "",
        priority=given["priority"] if given.get("priority", "") in map(str, Priority.values) else "",
        assignee=_assignee(given.get("assignee", "")),
        category=given.get("category", "")[:60],
        level=given["level"] if given.get("level", "") in map(str, Level.values) else "",
        after=given.get("after", "") if _place(given.get("after", "")) else "",
    )


def _assignee(word: str) -> str:
    if word in {"me", "nobody"}:
        return word
    try:
        return str(UUID(word))
    except ValueError:
        return ""


def _place(word: str) -> tuple[int, datetime, UUID] | None:
    try:
        priority, due_at, pk = word.split("~")
        moment = datetime.fromisoformat(due_at)
        return (int(priority), moment, UUID(pk)) if moment.tzinfo else None
    except ValueError:
        return None


def filtered(tickets: TicketSet, filters: Filters, *, user: Any) -> TicketSet:
    """The tickets that the filters name, in the order of the queue, from their place on."""
    tickets = tickets.filter(status=filters.status) if filters.status else tickets.unfinished()
    if filters.language:
        tickets = tickets.filter(language=filters.language)
    if filters.priority:
        tickets = tickets.filter(priority=int(filters.priority))
    if filters.assignee:
        tickets = tickets.filter(assignee=_who(filters.assignee, user))
    if filters.category:
        tickets = tickets.filter(category=filters.category)
    if filters.level:
        tickets = tickets.filter(level=int(filters.level))
    place = _place(filters.after)
    if place:
        tickets = tickets.filter(TupleGreaterThan((F("priority"), F("due_at"), F("id")), place))
    return tickets.in_order()


def _who(word: str, user: Any) -> Any:
    return {"me": user.pk, "nobody": None}.get(word, word)


def categories_in(queue: Queue) -> list[str]:
    """The categories of unfinished tickets of a queue; costs their number, not that of the tickets."""
    with connection.cursor() as cursor:
        cursor.execute(LOOSE, {"queue": queue.pk})
        return [category for (category,) in cursor.fetchall()]
