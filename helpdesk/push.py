"""Browser push: an empty knock by the service of the browser's maker, which learns that one came and no more.

There is no body, so nothing to encrypt (RFC 8030); our key signs who knocks (VAPID, RFC 8292). Off unless
`WEB_PUSH_KEY` is set. No library: what is left without a body is one signed header.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.timezone import now

from helpdesk.actions.push import end_device
from helpdesk.models import PushDevice
from journal.actors import SYSTEM
from journal.models import Delivery
from journal.posting import post
from journal.senders import Undeliverable
from journal.webhooks import OVERLOADED, seconds_to_wait

KEPT_FOR = 300  # seconds for which a phone without a network may still get it; by then the next in line has
SIGNED_FOR = timedelta(hours=12)  # RFC 8292 allows a day
GONE = (404, 410)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@cache
def _key(secret: str) -> ec.EllipticCurvePrivateKey:
    raw = urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())


def public_key() -> str:
    """What a browser must know to let us knock; empty where push is off."""
    if not settings.WEB_PUSH_KEY:
        return ""
    public = _key(settings.WEB_PUSH_KEY).public_key()
    return _text(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def authorization(url: str, at: datetime) -> str:
    """Who knocks, for this push service alone."""
    parts = urlsplit(url)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((at + SIGNED_FOR).timestamp()),
        "sub": f"mailto:{settings.WEB_PUSH_CONTACT}",
    }
    token = ".".join(_text(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    signature = _key(settings.WEB_PUSH_KEY).sign(token.encode(), ec.ECDSA(SHA256()))
    raw = b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(signature))
    return f"vapid t={token}.{_text(raw)}, k={public_key()}"


def send_push(delivery: Delivery) -> None:
    """Knock at one device. One that is gone is told nothing more."""
    devices = PushDevice.objects.in_use().filter(user__is_active=True)
    device = devices.filter(pk=delivery.endpoint_id).first() if delivery.endpoint_id else None
    if device is None or not settings.WEB_PUSH_KEY:
        raise Undeliverable("endpoint_disabled", final=True)
    at = now()  # now: the moment at the network, which no door knows
    headers = {"TTL": str(KEPT_FOR), "Urgency": "high", "Authorization": authorization(device.url, at)}
    answer = post(device.url, b"", headers)
    if 200 <= answer.status < 300:
        return
    if answer.status in GONE:
        end_device(device, by=SYSTEM, at=at)
    raise Undeliverable(
        f"http_{answer.status}",
        final=answer.status in GONE,
        retry_after=seconds_to_wait(answer.retry_after, at),
        rest=answer.status in OVERLOADED,
    )
