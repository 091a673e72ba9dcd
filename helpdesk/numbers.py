"""The numbers of a team: how promises were kept, by clock, week, queue, tier and language; from verdicts."""

import csv
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Max

from helpdesk.clocks import Kind
from helpdesk.models import Queue, VerdictWeek
from helpdesk.models.verdicts import SILENCE
from journal.prepared import execute

WEEK = timedelta(days=7)
WEEKS = (4, 12, 26, 52)
USUAL = 12
STEP = (
    1.05  # lengths are counted in buckets, each so much longer than the one before: within 2.5 % of the truth
)
_LET_GO = """
SELECT code, why, reason, count(*) FROM helpdesk_letgo
WHERE queue_id = ANY ($1::uuid[]) AND at >= $2 AND at < $3
    AND ($4::int IS NULL OR tier = $4) AND ($5 = '' OR language = $5)
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""
_FOLDED = """
SELECT week, clock, queue_id, tier, language, met, missed, cancelled, silent, lengths
FROM helpdesk_verdictweek
WHERE queue_id = ANY ($1::uuid[]) AND week >= $2 AND week <= $3
"""
# How long it took is counted where somebody did in the end what was promised, in time or not.
CELLS = f"""
SELECT week, clock, queue_id, tier, language, sum(met)::int AS met, sum(missed)::int AS missed,
    sum(cancelled)::int AS cancelled, sum(silent)::int AS silent,
    coalesce(jsonb_object_agg(bucket, done) FILTER (WHERE done > 0), '{{}}') AS lengths
