"""The sender of webhooks: Standard Webhooks, signed, to the very address that was checked."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from uuid import UUID

from django.utils.timezone import now
from standardwebhooks import Webhook

from journal.models import Delivery
from journal.posting import Answer, post
from journal.senders import Undeliverable, whole_body

OVERLOADED = {429, 502, 503, 504}


@dataclass(frozen=True)
class Endpoint:
    """Where a platform wants to be told; while its secret changes, both secrets sign (newest first)."""

    url: str
    secrets: list[str]


Find = Callable[[UUID], Endpoint | None]
Disable = Callable[[UUID], None]
_owners: dict[str, tuple[Find, Disable]] = {}


def register_endpoints(owner: str, find: Find, disable: Disable) -> None:
    """Let `find` name the endpoint of an id (None: gone or disabled), `disable` end one that said 410.

    Each app that has endpoints is an `owner`; ids are unique, so at most one of them knows an id.
    """
    _owners[owner] = (find, disable)


def _endpoint(endpoint_id: UUID) -> Endpoint | None:
    return next((found for find, _ in _owners.values() if (found := find(endpoint_id))), None)


def payload(delivery: Delivery) -> bytes:
    """The bytes that are signed and sent: the same at every repeat, unless a key of links changed between."""
    timestamp = delivery.made_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    content = {"type": delivery.kind, "timestamp": timestamp, "data": whole_body(delivery)}
    return json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def signed_headers(delivery_id: str, body: bytes, secrets: list[str], at: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks, one signature for each secret."""
    text = body.decode()
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(delivery_id, at, text) for secret in secrets),
    }


def send_webhook(delivery: Delivery) -> None:
    """Carry one delivery to its endpoint; only an answer of 2xx is an arrival."""
    endpoint = _endpoint(delivery.endpoint_id) if delivery.endpoint_id else None
    if endpoint is None:
        raise Undeliverable("endpoint_disabled", final=True)
    body = payload(delivery)
    # now: the moment at the network, which no door knows
    headers = signed_headers(str(delivery.id), body, endpoint.secrets, now())
    headers |= {"content-type": "application/json", "user-agent": "Recourse"}
    judge(delivery, post(endpoint.url, body, headers))


def judge(delivery: Delivery, answer: Answer) -> None:
    """Raise Undeliverable unless the receiver took it."""
    if 200 <= answer.status < 300:
        return
    if answer.status == 410:
        for _find, disable in _owners.values():
            if delivery.endpoint_id:
                disable(delivery.endpoint_id)
        raise Undeliverable("http_410", final=True)
    raise Undeliverable(
        f"http_{answer.status}",
        # now: the moment at the network, which no door knows
        retry_after=seconds_to_wait(answer.retry_after, now()),
        rest=answer.status in OVERLOADED,
    )


def seconds_to_wait(retry_after: str | None, at: datetime) -> int | None:
    """What a `Retry-After` header asks for, in seconds or as a date (RFC 9110); None where it is neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        return max(0, int((parsedate_to_datetime(text) - at).total_seconds()))
    except (ValueError, TypeError):
        return None
