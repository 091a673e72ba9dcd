"""When a case ends because its person is silent, and the link by which they open it again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.urls import reverse
from django.utils.dateparse import parse_datetime

SALT = "helpdesk.silence"
OPEN_AGAIN_WITHIN = timedelta(days=30)  # after the end; later the case page still does it
signer = signing.Signer(salt=SALT, sep=".")


@dataclass(frozen=True)
class Silence:
    """After how long a silent person is reminded, and their case ended."""

    remind_after: timedelta
    close_after: timedelta

    @property
    def time_to_answer(self) -> timedelta:
        """From the reminder on. Counted from when it was really made, so that an outage takes none of it."""
        return self.close_after - self.remind_after


@dataclass(frozen=True)
class Link:
    """What a link says: which case, the reminder of which silence, and until when it opens it again."""

    ticket_id: UUID
    reminded_at: datetime
    until: datetime


def token_of(body: Mapping[str, Any]) -> str:
    """The token of a reminder's link: made again from what the mail is about when it is sent, so no row
    holds it. Nobody makes one without our key."""
    reminded_at, closes_at = (parse_datetime(str(body[name])) for name in ("reminded_at", "closes_at"))
    if reminded_at is None or closes_at is None:
        raise ValueError("not a moment")
    until = closes_at + OPEN_AGAIN_WITHIN
    return signer.sign(f"{UUID(str(body['case'])).hex}-{_micro(reminded_at):x}-{int(until.timestamp()):x}")


def read_token(token: str, *, at: datetime) -> Link | None:
    """What it says; None where it is not ours, or too old."""
    try:
        ticket, reminded, until = signer.unsign(token[:300]).split("-")
        link = Link(UUID(ticket), _moment(int(reminded, 16)), datetime.fromtimestamp(int(until, 16), UTC))
    except (signing.BadSignature, ValueError):
        return None
    return link if at <= link.until else None


def _micro(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)


def _moment(micro: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micro)


def open_again_path(case: str, reminded_at: str, closes_at: str) -> str:
    """For the mail, which names these three."""
    body = {"case": case, "reminded_at": reminded_at, "closes_at": closes_at}
    return reverse("helpdesk:open_again", args=[token_of(body)])
