"""The outbox: what must be told is a row first, and leaves after the commit."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from journal.actions import Subject
from journal.calling import call_soon
from journal.models import Channel, Delivery, Lane

ARRIVED_KEPT_FOR = timedelta(days=7)
DEAD_KEPT_FOR = timedelta(days=30)  # for an operator to retry; then the address goes too
EMPTIED_AT_ONCE = 1000
SEND_DUE = "journal.tasks.send_due"


class Way(TypedDict, total=False):
    """How a delivery goes: by mail in the lane of cases, at once, where nothing else is said.

    Mail goes to `address` in `language`, worded when it is sent; a webhook goes to `endpoint_id`.
    Nothing leaves before `due_at`, so that an act can be undone until then.
    """

    channel: str
    lane: str
    address: str
    endpoint_id: UUID | None
    language: str
    body: Mapping[str, Any] | None
    due_at: datetime | None


def deliver(kind: str, *, about: Subject, at: datetime, **way: Unpack[Way]) -> Delivery:
    """Write that `kind` must be told, in the transaction of what happened, and wake the lane after it."""
    delivery = delivery_of(kind, about=about, at=at, **way)
    delivery.save(force_insert=True)
    return delivery


def delivery_of(kind: str, *, about: Subject, at: datetime, **way: Unpack[Way]) -> Delivery:
    """The same, for a caller that writes it together with the rows of what happened."""
    if not connection.in_atomic_block:
        raise RuntimeError("A delivery is written in the transaction of what happened.")
    chosen = {"channel": Channel.MAIL, "lane": Lane.CASE, **way}
    chosen |= {"body": dict(way.get("body") or {}), "due_at": way.get("due_at") or at}
    delivery = Delivery(kind=kind, about_kind=about.subject_kind, about_id=about.id, made_at=at, **chosen)
    if delivery.due_at <= at:
        wake_after_commit(str(delivery.lane))
    return delivery


def forget(about: Subject, *, at: datetime) -> None:
    """Drop every address that mail about `about` went or would have gone to: its person asked for erasure."""
    mails = Delivery.objects.filter(about_id=about.id, about_kind=about.subject_kind, channel=Channel.MAIL)
    mails.waiting().delete()
    mails.filter(emptied_at=None).update(address="", body={}, emptied_at=at)


def forget_address(address: str, *, about_kinds: Iterable[str], at: datetime) -> None:
    """Drop the address of somebody who has left: where mail arrived, and what waits about `about_kinds`.

    What waits or may be retried about anything else stays: whoever left may have a case with us like anybody,
    and news of it must not be lost. Reads what arrived within seven days: no index holds addresses.
    """
    mails = Delivery.objects.filter(channel=Channel.MAIL, address=address, emptied_at=None)
    about = Q(about_kind__in=list(about_kinds))
    mails.waiting().filter(about).delete()
    mails.filter(about | Q(sent_at__isnull=False)).update(address="", body={}, emptied_at=at)


def wake_after_commit(lane: str) -> None:
    """Wake the lane once this transaction is committed; once, however much it writes."""
    planned = [each[1] for each in connection.run_on_commit]
    if not any(isinstance(each, _Wake) and each.args == (lane,) for each in planned):
        transaction.on_commit(_Wake(wake, lane), robust=True)


class _Wake(partial):
    """A wake-up that waits for the commit."""


def wake(lane: str) -> None:
    """Tell the lane's workers to look now. A sweep finds what nobody woke: a lost wake-up loses nothing."""
    call_soon(SEND_DUE, [lane], queue=lane)


def lanes_due(at: datetime) -> list[str]:
    """The lanes in which something is due: one index look-up each."""
    return [lane for lane in Lane.values if Delivery.objects.due(at).filter(lane=lane).exists()]


def empty_old(*, at: datetime) -> int:
    """Empty address and body of what arrived seven days ago, or has been dead for thirty; how many rows."""
    arrived = Delivery.objects.filter(sent_at__lte=at - ARRIVED_KEPT_FOR, emptied_at=None)
    dead = Delivery.objects.can_be_retried().filter(dead_at__lte=at - DEAD_KEPT_FOR)
    return sum(_empty(old, at) for old in (arrived, dead))


def _empty(old, at: datetime) -> int:
    emptied = 0
    while ids := list(old.values_list("pk", flat=True)[:EMPTIED_AT_ONCE]):
        emptied += Delivery.objects.filter(pk__in=ids).update(address="", body={}, emptied_at=at)
    return emptied


def recall(about_ids: Iterable[UUID], *, made_at: datetime, at: datetime) -> int:
    """Take back what an act at `made_at`, which can still be undone, wanted to tell later; how many.

    What waits for another reason stays: an earlier delivery whose receiver was given a rest, for one.
    """
    waiting = Delivery.objects.waiting().filter(
        about_id__in=list(about_ids), made_at=made_at, attempts=0, due_at__gt=at
    )
    taken = waiting.select_for_update(skip_locked=True)
    return Delivery.objects.filter(pk__in=[each.pk for each in taken]).delete()[0]
