"""Proof of work against bots: the browser computes a little before a form is sent, the server hardly at all.

The more challenges one visitor asks for in an hour, the more work each takes; nobody is refused.
"""

import base64
import binascii
import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import altcha
import redis
from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

ALGORITHM = "PBKDF2/SHA-256"
COST = 200  # rounds for each try: what the server computes once
PREFIX = 3  # hexadecimal digits to find: what the browser tries 4096 times on average
FREE = 30  # challenges of one visitor in an hour before they get harder
HARDEST = 16
GOOD_FOR = timedelta(hours=1)


def signing_key() -> bytes:
    return salted_hmac("helpdesk.proof", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()


def create_challenge(visitor: str, *, at: datetime) -> dict[str, Any]:
    """A task for this visitor's browser, good for an hour and for one form."""
    challenge = altcha.create_challenge(
        ALGORITHM,
        COST * _hardness(visitor),
        key_prefix="0" * PREFIX,
        expires_at=at + GOOD_FOR,
        hmac_secret=signing_key(),
    )
    return challenge.to_dict()


def _hardness(visitor: str) -> int:
    name = f"proof:asked:{visitor}"
    try:
        cache.add(name, 0, GOOD_FOR.total_seconds())
        return min(2 ** (cache.incr(name) // FREE), HARDEST)
    except (redis.RedisError, ValueError):
        return 1


def is_proof(payload: str, *, form: str, at: datetime) -> bool:
    """Whether `payload` solves a challenge of ours, in time, and was not used for another form.

    `form` is the random token of the form: the same form sent again shows the same proof.
    """
    challenge = _read(payload)
    if challenge is None or challenge["parameters"].get("expiresAt", 0) < at.timestamp():
        return False
    if not altcha.verify_solution(payload, signing_key()).verified:
        return False
    return is_first_use("proof:used", challenge["signature"], form=form, kept_for=GOOD_FOR)


def _read(payload: str) -> dict[str, Any] | None:
    try:
        challenge = json.loads(base64.b64decode(payload, validate=True))["challenge"]
        parameters = challenge["parameters"]
        is_ours = (
            parameters["algorithm"] == ALGORITHM
            and isinstance(parameters["expiresAt"], int)
            and isinstance(challenge["signature"], str)
        )
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        return None
    return challenge if is_ours else None


def is_first_use(kind: str, what: str, *, form: str, kept_for: timedelta) -> bool:
    """Whether nothing but this very form has used `what`. Without the cache nothing counts as used."""
    name = f"{kind}:{sha256(what.encode()).hexdigest()}"
    mine = sha256(form.encode()).hexdigest()
    try:
        return cache.add(name, mine, kept_for.total_seconds()) or cache.get(name) == mine
    except redis.RedisError:
        return True
