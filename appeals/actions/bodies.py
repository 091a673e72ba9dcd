"""Out-of-court bodies that people are told of (DSA Art. 21)."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from appeals.models import OutOfCourtBody
from appeals.permissions import can_change_bodies
from journal.actions import record
from journal.errors import require


@transaction.atomic
def change_body(body: OutOfCourtBody, *, by: User, at: datetime) -> OutOfCourtBody:
    """Add a body, or change what is said of it."""
    require(can_change_bodies(by))
    body.save()
    record(body, "changed", by=by, at=at, country=body.country)
    return body


@transaction.atomic
def end_body(body: OutOfCourtBody, *, by: User, at: datetime) -> OutOfCourtBody:
    """Tell nobody of it any more; the row stays for cases that named it."""
    require(can_change_bodies(by))
    body.ended_at = at
    body.save(update_fields=["ended_at"])
    record(body, "ended", by=by, at=at)
    return body