FROM (
    SELECT date_trunc('week', ended_at, 'UTC')::date AS week, clock, queue_id, tier, language,
        round(ln(greatest(extract(epoch FROM spent), 1)) / ln({STEP}))::int AS bucket,
        count(*) FILTER (WHERE state = 'met' AND ended_by <> '{SILENCE}') AS met,
        count(*) FILTER (WHERE state = 'missed') AS missed,
        count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE state = 'met' AND ended_by = '{SILENCE}') AS silent,
        count(*) FILTER (
            WHERE (state = 'met' AND ended_by <> '{SILENCE}')
                OR (state = 'missed' AND ended_by IN ('staff_wrote', 'resolved'))
        ) AS done
    FROM helpdesk_verdict WHERE queue_id = ANY ($1::uuid[]) AND ended_at >= $2 AND ended_at < $3
    GROUP BY 1, 2, 3, 4, 5, 6
) AS cells GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - our own words
COLUMNS = (
    "week", "clock", "queue", "tier", "language",
    "met", "missed", "cancelled", "ended_for_silence", "median_seconds", "p95_seconds",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is asked of the numbers; stands in the address."""

    queue: str = ""
    tier: int | None = None
    language: str = ""
    weeks: int = USUAL

    @property
    def query(self) -> str:
        named = {"queue": self.queue, "tier": self.tier, "language": self.language, "weeks": self.weeks}
        return urlencode({name: value for name, value in named.items() if value not in ("", None)})

    def since(self, at: datetime) -> datetime:
        """The Monday with which it begins, in UTC."""
        monday = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return monday - timedelta(days=monday.weekday()) - WEEK * (self.weeks - 1)


def read_asked(given: Mapping[str, str]) -> Asked:
    """What the address says; words that mean nothing are passed over."""
    tier, weeks = given.get("tier", ""), given.get("weeks", "")
    return Asked(
        queue=given.get("queue", "")[:40],
        tier=int(tier) if tier.isascii() and tier.isdecimal() and len(tier) < 3 else None,
        language=given.get("language", "")[:10],
        weeks=int(weeks) if weeks in map(str, WEEKS) else USUAL,
    )


@dataclass
class Figures:
    """How one clock was kept among these verdicts. The lengths are working time without pauses."""

    met: int = 0
    missed: int = 0
    cancelled: int = 0
    silent: int = 0  # met, but by a machine: the person did not answer, and nobody decided anything
    lengths: Counter[int] = field(default_factory=Counter)  # how many in each bucket

    def add(self, cell: "Cell") -> None:
        self.met += cell.met
        self.missed += cell.missed
        self.cancelled += cell.cancelled
        self.silent += cell.silent
        for bucket, count in cell.lengths.items():
            self.lengths[int(bucket)] += count

    @property
    def judged(self) -> int:
        """What was cancelled or ended in silence was neither kept nor broken by anybody."""
        return self.met + self.missed

    @property
    def percent(self) -> int | None:
        """Of what was judged, how much in time; rounded down, so that 100 means all."""
        return self.met * 100 // self.judged if self.judged else None

    @property
    def median(self) -> timedelta | None:
        return self._within(0.5)

    @property
    def p95(self) -> timedelta | None:
        return self._within(0.95)

    def _within(self, share: float) -> timedelta | None:
        """The length within which this share of them was done."""
        left = math.ceil(self.lengths.total() * share)
        for bucket in sorted(self.lengths):
            left -= self.lengths[bucket]
            if left <= 0:
                return timedelta(seconds=round(STEP**bucket))
        return None


class Cell(NamedTuple):
    """What ended in one week, of one clock, in one queue, tier and language."""

    week: date
    clock: str
    queue: UUID
    tier: int | None
    language: str
    met: int
    missed: int
    cancelled: int
    silent: int
    lengths: dict[str, int]


@dataclass
class ClockNumbers:
    """One clock: in all, by week from the first to the last, and by each way to look at it."""

    kind: Kind
    weeks: dict[date, Figures]
    total: Figures = field(default_factory=Figures)
    by_queue: dict[UUID, Figures] = field(default_factory=lambda: defaultdict(Figures))
    by_tier: dict[int | None, Figures] = field(default_factory=lambda: defaultdict(Figures))
    by_language: dict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))

    def add(self, cell: Cell) -> None:
        for figures in (
            self.total,
            self.weeks[cell.week],
            self.by_queue[cell.queue],
            self.by_tier[cell.tier],
            self.by_language[cell.language],
        ):
            figures.add(cell)


@dataclass(frozen=True)
class LetGoCount:
    code: str
    why: str
    reason: str
    count: int


def _values(queues: Sequence[Queue], asked: Asked, at: datetime) -> list[Any]:
    ids = [queue.pk for queue in queues if not asked.queue or queue.slug == asked.queue]
    return [ids, asked.since(at), at, asked.tier, asked.language]


def cells(queues: Sequence[Queue], asked: Asked, at: datetime) -> list[Cell]:
    """What ended in these queues since then. Weeks that are over come from what was folded, so that a million
    verdicts cost what their weeks do; the rest from the verdicts themselves. Three queries."""
    ids, since, until, tier, language = _values(queues, asked, at)
    folded = VerdictWeek.objects.aggregate(last=Max("week"))["last"]
    found = []
    if folded is not None and folded >= since.date():
        found = execute(_FOLDED, [ids, since.date(), folded]).fetchall()
        since = datetime.combine(folded, time(tzinfo=UTC)) + WEEK
    found += execute(CELLS, [ids, since, until]).fetchall()
    return [
        cell
        for cell in map(read_cell, found)
        if tier in (None, cell.tier) and (not language or cell.language == language)
    ]


def read_cell(row: Sequence[Any]) -> Cell:
    """A row as it comes from the database: JSON comes as text."""
    return Cell._make((*row[:-1], json.loads(row[-1])))


def numbers(queues: Sequence[Queue], asked: Asked, at: datetime) -> list[ClockNumbers]:
    """How the promises of these queues were kept, clock by clock."""
    found: dict[str, ClockNumbers] = {}
    for cell in cells(queues, asked, at):
        if cell.clock not in found:
            found[cell.clock] = ClockNumbers(Kind(cell.clock), _every_week(asked, at))
        found[cell.clock].add(cell)
    return [found[kind] for kind in Kind if kind in found]


def _every_week(asked: Asked, at: datetime) -> dict[date, Figures]:
    """Also those in which nothing ended: a plot that leaves them out lies."""
    first = asked.since(at).date()
    return {first + WEEK * number: Figures() for number in range(asked.weeks)}


def let_go(queues: Sequence[Queue], asked: Asked, at: datetime) -> list[LetGoCount]:
    """Answers that were given up, by reason, the most frequent first. One query."""
    return [LetGoCount(*row) for row in execute(_LET_GO, _values(queues, asked, at)).fetchall()]


def as_csv(queues: Sequence[Queue], asked: Asked, at: datetime) -> Iterator[str]:
    """A line for each week, clock, queue, tier and language in which something ended; RFC 4180."""
    slugs: dict[UUID, str] = {queue.pk: queue.slug for queue in queues}
    yield _line(COLUMNS)
    found = cells(queues, asked, at)
    for cell in sorted(found, key=lambda each: (each.week, each.clock, slugs[each.queue], each.language)):
        said = Figures()
        said.add(cell)
        told = (said.met, said.missed, said.cancelled, said.silent, _seconds(said.median), _seconds(said.p95))
        tier = "" if cell.tier is None else cell.tier
        yield _line((cell.week.isoformat(), cell.clock, slugs[cell.queue], tier, cell.language, *told))


def _seconds(length: timedelta | None) -> int | str:
    return "" if length is None else length // timedelta(seconds=1)


def _line(cells: Sequence[Any]) -> str:
    written = StringIO()
    csv.writer(written).writerow([_harmless(cell) for cell in cells])
    return written.getvalue()


def _harmless(cell: Any) -> Any:
    """A spreadsheet takes a cell that begins like this for a formula and runs it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
