"""Out-of-court bodies that people are told of (DSA Art. 21). Events hold no name of a body."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from appeals.models import OutOfCourtBody
from appeals.permissions import can_change_bodies
from journal.actions import record
from journal.errors import Refused, require
from journal.seen import refuse_if_changed


@transaction.atomic
def add_body(*, by: User, at: datetime, **fields: Any) -> OutOfCourtBody:
    """Tell people of one more body."""
    require(can_change_bodies(by))
    body = OutOfCourtBody.objects.create(**fields)
    record(body, "added", by=by, at=at, country=body.country)
    return body


@transaction.atomic
def change_body(
    body: OutOfCourtBody, *, by: User, at: datetime, seen: str | None = None, **fields: Any
) -> OutOfCourtBody:
    """Change what is said of a body. Raises Refused("ended", "changed_meanwhile")."""
    require(can_change_bodies(by))
    body = _held(body)
    if body.ended_at is not None:
        raise Refused("ended", _("Nobody is told of this body any more. Add it anew to tell people of it."))
    refuse_if_changed(body, fields, seen)
    changed = sorted(name for name, value in fields.items() if getattr(body, name) != value)
    if changed:
        for name in changed:
            setattr(body, name, fields[name])
        body.save(update_fields=changed)
        record(body, "changed", by=by, at=at, country=body.country, fields=changed)
    return body


@transaction.atomic
def end_body(body: OutOfCourtBody, *, by: User, at: datetime) -> OutOfCourtBody:
    """Tell nobody of it any more; the row stays for cases that named it."""
    require(can_change_bodies(by))
    body = _held(body)
    if body.ended_at is None:
        body.ended_at = at
        body.save(update_fields=["ended_at"])
        record(body, "ended", by=by, at=at)
    return body


def _held(body: OutOfCourtBody) -> OutOfCourtBody:
    return OutOfCourtBody.objects.select_for_update(no_key=True).get(pk=body.pk)
