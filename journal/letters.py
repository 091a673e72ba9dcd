"""Dead letters: what nobody will try to deliver any more, until an operator says so."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.actions import record
from journal.actors import Acts
from journal.errors import Refused, require
from journal.models import Delivery, DeliverySet, Lane
from journal.outbox import wake_after_commit

# Why a delivery failed, by the code that its sender gave.
REASONS = {
    "address_refused": gettext_lazy("The mail server says that it does not take mail for this address."),
    "address_unusable": gettext_lazy("The address is not one that anything can be sent to."),
    "mail_refused": gettext_lazy("The mail server refused the message."),
    "server_refused": gettext_lazy(
        "Our mail server refused us. Check its address and password in the settings."
    ),
    "server_unreachable": gettext_lazy("Our mail server could not be reached. Check the settings."),
    "tls_failed": gettext_lazy("The mail server could not be spoken to safely. Check its certificate."),
    "no_wording": gettext_lazy("This version does not know the words of this message."),
    "endpoint_disabled": gettext_lazy("The platform's endpoint is switched off, or gone."),
    "name_unknown": gettext_lazy("The name of the platform's endpoint could not be found."),
    "address_not_public": gettext_lazy("The name of the platform's endpoint leads into a private network."),
    "not_https": gettext_lazy("The platform's endpoint does not begin with https://."),
    "certificate_bad": gettext_lazy("The certificate of the platform's endpoint is not valid."),
    "timeout": gettext_lazy("The platform's endpoint did not answer in time."),
    "no_connection": gettext_lazy("The platform's endpoint could not be reached."),
    "error": gettext_lazy("Something of ours broke. The log of that moment says more."),
}


class _Outbox:
    """The outbox as a whole, as history speaks of it."""

    subject_kind = "outbox"
    id = UUID("018f0000-0000-7000-8000-000000000001")


OUTBOX = _Outbox()


def reason(code: str) -> str | Promise:
    """Why it failed, as a sentence for an operator."""
    if code.startswith("http_"):
        return format_lazy(gettext_lazy("The platform's endpoint answered {status}."), status=code[5:])
    return REASONS.get(code, code)


def can_retry(by: Any) -> bool:
    """Operators may: people with that role, no key and no clock."""
    has_role = getattr(by, "has_role", None)
    return bool(has_role and by.actor.kind == "user" and has_role("operator"))


@transaction.atomic
def retry_delivery(delivery: Delivery, *, by: Acts, at: datetime) -> Delivery:
    """Try one dead letter again from the start. Raises PermissionDenied, Refused."""
    require(can_retry(by))
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
    if not delivery.dead_at:
        raise Refused("not_dead", _("This message is already on its way again, or has arrived."))
    if delivery.emptied_at:
        raise Refused(
            "emptied", _("This message is too old: its content has been removed and cannot be sent.")
        )
    code = delivery.last_error
    delivery.dead_at, delivery.due_at, delivery.attempts, delivery.last_error = None, at, 0, ""
    delivery.save(update_fields=["dead_at", "due_at", "attempts", "last_error"])
    record(delivery, "retried", by=by, at=at, error=code, kind=delivery.kind)
    wake_after_commit(delivery.lane)
    return delivery


@transaction.atomic
def retry_all(*, by: Acts, at: datetime, code: str = "") -> int:
    """Try all dead letters again, or those that failed with `code`; how many. One event for the call."""
    require(can_retry(by))
    letters = Delivery.objects.can_be_retried()
    if code:
        letters = letters.filter(last_error=code)
    retried = letters.update(dead_at=None, due_at=at, attempts=0, last_error="")
    if retried:
        record(OUTBOX, "retried", by=by, at=at, error=code, count=retried)
        for lane in Lane.values:
            wake_after_commit(lane)
    return retried


def readdress(letters: DeliverySet, endpoint_id: UUID, *, at: datetime) -> int:
    """Send webhooks that did not arrive to another address, in the transaction of an act that may; how many.

    Each keeps its id, so that a receiver who has seen it acts once. A sender who holds one of them for the
    address before finds the attempt counted anew and leaves the row alone.
    """
    moved = letters.update(endpoint_id=endpoint_id, dead_at=None, due_at=at, attempts=0, last_error="")
    if moved:
        for lane in Lane.values:
            wake_after_commit(lane)
    return moved
