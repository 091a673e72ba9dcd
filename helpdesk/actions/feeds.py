"""The private address of a person's on-call calendar: made, made anew, and ended by themselves."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.roles import QUEUE_ROLES
from helpdesk.feeds import hash_token
from helpdesk.models import CalendarFeed
from journal.actions import record
from journal.errors import require


def can_have_feed(by: Any) -> bool:
    """Whoever can be on call, themselves: no key makes an address that outlives it."""
    return isinstance(by, User) and by.is_active and by.has_role(*QUEUE_ROLES)


@transaction.atomic
def make_feed(*, by: Any, at: datetime) -> tuple[CalendarFeed, str]:
    """A new address for whoever asks; the one before ends. It comes back to be shown once."""
    require(can_have_feed(by))
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    CalendarFeed.objects.filter(user=user).delete()
    token = token_urlsafe(32)
    feed = CalendarFeed.objects.create(user=user, token_hash=hash_token(token), made_at=at)
    record(feed, "made", by=by, at=at, user=user.pk)
    return feed, token


@transaction.atomic
def end_feed(*, by: Any, at: datetime) -> None:
    """The address leads nowhere from now on. Ending what there is not changes nothing."""
    require(isinstance(by, User) and by.is_active)
    feed = CalendarFeed.objects.select_for_update().filter(user=by).first()
    if feed is not None:
        record(feed, "ended", by=by, at=at, user=by.pk)
        feed.delete()


def owner_of(token: str) -> User | None:
    """Whose address this is; nobody's, where it was ended or they may not be on call any more."""
    feed = CalendarFeed.objects.filter(token_hash=hash_token(token)).select_related("user").first()
    return feed.user if feed and can_have_feed(feed.user) else None
