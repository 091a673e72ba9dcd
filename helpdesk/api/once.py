"""Calls that change something may carry `Idempotency-Key`: the same call again is not done again."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.models import ApiAnswer
from journal.errors import Refused
from journal.ids import uuid7

IDEMPOTENCY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=False)
KEPT_FOR = timedelta(days=1)
LONGEST_KEY = 255
CLAIM = """
INSERT INTO helpdesk_apianswer (id, actor_id, key_hash, call_hash, at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (actor_id, key_hash) DO NOTHING
"""


@transaction.atomic
def once(
    request: Request,
    act: Callable[[], dict[str, Any]],
    *,
    at: datetime,
    status: int | Callable[[], int] = 200,
    content: str | None = None,
) -> Response:
    """Do `act` and answer with what it returns; a repeat with the same key gets the same answer.

    The key is kept in the transaction of the act: a refusal keeps nothing, and two at once wait for each
    other. `content` stands for the body of a call that is not JSON; a `status` that hangs on what was done
    is asked for afterwards. What `act` returns is kept for a day: no receipt, no words. Raises
    Refused("key_reused") where the key came with another call.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        body = act()
        return Response(body, status=_number(status))
    if len(key) > LONGEST_KEY:
        raise Refused("key_too_long", _("An idempotency key has at most 255 characters."))
    by: Any = request.auth or request.user
    actor_id, key_hash = by.pk, sha256(key.encode()).digest()
    call_hash = _hash_of(request, content)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [uuid7(), actor_id, key_hash, call_hash, at])
        is_first = cursor.rowcount == 1
    kept = ApiAnswer.objects.get(actor_id=actor_id, key_hash=key_hash)
    if not is_first:
        return _again(kept, call_hash)
    body = json.loads(json.dumps(act(), default=_plain))
    kept.status, kept.body = _number(status), body
    kept.save(update_fields=["status", "body"])
    return Response(kept.body, status=kept.status)


def _number(status: int | Callable[[], int]) -> int:
    return status() if callable(status) else status


def _again(kept: ApiAnswer, call_hash: bytes) -> Response:
    if bytes(kept.call_hash) != call_hash:
        raise Refused("key_reused", _("This idempotency key came with another call. Use a new one."))
    return Response(kept.body, status=kept.status, headers={"Idempotency-Replayed": "true"})


def _hash_of(request: Request, content: str | None) -> bytes:
    body = content if content is not None else json.dumps(request.data, sort_keys=True)
    return sha256(f"{request.method} {request.path}\n{body}".encode()).digest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def forget_answers(*, at: datetime) -> int:
    return ApiAnswer.objects.filter(at__lt=at - KEPT_FOR).delete()[0]
