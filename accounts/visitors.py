"""Slowing without knowing: limits key on a visitor's address mixed with a key that lives for an hour.

No address is stored: the key of the hour stands only in the cache, which is kept in memory alone.
"""

import secrets
from hashlib import sha256
from hmac import digest
from ipaddress import IPv6Network, ip_address
from typing import cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.timezone import now

KEY_FOR = 2 * 60 * 60  # seconds; the hour's key outlives its hour by one, then nobody can compute with it


def visitor(request: HttpRequest) -> str:
    """An opaque name of a visitor's address, good for this hour."""
    hour = f"visitors:key:{now():%Y%m%d%H}"  # now: the key of the hour in which somebody comes
    key = cast(bytes, cache.get_or_set(hour, lambda: secrets.token_bytes(32), KEY_FOR))
    return digest(key, _network(_address(request)).encode(), sha256).hex()[:32]


def _address(request: HttpRequest) -> str:
    """The address that spoke to the outermost proxy of ours; claims from further out are not believed."""
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    proxies = settings.TRUSTED_PROXIES
    if proxies and len(hops) >= proxies:
        return hops[-proxies].strip()
    return request.META.get("REMOTE_ADDR", "")


def _network(address: str) -> str:
    """One subscriber: an IPv4 address, or the /64 that an IPv6 subscriber has for themselves."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((ip, 64), strict=False)) if ip.version == 6 else address
