"""Which reports are decided together: those on one platform that share a link."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Platform, User
from appeals.models import Notice, NoticeGroup, OpenLink
from appeals.permissions import can_decide_notice
from helpdesk.actions import lock
from helpdesk.actions.tickets import change
from journal.actions import record
from journal.errors import Refused, require

DECIDED_ALREADY = Refused(
    "decided_already", gettext_lazy("Somebody has decided this in the meantime. Load the page again.")
)
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(link) FROM unnest(%s::bigint[]) link"


def join_group(platform: Platform, links: Sequence[str]) -> NoticeGroup:
    """The undecided group that shares most links with these, held until the commit; else a new one.

    A report never joins two groups into one: somebody who pastes the links of fifty strangers' reports would
    have all of them answered by one decision. A link that another group holds stays there.
    """
    hashes = link_hashes(links)
    _hold(platform, hashes)
    group = _shared(platform, hashes) or NoticeGroup.objects.create(platform=platform)
    new = [OpenLink(group=group, platform=platform, link_hash=each) for each in hashes]
    OpenLink.objects.bulk_create(new, ignore_conflicts=True)
    return group


def _hold(platform: Platform, hashes: Iterable[bytes]) -> None:
    """Let two first reports of one link come one after the other, and always in the same order."""
    keys = sorted(
        int.from_bytes(sha256(platform.pk.bytes + each).digest()[:8], signed=True) for each in hashes
    )
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [keys])


def _shared(platform: Platform, hashes: Sequence[bytes]) -> NoticeGroup | None:
    """A decision holds the same row, so that no notice slips into a group that has just been decided."""
    known = OpenLink.objects.filter(platform=platform, link_hash__in=hashes).values("group")
    best = known.annotate(shared=Count("pk")).order_by("-shared", "group")  # of equals the oldest
    for key in best.values_list("group", flat=True):
        group = NoticeGroup.objects.select_for_update(no_key=True).filter(pk=key, decided_at=None).first()
        if group is not None:
            return group
    return None


def link_hashes(links: Iterable[str]) -> list[bytes]:
    """One value for each link, however its host is written and whatever part of the page it names."""
    return sorted({sha256(_plain(link).encode()).digest() for link in links})


def _plain(link: str) -> str:
    parts = urlsplit(link.strip())
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, ""))


@transaction.atomic
def take_out(notice: Notice, *, by: User, at: datetime) -> Notice:
    """This report is decided apart, though it shares a link with others.

    The links that it alone brought go with it; who must stay out of it still must.
    Raises PermissionDenied, Refused("decided_already", "alone").
    """
    group, notice = hold_group(notice)
    require(can_decide_notice(by, notice))
    ticket = lock(notice.ticket)
    if group.decided_at or notice.acted_at or not ticket.is_unfinished:
        raise DECIDED_ALREADY
    others = Notice.objects.filter(group=group).exclude(pk=notice.pk)
    if not others.exists():
        raise Refused("alone", _("No other report is decided together with this one."))
    notice.group = NoticeGroup.objects.create(platform=notice.platform)
    notice.save(update_fields=["group"])
    theirs = link_hashes(link for links in others.values_list("links", flat=True) for link in links)
    OpenLink.objects.filter(group=group).exclude(link_hash__in=theirs).update(group=notice.group)
    record(notice, "taken_out", by=by, at=at, before=group.pk, group=notice.group_id)
    change(ticket, at=at)
    return notice


def hold_group(notice: Notice) -> tuple[NoticeGroup, Notice]:
    """The group in which a notice is decided, held until the commit, and the notice as it is then.

    It may have been taken out of its group while we waited, so we look again.
    """
    while True:
        key: UUID = Notice.objects.values_list("group", flat=True).get(pk=notice.pk)
        group = NoticeGroup.objects.select_for_update().get(pk=key)
        notice = Notice.objects.select_related("ticket__queue", "platform").get(pk=notice.pk)
        if notice.group_id == group.pk:
            return group, notice
