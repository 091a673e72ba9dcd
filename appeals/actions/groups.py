"""Which reports are decided together: those that wait for the same link of one platform."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from accounts.models import Platform
from appeals.models import Notice, NoticeGroup, ReportedLink
from helpdesk.actions import bar
from helpdesk.models import Barred
from journal.actors import SYSTEM

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(link) FROM unnest(%s::bigint[]) link"


def file_links(notice: Notice, links: Sequence[str], *, at: datetime) -> list[ReportedLink]:
    """Put each link of a report into its group, and keep those out who must stay out of that."""
    wanted = {link_hash(link): link for link in reversed(links)}  # of two ways to write a link the first
    groups = join_groups(notice.platform, wanted)
    rows = [
        ReportedLink(notice=notice, group=groups[key], link=link)
        for key, link in reversed(wanted.items())  # as they were typed
    ]
    ReportedLink.objects.bulk_create(rows)
    keep_out(notice, at=at)
    return rows


def rejoin(notice: Notice, *, at: datetime) -> None:
    """A report that goes on waits again for what was decided on its links while it had ended."""
    missed = list(notice.links.filter(acted_at=None, group__decided_at__isnull=False))
    groups = join_groups(notice.platform, {link_hash(each.link) for each in missed})
    for each in missed:
        each.group = groups[link_hash(each.link)]
    ReportedLink.objects.bulk_update(missed, ["group"])
    keep_out(notice, at=at)


def join_groups(platform: Platform, hashes: Collection[bytes]) -> dict[bytes, NoticeGroup]:
    """The open group of each of these links, held until the commit; begun where there is none."""
    groups: dict[bytes, NoticeGroup] = {}
    _hold(platform, hashes)
    while missing := sorted(set(hashes) - set(groups)):
        begun = [NoticeGroup(platform=platform, link_hash=each) for each in missing]
        NoticeGroup.objects.bulk_create(begun, ignore_conflicts=True)
        found = NoticeGroup.objects.filter(platform=platform, link_hash__in=missing).order_by("link_hash")
        # A decision holds the same rows, and while we wait for it the group may have ended: then we look
        # again and begin another. So no report slips into a group that has just been decided.
        groups |= {bytes(each.link_hash or b""): each for each in found.select_for_update(no_key=True)}
    return groups


def _hold(platform: Platform, hashes: Collection[bytes]) -> None:
    """Let two first reports of one link come one after the other, and always in the same order."""
    keys = sorted(
        int.from_bytes(sha256(platform.pk.bytes + each).digest()[:8], signed=True) for each in hashes
    )
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [keys])


def keep_out(notice: Notice, *, at: datetime) -> None:
    """Whoever must stay out of a report must stay out of one that shares an open link with it.

    No further than that: else somebody who reports fifty strangers' links would shut a moderator, who must
    stay out of one of them, out of all.
    """
    shared = notice.links.filter(acted_at=None).values("group")
    known = Barred.objects.filter(ticket__notice__links__group__in=shared).exclude(ticket=notice.ticket_id)
    for each in known.exclude(why=Barred.Why.TOGETHER).select_related("user").distinct("user"):
        bar(notice.ticket, each.user, why=Barred.Why.TOGETHER, by=SYSTEM, at=at)


def link_hash(link: str) -> bytes:
    """One value for each link, however its scheme and host are written.

    What follows the `#` counts: it may name another channel, or somebody else's comment.
    """
    return sha256(_plain(link).encode()).digest()


def _plain(link: str) -> str:
    parts = urlsplit(link.strip())
    fragment = "" if parts.fragment.startswith(":~:") else parts.fragment  # words that a browser marks
    return urlunsplit(
        (parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, fragment)
    )
