"""The door of a form against bots: a proof of work, or an honest wait where no script runs.

The time counts from when the form was shown, so whoever wrote for longer has waited already. Only so many
waits count in an hour, for all visitors together; what comes beyond is taken in as "not yet screened".
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256

import redis
from django.conf import settings
from django.core import signing
from django.core.cache import cache

from helpdesk.proof import is_proof

WAIT = timedelta(seconds=20)
GOOD_FOR = timedelta(hours=24)
SALT = "helpdesk.waiting"


class Verdict(Enum):
    """What the door says of a form."""

    PASSED = "passed"
    NEEDS_WAIT = "needs_wait"
    UNSCREENED = "unscreened"


@dataclass(frozen=True)
class Screening:
    """The verdict; and from when on the same form can be sent, where it needs to wait."""

    verdict: Verdict
    ready_at: datetime | None = None


def start_waiting(*, at: datetime) -> str:
    """A signed start time for a form, good for one."""
    return signing.dumps([at.timestamp(), secrets.token_urlsafe(9)], salt=SALT)


def screen(payload: str, waiting: str, *, form: str, at: datetime) -> Screening:
    """Judge a form by its proof (`payload`) or its signed start time (`waiting`); `form` is its token."""
    if payload and is_proof(payload, form=form, at=at):
        return Screening(Verdict.PASSED)
    if not _has_room(at):
        return Screening(Verdict.UNSCREENED)
    started_at = _started_at(waiting, at)
    if started_at is None or not _is_first_use(waiting, form):
        return Screening(Verdict.NEEDS_WAIT, ready_at=at + WAIT)
    if at < started_at + WAIT:
        return Screening(Verdict.NEEDS_WAIT, ready_at=started_at + WAIT)
    _count(at)
    return Screening(Verdict.PASSED)


def _started_at(waiting: str, at: datetime) -> datetime | None:
    try:
        started_at = datetime.fromtimestamp(signing.loads(waiting, salt=SALT)[0], tz=at.tzinfo)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return started_at if timedelta(0) <= at - started_at < GOOD_FOR else None


def _is_first_use(waiting: str, form: str) -> bool:
    """Whether no other form has come with this start time. Without the cache nothing counts as used."""
    name = f"waited:{sha256(waiting.encode()).hexdigest()}"
    mine = sha256(form.encode()).hexdigest()
    try:
        return cache.add(name, mine, GOOD_FOR.total_seconds()) or cache.get(name) == mine
    except redis.RedisError:
        return True


def _budget(at: datetime) -> str:
    return f"waits:{at:%Y%m%d%H}"


def _has_room(at: datetime) -> bool:
    """Whether this hour's shared budget has room. Without the cache nobody counts, and nobody waits."""
    try:
        return cache.get(_budget(at), 0) < settings.WAITS_PER_HOUR
    except redis.RedisError:
        return False


def _count(at: datetime) -> None:
    name = _budget(at)
    cache.add(name, 0, 2 * 60 * 60)
    cache.incr(name)
