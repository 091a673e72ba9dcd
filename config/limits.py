"""The cache that limits count in: a Valkey without persistence; while it is away, memory of this process.

Signing in and opening a case must not wait for a server that holds nothing but counts. So nothing is refused
while it is away, and nothing becomes free: each process counts for itself, with waits that grow as always,
and whoever guesses gets their tries once for each process and once more when the Valkey is back.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import redis
import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

from config.cache import Cache

log = structlog.get_logger()

PAUSE = 10  # seconds in which nobody asks a Valkey that did not answer
KEPT_HERE = 20_000  # counts; so many that others' guesses do not push somebody's count out

_here = LocMemCache("limits", {"OPTIONS": {"MAX_ENTRIES": KEPT_HERE}})
_back_at = 0.0


def ask_again() -> None:
    """Forget that the Valkey was away, and what was counted meanwhile."""
    global _back_at
    _back_at = 0.0
    _here.clear()


def _patient(name: str) -> Callable[..., Any]:
    asked, own = getattr(RedisCache, name), getattr(_here, name)

    @wraps(asked)
    def ask(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        global _back_at
        if time.monotonic() >= _back_at:
            try:
                return asked(self, *args, **kwargs)
            except redis.RedisError as fault:
                # Only the kind of fault: its text may quote the address of a server and a key.
                log.warning("limits.valkey_down", fault=type(fault).__name__)
                _back_at = time.monotonic() + PAUSE
        return own(*args, **kwargs)

    return ask


class LimitsCache(Cache):
    add = _patient("add")
    clear = _patient("clear")
    delete = _patient("delete")
    delete_many = _patient("delete_many")
    get = _patient("get")
    get_many = _patient("get_many")
    has_key = _patient("has_key")
    incr = _patient("incr")
    set = _patient("set")
    set_many = _patient("set_many")
    touch = _patient("touch")
