"""How often a key may call. Counted in the Valkey that forgets; without it nobody is held up."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

import redis
import structlog
from django.conf import settings

log = structlog.get_logger()


@lru_cache(maxsize=1)
def _counters() -> redis.Redis:
    return redis.Redis.from_url(settings.CACHES["default"]["LOCATION"], socket_timeout=1)


def is_over_limit(key_id: UUID, *, at: datetime) -> bool:
    """Whether this call is one too many in its second or its minute. One round trip."""
    second = int(at.timestamp())
    windows = (
        (second, 2, settings.STATEMENT_CALLS_PER_SECOND),
        (second // 60, 61, settings.STATEMENT_CALLS_PER_MINUTE),
    )
    try:
        with _counters().pipeline(transaction=False) as pipeline:
            for number, lasts, _ in windows:
                name = f"statement-calls:{lasts}:{key_id.hex}:{number}"
                pipeline.incr(name)
                pipeline.expire(name, lasts)
            counts = pipeline.execute()[::2]
    except redis.RedisError:
        log.warning("limits_not_counted")
        return False
    return any(count > most for count, (_, _, most) in zip(counts, windows, strict=True))
