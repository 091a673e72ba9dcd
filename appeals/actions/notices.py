"""Somebody reports content to us: the notice, its case, and the group of all notices on the same links."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Platform
from appeals.kinds import is_child_abuse
from appeals.models import Ground, Notice, NoticeGroup
from helpdesk.actions import Opened, open_ticket
from helpdesk.models import Priority, Queue, QueueKind
from journal.actions import record
from journal.actors import Actor, Acts
from journal.errors import Refused


@transaction.atomic
def file_notice(
    *,
    platform: Platform,
    by: Actor | Acts,
    at: datetime,
    ground: str,
    category: str,
    links: Sequence[str],
    text: str,
    language: str,
    token: str,
    law: str = "",
    rule_code: str = "",
    keyword: str = "",
    contact: Mapping[str, str] | None = None,
    trusted_flagger: str = "",
    puid: str = "",
    attachments: Iterable[Any] = (),
    is_screened: bool = True,
) -> Opened:
    """Open the case of a notice under DSA Art. 16 and put it beside others on the same links.

    Of the sexual abuse of children no file is taken. The same form again opens the same case.
    Raises Refused("links_needed", "no_files_here").
    """
    files = list(attachments)
    _check(links, has_files=bool(files), is_abuse=is_child_abuse(category, keyword))
    opened = open_ticket(
        Queue.objects.entry(QueueKind.NOTICE),
        by=by,
        at=at,
        language=language,
        summary=f"{category} {keyword}".strip()[:200],
        text=text,
        category=category[:60],
        priority=_priority(category, keyword, trusted_flagger),
        token=token,
        contact=contact,
        attachments=files,
        is_screened=is_screened,
    )
    if not opened.was_new:
        return opened
    notice = Notice.objects.create(
        ticket=opened.ticket,
        platform=platform,
        group=_open_group(platform, links),
        ground=ground or Ground.LAW,
        category=category,
        keyword=keyword,
        law=law,
        rule_code=rule_code,
        links=list(links),
        items=len(links),
        language=language,
        trusted_flagger=trusted_flagger,
        puid=puid,
        received_at=at,
    )
    _record(notice, by=by, at=at)
    return opened


def _record(notice: Notice, *, by: Actor | Acts, at: datetime) -> None:
    record(
        notice,
        "filed",
        by=by,
        at=at,
        ticket=notice.ticket_id,
        platform=notice.platform_id,
        group=notice.group_id,
        ground=notice.ground,
        category=notice.category,
        keyword=notice.keyword,
        items=notice.items,
        trusted=bool(notice.trusted_flagger),
    )


def _check(links: Sequence[str], *, has_files: bool, is_abuse: bool) -> None:
    if not links:
        raise Refused(
            "links_needed",
            _("Give the exact link of what you report. We cannot find it without."),
            field="links",
        )
    if has_files and is_abuse:
        raise Refused(
            "no_files_here",
            _("Send links only. Pictures of the abuse of children must not be sent on, not even to us."),
            field="attachments",
        )


def _priority(category: str, keyword: str, trusted_flagger: str) -> int:
    """The abuse of children first of all; then those whose notices the law puts first (DSA Art. 22(1))."""
    if is_child_abuse(category, keyword):
        return Priority.TOP
    return Priority.HIGH if trusted_flagger else Priority.NORMAL


def link_hash(links: Sequence[str]) -> bytes:
    """One value for the same set of links, however their hosts are written."""
    return sha256("\n".join(sorted({_plain(link) for link in links})).encode()).digest()


def _plain(link: str) -> str:
    parts = urlsplit(link.strip())
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, ""))


def _open_group(platform: Platform, links: Sequence[str]) -> NoticeGroup:
    """The undecided group of these links, held until the commit; a new one where there is none.

    A decision holds the same row, so that no notice slips into a group that has just been decided.
    """
    digest = link_hash(links)
    while True:
        group, _is_new = NoticeGroup.objects.get_or_create(
            platform=platform, link_hash=digest, decided_at=None
        )
        held = NoticeGroup.objects.select_for_update(no_key=True).filter(pk=group.pk, decided_at=None).first()
        if held is not None:
            return held
