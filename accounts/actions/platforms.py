"""Platforms and the keys of machines."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import ApiKey, Platform, User
from accounts.models.machines import PLATFORM_SCOPES, USER_SCOPES, hash_key
from accounts.permissions import can_operate
from journal.actions import record
from journal.actors import Actor
from journal.errors import Refused, require
from journal.ids import uuid7


@transaction.atomic
def open_platform(name: str, *, slug: str, by: User | Actor, at: datetime) -> Platform:
    """Add a service of the operator. Raises PermissionDenied, Refused("platform_is_there")."""
    require(can_operate(by))
    try:
        with transaction.atomic():
            platform = Platform.objects.create(name=name, slug=slug, made_at=at)
    except IntegrityError as error:
        raise Refused(
            "platform_is_there", _("There is a platform of this name. Choose another name."), field="name"
        ) from error
    record(platform, "platform_opened", by=by, at=at)
    return platform


@transaction.atomic
def close_platform(platform: Platform, *, by: User, at: datetime) -> None:
    """Take nothing more from a platform and tell it nothing more; what it sent stays."""
    require(can_operate(by))
    if Platform.objects.filter(pk=platform.pk, is_active=True).update(is_active=False):
        record(platform, "platform_closed", by=by, at=at)


@transaction.atomic
def reopen_platform(platform: Platform, *, by: User, at: datetime) -> None:
    require(can_operate(by))
    if Platform.objects.filter(pk=platform.pk, is_active=False).update(is_active=True):
        record(platform, "platform_reopened", by=by, at=at)


@transaction.atomic
def make_key(
    owner: Platform | User,
    *,
    name: str,
    scopes: Iterable[str],
    by: User | Actor,
    at: datetime,
    once: UUID | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its words, which are shown once and stored nowhere. Raises PermissionDenied, Refused.

    `once` is the id that the form brought along: the same form sent again gives the same key, and no words.
    """
    require(can_operate(by) or (isinstance(owner, User) and isinstance(by, User) and owner.pk == by.pk))
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= (PLATFORM_SCOPES if isinstance(owner, Platform) else USER_SCOPES):
        raise Refused("scope_not_for_owner", _("Choose what the key may do."), field="scopes")
    shown = f"rc_{secrets.token_urlsafe(32)}"  # 256 bits, of which the prefix shows 42
    key = ApiKey(
        id=once or uuid7(),
        platform=owner if isinstance(owner, Platform) else None,
        user=owner if isinstance(owner, User) else None,
        name=name,
        prefix=shown[:10],
        hash=hash_key(shown),
        scopes=wanted,
        created_by=by if isinstance(by, User) else None,
        created_at=at,
    )
    # The second click waits here for the first to commit, then finds the key made.
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError as error:
        if same := owner.keys.filter(pk=key.pk).first():
            return same, ""
        raise form_is_stale() from error
    record(owner, "key_made", by=by, at=at, key=key.pk, scopes=wanted)
    return key, shown


def form_is_stale() -> Refused:
    """The id that a form brought along is taken, by something that this form did not make."""
    return Refused("form_is_stale", _("This page is too old to be sent. Load it again."))


@transaction.atomic
def revoke_key(key: ApiKey, *, by: User, at: datetime) -> None:
    """Let a key in no more, from its next request on. Raises PermissionDenied."""
    require(can_operate(by) or (isinstance(by, User) and key.user_id == by.pk))
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        record(key.platform or key.user, "key_revoked", by=by, at=at, key=key.pk)  # type: ignore[arg-type]
