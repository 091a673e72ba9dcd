"""Looking for what somebody did to history behind the program's back. docs/history.md says what is hashed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from journal.digests import digest_of, is_finished, streamed
from journal.models import Digest

# In the order of the index, so that neither side holds more than a chain's neighbours in memory. One chain
# is read against itself: its numbers without a gap, its hashes each over the one before.
BROKEN_LINKS = """
    SELECT subject_kind, subject_id, number, gap FROM (
        SELECT subject_kind, subject_id, number, hash,
            number <> coalesce(lag(number) OVER chain, 0) + 1 AS gap,
            journal_event_hash(coalesce(lag(hash) OVER chain, ''), subject_kind, subject_id, number, code,
                "values", actor_kind, actor_id, at, written_at) AS expected
        FROM journal_event
        WINDOW chain AS (PARTITION BY subject_kind, subject_id ORDER BY number)
    ) AS link
    WHERE gap OR hash IS DISTINCT FROM expected
"""
# Each chain ends where its row says; an event beyond it, or of no chain at all, was smuggled in.
WRONG_ENDS = """
    SELECT chain.subject_kind, chain.subject_id, chain.last_number
    FROM journal_chain AS chain
    LEFT JOIN journal_event AS event ON event.subject_kind = chain.subject_kind
        AND event.subject_id = chain.subject_id AND event.number = chain.last_number
    WHERE event.hash IS DISTINCT FROM chain.last_hash
"""
BEYOND_THE_END = """
    SELECT event.subject_kind, event.subject_id, event.number
    FROM journal_event AS event
    LEFT JOIN journal_chain AS chain USING (subject_kind, subject_id)
    WHERE chain.last_number IS NULL OR event.number > chain.last_number
"""


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written. `where` names the subject and number, or the day."""

    code: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {MEANINGS[self.code]}"


MEANINGS = {
    "changed": "the event, or the hash of the one before it, was changed",
    "gap": "an event before this one is missing, or their order was changed",
    "last": "the last event is missing or was changed",
    "beyond": "the event stands beyond the end of its chain",
    "digest": "what was written on this day is not what its digest says",
    "no_digest": "the digest of this day is missing",
    "published": "the digest that was published for this day is another one",
}


def _at(kind: str, subject: object, number: int) -> str:
    return f"{kind} {subject} number {number}"


def events_changed() -> Iterator[Finding]:
    """Findings in the chains: one pass over all events."""
    with streamed(BROKEN_LINKS, []) as rows:
        for kind, subject, number, gap in rows:
            yield Finding("gap" if gap else "changed", _at(kind, subject, number))
    for code, query in (("last", WRONG_ENDS), ("beyond", BEYOND_THE_END)):
        with streamed(query, []) as rows:
            for row in rows:
                yield Finding(code, _at(*row))


def digests_changed(*, at: datetime) -> Iterator[Finding]:
    """Findings in the digests: each against the events of its day and the digest before it; none left out."""
    before, expected = b"", None
    for digest in Digest.objects.order_by("day").iterator():
        yield from _missing(expected, digest.day)
        if digest_of(digest.day, before) != (digest.chains, bytes(digest.hash)):
            yield Finding("digest", digest.day.isoformat())
        before, expected = bytes(digest.hash), digest.day + timedelta(days=1)
    # The last finished day may still wait for its task.
    if expected and is_finished(expected + timedelta(days=1), at):
        yield from _missing(expected, at.date() - timedelta(days=1))


def _missing(expected: date | None, until: date) -> Iterator[Finding]:
    while expected and expected < until:
        yield Finding("no_digest", expected.isoformat())
        expected += timedelta(days=1)


def published_differ(published: Iterable[dict]) -> Iterator[Finding]:
    """Findings against digests that somebody kept: the JSON of the public page, as it once was."""
    ours = {each.day.isoformat(): bytes(each.hash).hex() for each in Digest.objects.iterator()}
    for each in published:
        if ours.get(each["day"]) != each["hash"]:
            yield Finding("published", each["day"])
