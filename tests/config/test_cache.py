"""The cache in Valkey."""

from django.core.cache import cache, caches


def test_the_cache_keeps_its_client():
    client = caches["default"]._cache
    assert client.get_client("a", write=True) is client.get_client("b", write=True)


def test_what_was_put_there_first_stays():
    cache.delete("first")
    assert cache.add("first", "mine", 60)
    assert not cache.add("first", "yours", 60)
    assert cache.get("first") == "mine"
