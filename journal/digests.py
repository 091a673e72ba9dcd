"""One hash a day over all that was written that day, published so that the past is not rewritten quietly."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from journal.models import Digest, Event

# The last event that the day wrote to each chain, in an order that everybody can repeat.
HEADS = """
    SELECT DISTINCT ON (subject_kind COLLATE "C", subject_id) subject_kind, subject_id, number, hash
    FROM journal_event WHERE written_at >= %s AND written_at < %s
    ORDER BY subject_kind COLLATE "C", subject_id, number DESC
"""
# Two servers may disagree on the time by a little; an older transaction may still write into the day.
STILL_WRITING = """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < %s
    )
"""
STREAM = 2000


def day_starts(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def digest_of(day: date, before: bytes) -> tuple[int, bytes]:
    """How many chains `day` moved, and the hash over their heads and the digest `before`. Memory is flat."""
    folded = hashlib.sha256(before + f"{day.isoformat()}\n".encode())
    chains = 0
    with streamed(HEADS, [day_starts(day), day_starts(day + timedelta(days=1))]) as rows:
        for kind, subject, number, head in rows:
            folded.update(f"{kind} {subject} {number} {bytes(head).hex()}\n".encode())
            chains += 1
    return chains, folded.digest()


@contextmanager
def streamed(query: str, parameters: list[Any]) -> Iterator[Iterator[tuple]]:
    """Rows of a query by a cursor of the server, a few thousand at a time."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        yield _each(cursor)


def _each(cursor: Any) -> Iterator[tuple]:
    while rows := cursor.fetchmany(STREAM):
        yield from rows


def is_finished(day: date, at: datetime) -> bool:
    """Whether nothing can be written into `day` any more: it and every transaction begun in it are over."""
    end = day_starts(day + timedelta(days=1))
    if at < end:
        return False
    with connection.cursor() as cursor:
        cursor.execute(STILL_WRITING, [end])
        return not cursor.fetchone()[0]


def fold_day(day: date, *, at: datetime) -> Digest | None:
    """The digest of `day`, made where there is none yet; None while the day can still grow.

    Days are folded in order, each once: the first is the day of the first event.
    """
    made = Digest.objects.filter(pk=day).first()
    if made or not is_finished(day, at):
        return made
    before = Digest.objects.filter(day__lt=day).order_by("-day").values_list("hash", flat=True).first()
    chains, folded = digest_of(day, bytes(before or b""))
    digest, __ = Digest.objects.get_or_create(
        day=day, defaults={"chains": chains, "hash": folded, "made_at": at}
    )
    return digest


def fold_days(*, at: datetime) -> list[Digest]:
    """Fold every finished day since the last digest, also the empty ones, so that no day can be left out."""
    last = Digest.objects.order_by("-day").values_list("day", flat=True).first()
    day = last + timedelta(days=1) if last else _first_day()
    folded: list[Digest] = []
    while day and (digest := fold_day(day, at=at)):
        folded.append(digest)
        day += timedelta(days=1)
    return folded


def _first_day() -> date | None:
    first = Event.objects.order_by("id").values_list("written_at", flat=True).first()
    return first.astimezone(UTC).date() if first else None
