"""Browsers that may be knocked at: each added by a click on that very device, and taken away again."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.endpoints import usable_address
from accounts.models import User
from helpdesk.models import PushDevice
from helpdesk.permissions import can_set_alarm_endpoint, is_system
from journal.actions import record
from journal.errors import Refused, require

MOST = 10


@transaction.atomic
def add_device(*, url: str, by: User, at: datetime) -> PushDevice:
    """Knock at this browser of mine too. The same one again is the one that is there.

    A browser that somebody else used before is taken from them. Raises PermissionDenied, Refused.
    """
    require(can_set_alarm_endpoint(by, by))
    if not settings.WEB_PUSH_KEY:
        raise Refused("push_off", _("Browser push is switched off here."))
    usable_address(url)
    for other in PushDevice.objects.in_use().filter(url=url).exclude(user=by):
        _end(other, by=by, at=at)
    mine = PushDevice.objects.in_use().filter(user=by)
    if mine.count() >= MOST:
        raise Refused("too_many_devices", _("Ten browsers are told already. Take one away first."))
    device, is_new = mine.get_or_create(url=url, ended_at=None, defaults={"user": by, "made_at": at})
    if is_new:
        record(by, "push_device_added", by=by, at=at, device=device.pk)
    return device


@transaction.atomic
def end_device(device: PushDevice, *, by: Any, at: datetime) -> None:
    """Knock there no more: its owner says so, or the push service that it is gone."""
    require(is_system(by) or can_set_alarm_endpoint(by, device.user))
    held = PushDevice.objects.select_for_update(no_key=True).get(pk=device.pk)
    if held.ended_at is None:
        _end(held, by=by, at=at)


def _end(device: PushDevice, *, by: Any, at: datetime) -> None:
    device.ended_at = at
    device.save(update_fields=["ended_at"])
    record(device.user, "push_device_ended", by=by, at=at, device=device.pk)
