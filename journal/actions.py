"""Writing history, and the one door through which a status changes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actors import Actor, Acts, actor_of
from journal.errors import Refused
from journal.models import Event

LONGEST_CODE = 120  # codes, references, moments and ids; prose is longer, and does not belong here


class Subject(Protocol):
    """What an event can speak of."""

    id: UUID
    subject_kind: str


def _plain(value: Any) -> Any:
    """A value as history may hold it. Raises ValueError for what looks like prose or an address."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, str):
        value = str(value)
        if len(value) > LONGEST_CODE or "@" in value or "\n" in value:
            raise ValueError("An event holds codes, numbers and ids, never text that somebody wrote.")
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes | memoryview):
        return [_plain(each) for each in value]
    raise ValueError(f"An event cannot hold a {type(value).__name__}.")


def record(subject: Subject, code: str, *, by: Actor | Acts, at: datetime, **values: Any) -> Event:
    """Write that `code` happened to `subject`. Must run in the transaction of what happened.

    The database gives the number and the hash; it locks the subject's chain until the commit.
    """
    event = event_of(subject, code, by=by, at=at, **values)
    event.save(force_insert=True)
    return event


def event_of(subject: Subject, code: str, *, by: Actor | Acts, at: datetime, **values: Any) -> Event:
    """The same, for a caller that writes it together with the rows of what happened."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is written in the transaction of what happened.")
    actor = actor_of(by)
    return Event(
        subject_kind=subject.subject_kind,
        subject_id=subject.id,
        code=code,
        values=_plain(values),
        actor_kind=actor.kind,
        actor_id=actor.id,
        at=at,
    )


def move(
    subject: Any,
    status: str,
    *,
    by: Actor | Acts,
    at: datetime,
    code: str = "moved",
    save: Iterable[str] = (),
    **values: Any,
) -> Event:
    """Give `subject` another status: the only place in the program that does.

    The caller has locked the row. `save` names other fields set by the caller that go with the move.
    Raises Refused("not_from_here") where the model's table `MOVES` does not allow it.
    """
    before = subject.status
    if status not in subject.MOVES.get(before, ()):
        raise Refused(
            "not_from_here",
            _("This has changed in the meantime. Load the page again and look at it as it is now."),
        )
    subject.status = status
    subject.save(update_fields=["status", *save])
    return record(subject, code, by=by, at=at, before=before, after=status, **values)
