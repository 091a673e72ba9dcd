"""How often a key may call. Counted in the Valkey that forgets; without it nobody is held up."""

from datetime import datetime
from functools import lru_cache
from math import ceil
from uuid import UUID

import redis
import structlog
from django.conf import settings

log = structlog.get_logger()


@lru_cache(maxsize=1)
def _counters() -> redis.Redis:
    return redis.Redis.from_url(settings.CACHES["default"]["LOCATION"], socket_timeout=1)


def wait_of(key_id: UUID, *, at: datetime) -> int:
    """Count this call; 0, or the whole seconds after which a key that called too often may call again.

    Windows are those of the clock: a second, and a minute. One round trip.
    """
    moment = at.timestamp()
    windows = (
        (1, 2, settings.STATEMENT_CALLS_PER_SECOND),
        (60, 61, settings.STATEMENT_CALLS_PER_MINUTE),
    )
    try:
        with _counters().pipeline(transaction=False) as pipeline:
            for length, lasts, _ in windows:
                name = f"statement-calls:{lasts}:{key_id.hex}:{int(moment // length)}"
                pipeline.incr(name)
                pipeline.expire(name, lasts)
            counts = pipeline.execute()[::2]
    except redis.RedisError:
        log.warning("limits_not_counted")
        return 0
    waits = [
        ceil(length - moment % length)
        for count, (length, _, most) in zip(counts, windows, strict=True)
        if count > most
    ]
    return max(waits, default=0)
