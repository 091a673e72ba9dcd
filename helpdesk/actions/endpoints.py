"""Where machines are told of alarms: added, given a new secret, ended."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.endpoints import new_secret, renew_secret, usable_address
from accounts.models import User
from accounts.sealing import seal
from helpdesk.models import AlarmEndpoint, Team
from helpdesk.permissions import can_set_alarm_endpoint, is_system
from journal.actions import record
from journal.errors import Refused, refusing, require

MOST = 10  # for one person or team: each costs a call for every page


@transaction.atomic
def add_alarm_endpoint(owner: Team | User, *, url: str, by: User, at: datetime) -> tuple[AlarmEndpoint, str]:
    """Tell this address of the alarms of a team, or of my own; with the secret that is shown once.

    Raises PermissionDenied, Refused("address_not_usable", "endpoint_is_there", "too_many_endpoints").
    """
    require(can_set_alarm_endpoint(by, owner))
    whose: dict[str, Any] = {"team": owner} if isinstance(owner, Team) else {"user": owner}
    if AlarmEndpoint.objects.in_use().filter(**whose).count() >= MOST:
        raise Refused("too_many_endpoints", _("Ten addresses are told already. End one first."), field="url")
    secret = new_secret()
    there = Refused("endpoint_is_there", _("This address is already told."), field="url")
    with refusing("one_alarm_endpoint_per_address", there):
        endpoint = AlarmEndpoint.objects.create(
            url=usable_address(url), sealed_secret=seal(secret), made_at=at, **whose
        )
    record(owner, "alarm_endpoint_added", by=by, at=at, endpoint=endpoint.pk)
    return endpoint, secret


def _held(endpoint: AlarmEndpoint) -> AlarmEndpoint:
    held = AlarmEndpoint.objects.select_for_update(no_key=True, of=("self",))
    return held.select_related("team", "user").get(pk=endpoint.pk)


def _owner(endpoint: AlarmEndpoint) -> Team | User:
    owner = endpoint.team or endpoint.user
    assert owner is not None  # noqa: S101 - a constraint holds it
    return owner


@transaction.atomic
def rotate_alarm_secret(endpoint: AlarmEndpoint, *, by: User, at: datetime) -> str:
    """A new secret, shown once; for a day both sign. Raises PermissionDenied, Refused("endpoint_ended").

    Again at once takes the place of the one just made, as for platforms.
    """
    endpoint = _held(endpoint)
    owner = _owner(endpoint)
    require(can_set_alarm_endpoint(by, owner))
    if endpoint.ended_at is not None:
        raise Refused("endpoint_ended", _("This address is told nothing more. Add it again."))
    secret = renew_secret(endpoint, at)
    record(owner, "alarm_secret_rotated", by=by, at=at, endpoint=endpoint.pk)
    return secret


@transaction.atomic
def end_alarm_endpoint(endpoint: AlarmEndpoint, *, by: Any, at: datetime) -> None:
    """Tell this address nothing more. Its owner does it, or the receiver by answering 410."""
    endpoint = _held(endpoint)
    owner = _owner(endpoint)
    require(is_system(by) or can_set_alarm_endpoint(by, owner))
    if endpoint.ended_at is None:
        endpoint.ended_at = at
        endpoint.save(update_fields=["ended_at"])
        record(owner, "alarm_endpoint_ended", by=by, at=at, endpoint=endpoint.pk)
