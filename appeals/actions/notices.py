"""Somebody reports content to us: the notice, its case, and the group it is decided with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Platform
from appeals.actions.groups import file_links, link_hash
from appeals.finding import words_of_notice
from appeals.kinds import is_child_abuse
from appeals.models import Ground, Notice, ReportedLink
from appeals.permissions import can_report
from helpdesk.actions import Letter, Opened, entry, open_ticket
from helpdesk.models import Priority, QueueKind, Ticket
from helpdesk.search import index_words
from journal.actions import record
from journal.actors import Actor, Acts
from journal.errors import Refused, require


@dataclass(frozen=True, kw_only=True)
class NoticeLetter(Letter):
    """What somebody sends who reports content: where exactly it is, and against which law or rule."""

    links: Sequence[str]
    category: str
    keyword: str = ""
    ground: str = Ground.LAW
    law: str = ""
    rule_code: str = ""
    trusted_flagger: str = ""
    puid: str = ""

    @property
    def is_child_abuse(self) -> bool:
        return is_child_abuse(self.keyword)

    @property
    def priority(self) -> int:
        """The abuse of children first; then those whose notices the law puts first (DSA Art. 22(1))."""
        if self.is_child_abuse:
            return Priority.TOP
        return Priority.HIGH if self.trusted_flagger else Priority.NORMAL


@transaction.atomic
def file_notice(letter: NoticeLetter, *, platform: Platform, by: Actor | Acts, at: datetime) -> Opened:
    """Open the case of a notice under DSA Art. 16; each of its links waits with others' reports of it.

    Of the sexual abuse of children no file is taken. The same form again opens the same case.
    Raises PermissionDenied, Refused("links_needed", "no_files_here").
    """
    require(can_report(by, platform))
    _check(letter)
    opened = open_ticket(
        entry(QueueKind.NOTICE, at=at),
        letter,
        by=by,
        at=at,
        summary=f"{letter.category} {letter.keyword}".strip(),
        category=letter.category[:60],
        priority=letter.priority,
    )
    if opened.was_new:
        notice = _notice(opened.ticket, letter, platform)
        notice.save(force_insert=True)
        links = file_links(notice, letter.links, at=at)
        index_words(opened.ticket, words_of_notice(notice, links))
        _record(notice, links, by=by, at=at)
    return opened


def _notice(ticket: Ticket, letter: NoticeLetter, platform: Platform) -> Notice:
    return Notice(
        ticket=ticket,
        platform=platform,
        ground=letter.ground,
        category=letter.category,
        keyword=letter.keyword,
        law=letter.law,
        rule_code=letter.rule_code,
        items=len({link_hash(link) for link in letter.links}),
        language=letter.language,
        trusted_flagger=letter.trusted_flagger,
        puid=letter.puid,
        received_at=ticket.opened_at,
    )


def _record(notice: Notice, links: Sequence[ReportedLink], *, by: Actor | Acts, at: datetime) -> None:
    record(
        notice,
        "filed",
        by=by,
        at=at,
        ticket=notice.ticket_id,
        platform=notice.platform_id,
        groups=[each.group_id for each in links],
        ground=notice.ground,
        category=notice.category,
        keyword=notice.keyword,
        items=notice.items,
        trusted=bool(notice.trusted_flagger),
    )


def _check(letter: NoticeLetter) -> None:
    if not letter.links:
        raise Refused(
            "links_needed",
            _("Give the exact link of what you report. We cannot find it without."),
            field="links",
        )
    if letter.attachments and letter.is_child_abuse:
        raise Refused(
            "no_files_here",
            _("Send links only. Pictures of the abuse of children must not be sent on, not even to us."),
            field="attachments",
        )
