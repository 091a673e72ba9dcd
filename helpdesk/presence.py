"""Who else is looking at a ticket, or writing in it: kept in the Valkey without persistence, for seconds.

It stops nobody and is no record: it spares two people the same work. Without the Valkey, nobody is seen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import redis
from django.conf import settings

LOOKING_FOR = 7  # seconds without a sign after which somebody is gone; pages ask every two
WRITING_FOR = 5
FORGET_AFTER = 60


@dataclass(frozen=True)
class Present:
    """A colleague at the same ticket."""

    user_id: UUID
    name: str
    is_writing: bool


@cache
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(str(settings.CACHES["default"]["LOCATION"]), socket_timeout=0.5)


@contextmanager
def _if_there() -> Iterator[None]:
    try:
        yield
    except redis.RedisError:
        return


def _keys(ticket_id: UUID) -> tuple[str, str]:
    return f"present:{ticket_id}:looking", f"present:{ticket_id}:writing"


def show_up(ticket_id: UUID, user: Any, *, at: datetime, is_writing: bool = False) -> None:
    """Somebody looks at this ticket at `at`, or writes in it."""
    looking, writing = _keys(ticket_id)
    member, now = f"{user.pk}|{user}", at.timestamp()
    with _if_there(), _valkey().pipeline(transaction=False) as pipe:
        pipe.zadd(looking, {member: now + LOOKING_FOR})
        pipe.expire(looking, FORGET_AFTER)
        if is_writing:
            pipe.zadd(writing, {member: now + WRITING_FOR})
            pipe.expire(writing, FORGET_AFTER)
        pipe.execute()


def others_at(ticket_id: UUID, user: Any, *, at: datetime) -> list[Present]:
    """The others at this ticket at `at`, those who write first."""
    looking, writing = _keys(ticket_id)
    found: list[list[bytes]] = [[], []]
    with _if_there(), _valkey().pipeline(transaction=False) as pipe:
        pipe.zrangebyscore(looking, at.timestamp(), "+inf")
        pipe.zrangebyscore(writing, at.timestamp(), "+inf")
        found = pipe.execute()
    writers = set(found[1])
    everybody = [_read(member, member in writers) for member in {*found[0], *writers}]
    others = [present for present in everybody if present.user_id != user.pk]
    return sorted(others, key=lambda present: (not present.is_writing, present.name))


def leave(ticket_id: UUID, user: Any) -> None:
    """Somebody has sent what they wrote, or gone on."""
    with _if_there(), _valkey().pipeline(transaction=False) as pipe:
        for key in _keys(ticket_id):
            pipe.zrem(key, f"{user.pk}|{user}")
        pipe.execute()


def _read(member: bytes, is_writing: bool) -> Present:
    user_id, _bar, name = member.decode().partition("|")
    return Present(UUID(user_id), name, is_writing)
