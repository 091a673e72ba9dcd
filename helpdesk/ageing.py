"""A share of what is taken next belongs to what has waited longest, so that nothing low starves.

The order of a queue is by urgency, then by what is due. Under a constant stream of urgent cases the others
would wait for ever; so of every hundred picks some go, evenly spread, to the longest waiting of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, Subquery

from helpdesk.models import NEVER, Picks, Priority, Queue, Status, Ticket
from helpdesk.models.tickets import TicketSet

# Of the reserved picks, one in so many looks first at what nobody has screened: a flood of that must not eat
# up the share of the others, and an honest case among it must not lie there for ever either.
UNSCREENED_EVERY = 5
COUNT = """
INSERT INTO helpdesk_picks (queue_id, count) VALUES (%s, 1)
ON CONFLICT (queue_id) DO UPDATE SET count = helpdesk_picks.count + 1 RETURNING count
"""


def reserved_before(number: int, share: int) -> int:
    """How many of the first `number` picks are reserved, at `share` of a hundred."""
    return number * share // 100


def is_reserved(number: int, share: int) -> bool:
    """Whether the pick of this number goes to what has waited longest. Evenly spread: at 20, each fifth."""
    return reserved_before(number, share) > reserved_before(number - 1, share)


def next_reserved_in(count: int, share: int) -> int:
    """After so many picks: which of those to come is the next reserved one. 1 is the very next."""
    reserved = reserved_before(count, share)
    return -(-(reserved + 1) * 100 // share) - count  # rounded up


def count_pick(queue_id: UUID) -> int:
    """The number of this pick from a queue. Whoever picks there at once waits until this one is done, so no
    number is given twice, and none is lost with a pick that fails."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [queue_id])
        return int(cursor.fetchone()[0])


def longest_waiting(waiting: TicketSet, queues: Iterable[Queue], *, than: Ticket) -> Ticket | None:
    """What has waited longest of all that stands behind `than`, held; None where there is nothing, or others
    are taking it right now.

    Behind it for good is what is less urgent, and what is as urgent and never due: all else comes nearer by
    itself. Costs one look into an index for each queue and priority, however many wait.
    """
    behind = [Q(priority=priority) for priority in Priority if priority > than.priority]
    behind.append(Q(priority=than.priority, due_at=NEVER))
    parts = [
        waiting.filter(each, queue=queue).order_by("opened_at", "id").values_list("opened_at", "id")[:1]
        for queue in queues
        for each in behind
    ]
    first, *others = parts
    for _opened_at, pk in first.union(*others, all=True).order_by("opened_at", "id"):
        held = Ticket.objects.filter(pk=pk, status=Status.NEW, assignee=None).exclude(pk=than.pk)
        found = (
            held.select_related("queue")
            .select_for_update(no_key=True, skip_locked=True, of=("self",))
            .first()
        )
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class Share:
    """How a queue keeps its low cases from starving, as its page says it."""

    percent: int
    next_in: int
    reference: str = ""
    waits_since: datetime | None = None


def share_of(queue: Queue, waiting: Any) -> Share | None:
    """What the reserved share of a queue does now; None where it has none. One query.

    `waiting` are the cases of it that nobody has taken.
    """
    if not queue.reserved_share:
        return None
    picks = Subquery(Picks.objects.filter(queue=queue).values("count"))
    columns = ("priority", "opened_at", "reference", "picks")
    parts = [
        waiting.filter(priority=each)
        .annotate(picks=picks)
        .order_by("opened_at", "id")
        .values_list(*columns)[:1]
        for each in Priority
    ]
    found = sorted(parts[0].union(*parts[1:], all=True))
    count = found[0][3] or 0 if found else 0
    next_in = next_reserved_in(count, queue.reserved_share)
    if len(found) < 2:  # nothing stands behind anything more urgent
        return Share(queue.reserved_share, next_in)
    _priority, since, reference, _picks = min(found[1:], key=lambda row: row[1])
    return Share(queue.reserved_share, next_in, reference, since)
