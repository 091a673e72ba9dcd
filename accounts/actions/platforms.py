"""Platforms, their keys, and where they want to be told."""

import secrets
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import ApiKey, Platform, User, WebhookEndpoint
from accounts.models.machines import PLATFORM_SCOPES, USER_SCOPES, hash_key
from accounts.permissions import can_operate
from accounts.sealing import seal
from journal.actions import record
from journal.actors import Actor
from journal.errors import Refused, require

OVERLAP = timedelta(hours=24)  # while a receiver learns the new secret, deliveries carry both signatures
SAME_ROTATION = timedelta(minutes=10)  # what comes this soon after a rotation is the same click again


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
    owner: Platform | User, *, name: str, scopes: Iterable[str], by: User | Actor, at: datetime
) -> tuple[ApiKey, str]:
    """A new key and its words, which are shown once and stored nowhere. Raises PermissionDenied, Refused."""
    require(can_operate(by) or (isinstance(owner, User) and isinstance(by, User) and owner.pk == by.pk))
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= (PLATFORM_SCOPES if isinstance(owner, Platform) else USER_SCOPES):
        raise Refused("scope_not_for_owner", _("Choose what the key may do."), field="scopes")
    shown = f"rc_{secrets.token_urlsafe(32)}"  # 256 bits, of which the prefix shows 42
    key = ApiKey.objects.create(
        platform=owner if isinstance(owner, Platform) else None,
        user=owner if isinstance(owner, User) else None,
        name=name,
        prefix=shown[:10],
        hash=hash_key(shown),
        scopes=wanted,
        created_by=by if isinstance(by, User) else None,
        created_at=at,
    )
    record(owner, "key_made", by=by, at=at, key=key.pk, scopes=wanted)
    return key, shown


@transaction.atomic
def revoke_key(key: ApiKey, *, by: User, at: datetime) -> None:
    """Let a key in no more, from its next request on. Raises PermissionDenied."""
    require(can_operate(by) or (isinstance(by, User) and key.user_id == by.pk))
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        record(key.platform or key.user, "key_revoked", by=by, at=at, key=key.pk)  # type: ignore[arg-type]


def _new_secret() -> str:
    """A secret as Standard Webhooks writes it: `whsec_` and the base64 of 32 random bytes."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def _checked(url: str) -> str:
    """An address that a webhook may go to by its form; where it leads is looked at whenever one is sent."""
    parts = urlsplit(url)
    schemes = {"https"} if settings.PRODUCTION else {"https", "http"}
    if parts.scheme not in schemes or not parts.hostname or parts.username or parts.fragment:
        raise Refused(
            "address_not_usable",
            _("Give an address that begins with https:// and has no password."),
            field="url",
        )
    return url


@transaction.atomic
def add_endpoint(
    platform: Platform, *, url: str, event_types: Iterable[str] = (), by: User | Actor, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """Tell a platform at this address from now on; with the secret that is shown once. Raises Refused."""
    require(can_operate(by))
    secret = _new_secret()
    try:
        with transaction.atomic():
            endpoint = WebhookEndpoint.objects.create(
                platform=platform,
                url=_checked(url),
                sealed_secret=seal(secret),
                event_types=sorted(event_types),
                made_at=at,
            )
    except IntegrityError as error:
        raise Refused("endpoint_is_there", _("This address is already told."), field="url") from error
    record(platform, "endpoint_added", by=by, at=at, endpoint=endpoint.pk, event_types=endpoint.event_types)
    return endpoint, secret


@transaction.atomic
def choose_events(
    endpoint: WebhookEndpoint, *, event_types: Iterable[str], by: User, at: datetime
) -> WebhookEndpoint:
    """Tell this address of these events alone; of all where none is named. What waits already still goes.

    Raises PermissionDenied, Refused("endpoint_ended").
    """
    require(can_operate(by))
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    if endpoint.disabled_at:
        raise Refused("endpoint_ended", _("This address is told nothing more. Add it again."))
    wanted = sorted(event_types)
    if endpoint.event_types != wanted:
        endpoint.event_types = wanted
        endpoint.save(update_fields=["event_types"])
        record(endpoint.platform, "events_chosen", by=by, at=at, endpoint=endpoint.pk, event_types=wanted)
    return endpoint


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint, *, by: User, at: datetime) -> str:
    """A new secret, shown once. For a day deliveries carry signatures by both. Raises PermissionDenied.

    Again at once (a second click, a page loaded anew) takes the place of the one just made, which nobody
    has put to use: the secret that the platform checks by goes on signing.
    """
    require(can_operate(by))
    endpoint = (
        WebhookEndpoint.objects.select_for_update(no_key=True, of=("self",))
        .select_related("platform")
        .get(pk=endpoint.pk)
    )
    secret = _new_secret()
    if not (endpoint.previous_until and at < endpoint.previous_until - OVERLAP + SAME_ROTATION):
        endpoint.sealed_previous_secret, endpoint.previous_until = endpoint.sealed_secret, at + OVERLAP
    endpoint.sealed_secret = seal(secret)
    endpoint.save(update_fields=["sealed_secret", "sealed_previous_secret", "previous_until"])
    record(endpoint.platform, "secret_rotated", by=by, at=at, endpoint=endpoint.pk)
    return secret


@transaction.atomic
def disable_endpoint(endpoint: WebhookEndpoint, *, by: User | Actor, at: datetime) -> None:
    """Tell this address nothing more. Raises PermissionDenied."""
    require(can_operate(by))
    if WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at=None).update(disabled_at=at):
        record(endpoint.platform, "endpoint_disabled", by=by, at=at, endpoint=endpoint.pk)
