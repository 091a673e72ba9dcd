"""The link in a page, by which its reader says that they come. It serves for that and nothing else.

It names one message to one person and the moment at which it stops working, both signed. Like every link it
is made when the message is sent, from ids, so that no row of the outbox holds one.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.urls import reverse

VALID_FOR = timedelta(hours=24)
_signer = Signer(salt="helpdesk.alarm")


def alarm_path(message: UUID | str, sent_at: datetime) -> str:
    """The same at every repeat of the message."""
    until = int((sent_at + VALID_FOR).timestamp())
    return reverse("helpdesk:paged", args=[_signer.sign(f"{UUID(str(message)).hex}.{until}")])


def read_token(token: str, at: datetime) -> UUID | None:
    """The message that a link names; None where nobody signed it, or its time is over."""
    try:
        message, until = _signer.unsign(token).split(".")
    except (BadSignature, ValueError):
        return None
    return UUID(message) if at.timestamp() < int(until) else None
