"""The wait after wrong passwords and codes. It grows for the one who guesses, and locks nobody out.

Wrong passwords count for an account together with where they come from: the visitor's address of the hour,
or a browser that has signed in to this account before. So nobody can fill the wait of somebody else.
Wrong codes count for the account, because whoever sends them has the password; browsers known to the account
count apart, so that the owner comes in while somebody else guesses.
"""

from hashlib import sha256
from hmac import digest

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now

from accounts.devices import device_of
from accounts.models import User, UserSession
from accounts.visitors import visitor

FREE = 3  # wrong tries that cost nothing: people mistype
LONGEST = 5 * 60  # seconds
FORGOTTEN_AFTER = 60 * 60  # seconds without a wrong try


def wait_after(failures: int) -> int:
    """How many seconds to wait after so many failures in a row: 0 0 0 2 4 8 … 300."""
    return 0 if failures < FREE else min(2 ** (failures - FREE + 1), LONGEST)


def password_key(request: HttpRequest, email: str) -> str:
    """Where wrong passwords for this address count. The same work whether or not there is such an account."""
    known = _knows(request, UserSession.objects.filter(user__email=email.lower()))
    return _key("password", email.lower(), known or visitor(request))


def code_key(request: HttpRequest, user: User) -> str:
    """Where wrong codes of the second factor count."""
    return _key("code", str(user.pk), _knows(request, UserSession.objects.filter(user=user)) or "elsewhere")


def _knows(request: HttpRequest, sessions: QuerySet[UserSession]) -> str:
    device = device_of(request)
    return device.hex() if device and sessions.filter(device=device).exists() else ""


def _key(kind: str, *parts: str) -> str:
    return (
        f"wait:{kind}:" + digest(settings.SECRET_KEY.encode(), "\n".join(parts).encode(), sha256).hex()[:32]
    )


def seconds_left(key: str) -> int:
    """How long whoever this key stands for still has to wait."""
    until = cache.get(f"{key}:until", 0)
    return max(0, round(until - now().timestamp()))  # now: how long is left for whoever waits


def count_failure(key: str) -> None:
    """Count a wrong try and set the next wait. Two at once may count late, never less than one."""
    failures = one_more(key, FORGOTTEN_AFTER)
    cache.touch(key, FORGOTTEN_AFTER)
    if wait := wait_after(failures):
        # now: how long is left for whoever waits
        cache.set(f"{key}:until", now().timestamp() + wait, wait + 1)


def one_more(key: str, kept_for: float) -> int:
    """Count under this key; how many there are now. It begins anew where the cache dropped it."""
    if cache.add(key, 1, kept_for):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # it ended between the two, or the cache has just gone or come back
        cache.set(key, 1, kept_for)
        return 1


def forget_failures(key: str) -> None:
    cache.delete_many([key, f"{key}:until"])
