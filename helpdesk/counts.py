"""Numbers of the console: counted up to a limit, so that a million tickets cost what a thousand do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.expressions import RawSQL

from helpdesk.models import Queue

MOST = 1000  # beyond it a count says "999+"

_CAPPED = """SELECT count(*) FROM (
    SELECT 1 FROM helpdesk_ticket t WHERE t.queue_id = helpdesk_queue.id AND {} LIMIT {}
) counted"""
_UNFINISHED = "t.status IN ('new', 'open', 'waiting')"
# Asking for the order of the index keeps the planner from reading the table instead.
_IN_ORDER = "ORDER BY t.priority, t.due_at, t.id"
# Naming every priority lets one index on (queue, priority, due_at) answer.
_LATE = f"{_UNFINISHED} AND t.priority IN (1, 2, 3, 4) AND t.due_at < %s"
_MINE = f"{_UNFINISHED} AND t.assignee_id = %s"
_FREE = f"t.status = 'new' AND t.assignee_id IS NULL {_IN_ORDER}"


def _count(condition: str, *values: Any) -> RawSQL:
    return RawSQL(_CAPPED.format(condition, MOST), values)  # noqa: S611 - conditions are ours, values are bound


def capped(number: int) -> str:
    return f"{MOST - 1}+" if number >= MOST else str(number)


@dataclass(frozen=True)
class Line:
    """A queue of the rail with what is in it now."""

    queue: Queue
    unfinished: int
    late: int
    free: int
    mine: int

    @property
    def count(self) -> str:
        return capped(self.unfinished)

    @property
    def late_count(self) -> str:
        return capped(self.late)

    @property
    def free_count(self) -> str:
        return capped(self.free)


@dataclass(frozen=True)
class Rail:
    """What stands at the start side of every page of the console. One query."""

    lines: list[Line]

    @property
    def mine(self) -> str:
        return capped(sum(line.mine for line in self.lines))

    @property
    def late(self) -> str:
        return capped(sum(line.late for line in self.lines))

    @property
    def free(self) -> str:
        return capped(sum(line.free for line in self.lines))

    def line_of(self, slug: str) -> Line | None:
        return next((line for line in self.lines if line.queue.slug == slug), None)


def rail_for(user: Any, at: datetime) -> Rail:
    """The user's queues with their numbers at `at`."""
    queues: Iterable[Any] = (
        Queue.objects.visible_to(user)
        .in_use()
        .annotate(
            unfinished=_count(f"{_UNFINISHED} {_IN_ORDER}"),
            late=_count(_LATE, at),
            free=_count(_FREE),
            mine=_count(_MINE, user.pk),
        )
    )
    return Rail([Line(q, q.unfinished, q.late, q.free, q.mine) for q in queues])
