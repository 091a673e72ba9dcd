"""Devices that somebody is signed in on."""

from datetime import datetime

from django.db import transaction

from accounts.actions.telling import tell
from accounts.models import User, UserSession
from accounts.permissions import can_end_session
from journal.actions import record
from journal.actors import Actor
from journal.errors import require


@transaction.atomic
def begin_session(
    user: User, *, browser: str, system: str, device: bytes, at: datetime, by: User
) -> UserSession:
    """Note that somebody signed in, and mail them if it was on a device not seen before.

    `device` is the hash of a random cookie that stays in that browser.
    """
    require(by.pk == user.pk)
    earlier = UserSession.objects.filter(user=user)
    is_new = not earlier.filter(device=device).exists()
    is_first = is_new and not earlier.exists()
    session = UserSession.objects.create(
        user=user, browser=browser, system=system, device=device, created_on=at.date(), last_seen_on=at.date()
    )
    record(user, "signed_in", by=by, at=at, session=session.pk)
    if is_new and not is_first:
        tell(user, "new_device", about=user, at=at, browser=browser, system=system)
    return session


@transaction.atomic
def end_session(session: UserSession, *, by: User, at: datetime) -> None:
    """Sign one device out; its next request finds nobody signed in. Raises PermissionDenied."""
    require(can_end_session(by, session))
    if UserSession.objects.open().filter(pk=session.pk).update(ended_at=at):
        record(session.user, "session_ended", by=by, at=at, session=session.pk)


@transaction.atomic
def end_other_sessions(user: User, *, by: User, at: datetime, keep: UserSession | None) -> int:
    """Sign every device out but the one in hand; how many. Raises PermissionDenied."""
    require(by.pk == user.pk)
    return close_sessions(user, by=by, at=at, keep=keep)


def close_sessions(user: User, *, by: User | Actor, at: datetime, keep: UserSession | None = None) -> int:
    """The same without asking who: for acts that were allowed for other reasons."""
    sessions = UserSession.objects.open().filter(user=user)
    if keep is not None:
        sessions = sessions.exclude(pk=keep.pk)
    ended = sessions.update(ended_at=at)
    if ended:
        record(user, "sessions_ended", by=by, at=at, count=ended)
    return ended
