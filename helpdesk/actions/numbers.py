"""What the clock counts from verdicts, so that nobody who looks at numbers makes the database count."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min

from helpdesk.actions.clocks import in_force
from helpdesk.calendars import add
from helpdesk.clocks import Kind
from helpdesk.models import Clock, KeptTimes, Queue, QueueKind, Ticket, Verdict, VerdictWeek
from helpdesk.numbers import CELLS, WEEK, read_cell
from journal.prepared import execute

SETTLED_AFTER = timedelta(minutes=2)  # an answer can be undone for ten seconds, and its verdict goes with it
DAYS_TOLD = 30
FEWEST = 10  # with fewer, somebody could find themselves, or a colleague, in the numbers
TOLD_KINDS = (QueueKind.APPEAL, QueueKind.NOTICE, QueueKind.COMPLAINT)
TOLD_CLOCKS = (Kind.FIRST_RESPONSE, Kind.RESOLUTION)
# Real time, nights and our questions included: that is how long somebody waited.
# Who was silent got no answer.
KEPT = """
SELECT kind, clock, count(*) FILTER (WHERE state = 'met'), count(*) FILTER (WHERE state = 'missed'),
    percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY ended_at - began_at)
        FILTER (WHERE state = 'met' OR (state = 'missed' AND ended_by IN ('staff_wrote', 'resolved')))
FROM helpdesk_verdict
WHERE queue_id = ANY ($1::uuid[]) AND ended_at >= $2 AND ended_at < $3
    AND NOT (state = 'met' AND ended_by = 'silence')
GROUP BY kind, clock
"""


def fold_weeks(*, at: datetime) -> int:
    """Fold the verdicts of each week that is over; how many weeks. Safe to run twice, by two, and late."""
    last = VerdictWeek.objects.aggregate(last=Max("week"))["last"]
    first = last + WEEK if last else _first_week()
    folded = 0
    while first is not None and _midnight(first) + WEEK + SETTLED_AFTER <= at:
        _fold(first)
        first, folded = first + WEEK, folded + 1
    return folded


def _first_week() -> date | None:
    first = Verdict.objects.aggregate(first=Min("ended_at"))["first"]
    return first.astimezone(UTC).date() - timedelta(days=first.weekday()) if first else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(tzinfo=UTC))


@transaction.atomic
def _fold(week: date) -> None:
    queues = list(Queue.objects.values_list("pk", flat=True))  # sight: counts of all queues
    rows = execute(CELLS, [queues, _midnight(week), _midnight(week) + WEEK]).fetchall()
    cells = (read_cell(row)._asdict() for row in rows)
    VerdictWeek.objects.bulk_create(
        [VerdictWeek(queue_id=cell.pop("queue"), **cell) for cell in cells],
        ignore_conflicts=True,  # two beats by mistake fold the same
    )


def forget_weeks(since: datetime) -> int:
    """Throw away what was folded from that week on, to be folded again: rows were added that were missing."""
    monday = since.astimezone(UTC).date() - timedelta(days=since.astimezone(UTC).weekday())
    return VerdictWeek.objects.filter(week__gte=monday).delete()[0]


@transaction.atomic
def count_kept_times(*, at: datetime) -> KeptTimes:
    """What people outside are told of the last 30 days. What is late and still open counts as not kept."""
    queues = list(Queue.objects.in_use().filter(kind__in=TOLD_KINDS))  # sight: told to everybody, in sums
    since = at - timedelta(days=DAYS_TOLD)
    found = {
        (kind, clock): (met, missed, lengths or (None, None))
        for kind, clock, met, missed, lengths in execute(
            KEPT, [[queue.pk for queue in queues], since, at]
        ).fetchall()
    }
    waiting = _late_and_open(queues, since, at)
    told = []
    for kind in TOLD_KINDS:
        own = [queue for queue in queues if queue.kind == kind]
        for clock in TOLD_CLOCKS if own else ():
            met, missed, (half, most) = found.get((kind, clock), (0, 0, (None, None)))
            missed += waiting.get((kind, clock), 0)
            told.append(
                {"kind": kind.value, "clock": clock.value, "promised": _seconds(_promised(own, clock, at))}
                | _told(met, missed, half, most)
            )
    return KeptTimes.objects.update_or_create(place=1, defaults={"counted_at": at, "figures": told})[0]


def _told(met: int, missed: int, half: timedelta | None, most: timedelta | None) -> dict[str, Any]:
    """Rounded, so that two looks an hour apart do not tell of one case."""
    count = met + missed
    if count < FEWEST:
        return {"few": True}
    return {
        "count": count // FEWEST * FEWEST,
        "kept": met * 100 // count,
        "half": _seconds(half),
        "most": _seconds(most),
    }


def _late_and_open(queues: Iterable[Queue], since: datetime, at: datetime) -> dict[tuple[str, str], int]:
    counted: dict[tuple[str, str], int] = {}
    clocks = Clock.objects.open().filter(queue__in=[queue.pk for queue in queues])
    late = clocks.filter(due_at__gte=since, due_at__lt=at, kind__in=[clock.value for clock in TOLD_CLOCKS])
    for kind, clock, count in late.values_list("ticket__kind", "kind").annotate(count=Count("pk")):
        counted[kind, clock] = count
    return counted


def _promised(queues: Iterable[Queue], clock: Kind, at: datetime) -> timedelta | None:
    """The longest that is promised now to somebody who writes of this kind."""
    held = in_force(at)
    lengths = []
    for queue in queues:
        promise = held.promise_for(Ticket(queue=queue, kind=queue.kind))
        target = promise.row.targets.get(clock) if promise else None
        if promise is None or target is None:
            continue
        due_at = add(promise.calendar.working if promise.calendar else None, at, target)
        if due_at:
            lengths.append(due_at - at)
    return max(lengths, default=None)


def _seconds(length: timedelta | None) -> int | None:
    return length // timedelta(seconds=1) if length is not None else None
