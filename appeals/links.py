"""The signed link from a platform's own notice to the page of its decision.

Whoever holds it reads the statement of reasons and may appeal, so its address is never logged. It is signed
by a key of its own, named in the link: the newest of LINK_KEYS signs; an older one still opens a decision
until that decision's window has closed, and may be taken out of LINK_KEYS after that.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.conf import settings

from appeals.models import Decision

PATH = "/decision/"  # the page is named `appeals:decision`; a test holds the two together
_SIGNATURE_LENGTH = 16


@dataclass(frozen=True)
class Link:
    """What a genuine link says: which decision, and by which key it was signed."""

    decision_id: UUID
    key_id: str

    def opens(self, decision: Decision, *, at: datetime) -> bool:
        """A link of the newest key always opens; one of an older key until the window has closed."""
        if decision.id != self.decision_id:
            return False
        return self.key_id == _newest() or decision.appeal_until is None or at <= decision.appeal_until


def make_link(decision_id: UUID) -> str:
    """The signed part of the address: key id, a dot, and the decision with its signature."""
    key_id = _newest()
    body = decision_id.bytes + _signature(key_id, decision_id)
    return f"{key_id}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}"


def appeal_url(decision_id: UUID) -> str:
    """The whole address that a platform puts into its notice."""
    return f"{settings.BASE_URL}{PATH}{make_link(decision_id)}/"


def read_link(text: str) -> Link | None:
    """What a link says; None where it was not signed by one of our keys."""
    key_id, _, body = text.partition(".")
    if key_id not in settings.LINK_KEYS:
        return None
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(raw) != 16 + _SIGNATURE_LENGTH:
        return None
    decision_id = UUID(bytes=raw[:16])
    if not hmac.compare_digest(raw[16:], _signature(key_id, decision_id)):
        return None
    return Link(decision_id, key_id)


def _newest() -> str:
    return next(reversed(settings.LINK_KEYS))


def _signature(key_id: str, decision_id: UUID) -> bytes:
    message = f"recourse appeal link {key_id} ".encode() + decision_id.bytes
    return hmac.digest(settings.LINK_KEYS[key_id].encode(), message, sha256)[:_SIGNATURE_LENGTH]
