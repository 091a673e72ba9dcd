"""Where platforms want to be told: addresses, their secrets, and what waits for one that is gone."""

import secrets
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.platforms import form_is_stale
from accounts.models import Platform, User, WebhookEndpoint
from accounts.models.machines import SignedTo
from accounts.permissions import can_operate, is_operator
from accounts.sealing import seal
from accounts.waiting import waiting_for
from journal.actions import record
from journal.actors import SYSTEM, Actor
from journal.errors import Refused, refusing, require
from journal.ids import uuid7
from journal.letters import readdress
from journal.seen import refuse_if_changed

OVERLAP = timedelta(hours=24)  # while a receiver learns the new secret, deliveries carry both signatures
SAME_ROTATION = timedelta(minutes=10)  # what comes this soon after a rotation is the same click again


def new_secret() -> str:
    """A secret as Standard Webhooks writes it: `whsec_` and the base64 of 32 random bytes."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def usable_address(url: str) -> str:
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


def renew_secret(endpoint: SignedTo, at: datetime) -> str:
    """A new secret for an address that is held; for a day the old one signs beside it. Asks no right."""
    secret = new_secret()
    if not (endpoint.previous_until and at < endpoint.previous_until - OVERLAP + SAME_ROTATION):
        endpoint.sealed_previous_secret, endpoint.previous_until = endpoint.sealed_secret, at + OVERLAP
    endpoint.sealed_secret = seal(secret)
    endpoint.save(update_fields=["sealed_secret", "sealed_previous_secret", "previous_until"])
    return secret


@transaction.atomic
def add_endpoint(
    platform: Platform,
    *,
    url: str,
    event_types: Iterable[str] = (),
    by: User | Actor,
    at: datetime,
    once: UUID | None = None,
) -> tuple[WebhookEndpoint, str]:
    """Tell a platform at this address from now on; with the secret that is shown once. Raises Refused.

    `once` is the id that the form brought along: the same form sent again adds nothing and shows nothing.
    """
    require(can_operate(by))
    secret = new_secret()
    endpoint = WebhookEndpoint(
        id=once or uuid7(),
        platform=platform,
        url=usable_address(url),
        sealed_secret=seal(secret),
        event_types=sorted(event_types),
        told_since=at,
    )
    try:
        with transaction.atomic():
            endpoint.save(force_insert=True)
    except IntegrityError as error:
        if same := platform.endpoints.filter(pk=endpoint.pk, url=url).first():
            return same, ""
        is_told = platform.endpoints.filter(url=url, disabled_at=None).exists()
        raise (_is_told() if is_told else form_is_stale()) from error
    _keep_no_more(platform)
    record(platform, "endpoint_added", by=by, at=at, endpoint=endpoint.pk, event_types=endpoint.event_types)
    return endpoint, secret


@transaction.atomic
def choose_events(
    endpoint: WebhookEndpoint, *, event_types: Iterable[str], by: User, at: datetime, seen: str | None = None
) -> WebhookEndpoint:
    """Tell this address of these events alone; of all where none is named. What waits already still goes.

    Raises PermissionDenied, Refused("endpoint_ended", "changed_meanwhile").
    """
    require(can_operate(by))
    endpoint = _held(endpoint)
    if endpoint.disabled_at:
        raise Refused("endpoint_ended", _("This address is told nothing now. Use it again first."))
    refuse_if_changed(endpoint, ["event_types"], seen)
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
    endpoint = _held(endpoint)
    secret = renew_secret(endpoint, at)
    record(endpoint.platform, "secret_rotated", by=by, at=at, endpoint=endpoint.pk)
    return secret


@transaction.atomic
def disable_endpoint(endpoint: WebhookEndpoint, *, by: User | Actor, at: datetime) -> None:
    """Tell this address nothing more. Of one that is gone: keep nothing either."""
    require(can_operate(by))
    row = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if row.filter(disabled_at=None).update(disabled_at=at) or row.filter(is_gone=True).update(is_gone=False):
        record(endpoint.platform, "endpoint_disabled", by=by, at=at, endpoint=endpoint.pk)


@transaction.atomic
def note_gone(endpoint: WebhookEndpoint, *, by: Actor, at: datetime) -> None:
    """The address said that it wants nothing more. Its news is kept, and the operators are shown it."""
    require(by == SYSTEM)
    row = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at=None)
    if row.update(disabled_at=at, is_gone=True):
        record(endpoint.platform, "endpoint_gone", by=by, at=at, endpoint=endpoint.pk)


@transaction.atomic
def enable_endpoint(endpoint: WebhookEndpoint, *, by: User, at: datetime) -> None:
    """Tell an address again that was told nothing more, with the secret it had.

    Raises PermissionDenied, Refused("endpoint_is_there") where the same address was added anew meanwhile.
    """
    require(can_operate(by))
    endpoint = _held(endpoint)
    if not endpoint.disabled_at:
        return
    endpoint.disabled_at, endpoint.told_since = None, at
    with refusing("one_endpoint_per_address", _is_told()):
        endpoint.save(update_fields=["disabled_at", "told_since"])
    _keep_no_more(endpoint.platform)
    record(endpoint.platform, "endpoint_enabled", by=by, at=at, endpoint=endpoint.pk)


def _keep_no_more(platform: Platform) -> None:
    """The platform is told somewhere now: what were kept for an address that is gone, would be told twice."""
    platform.endpoints.filter(is_gone=True).update(is_gone=False)


def _is_told() -> Refused:
    return Refused("endpoint_is_there", _("This address is already told."), field="url")


def _held(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("platform").get(pk=endpoint.pk)


@transaction.atomic
def send_waiting(endpoint: WebhookEndpoint, *, by: User, at: datetime) -> int:
    """Send to this address what waits for one (`waiting_for`), under the ids it always had; how many.

    Raises PermissionDenied, Refused("endpoint_ended").
    """
    require(is_operator(by))
    endpoint = _held(endpoint)
    if endpoint.disabled_at or not endpoint.platform.is_active:
        raise Refused("endpoint_ended", _("This address is told nothing now. Use it again first."))
    sent = readdress(waiting_for(endpoint), endpoint.pk, at=at)
    if sent:
        record(endpoint.platform, "waiting_sent", by=by, at=at, endpoint=endpoint.pk, count=sent)
    return sent
