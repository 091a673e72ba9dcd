"""The cache in Valkey, with a client that stays: Django makes a new one for each call, which costs as much
as the call does."""

from functools import cache, partial
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class Client(RedisCacheClient):
    """Its connections come from the pool as before, which knows threads and forks."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._kept = cache(partial(super().get_client, None))

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return self._kept(write=write)


class Cache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]):
        super().__init__(server, params)
        self._class = Client
