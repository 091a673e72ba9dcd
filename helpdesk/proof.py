"""Proof of work against bots: the browser computes a little before a form is sent, the server hardly at all.

A challenge names the form that it is for, so nothing is remembered of those that were solved. The more
challenges one visitor asks for in an hour, the more work each takes; nobody is refused.
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
LONGEST_NAME = 64


def signing_key() -> bytes:
    return salted_hmac("helpdesk.proof", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()


def name_of(token: str) -> str:
    """How a challenge names the form with this token. Not by what is stored of the token: the name may stand
    in a log of addresses, which must not lead to a case."""
    return sha256(b"proof for form:" + token.encode()).hexdigest()


def create_challenge(visitor: str, *, form: str, at: datetime) -> dict[str, Any]:
    """A task for this visitor's browser, good for an hour and for the form of this name."""
    challenge = altcha.create_challenge(
        ALGORITHM,
        COST * _hardness(visitor),
        key_prefix="0" * PREFIX,
        expires_at=at + GOOD_FOR,
        data={"form": form[:LONGEST_NAME]},
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
    """Whether `payload` solves a challenge that we set for this form, in time.

    `form` is the random token of the form: the same form sent again may show the same proof.
    """
    parameters = _read(payload)
    if parameters is None or parameters["expiresAt"] < at.timestamp():
        return False
    if parameters.get("data") != {"form": name_of(form)}:
        return False
    return altcha.verify_solution(payload, signing_key()).verified


def _read(payload: str) -> dict[str, Any] | None:
    """What the challenge says of itself, before its signature is looked at."""
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
    return parameters if is_ours else None
