"""Who reported something stays unknown to everybody outside: their names leave in no words of ours."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from appeals.models import Appeal, AppealDecision, Decision, Notice, Party, ReportedLink, Review
from helpdesk.models import Ticket
from journal.errors import Refused

TRUSTED = "SOURCE_TRUSTED_FLAGGER"
IN_FILE_NAMES = re.compile(r"[-_.+]+")


def names_of(notices: Iterable[Notice]) -> list[str]:
    """Names and addresses of private notifiers, the longest first. One query, as the contacts come along."""
    names: set[str] = set()
    for notice in notices:
        contact = getattr(notice.ticket, "contact", None)
        if contact is not None and not notice.trusted_flagger:
            names |= {contact.name.strip(), contact.address.strip()}
    return sorted((name for name in names if len(name) > 1), key=len, reverse=True)


def tellable(links: Iterable[ReportedLink]) -> str | None:
    """The first of these links to one thing that may be told outside.

    One that holds the name or the address of who reported it stays with us: some services put the reader's
    own name into what they share. No query where notice, ticket and contact come along.
    """
    links = list(links)
    names = [name.casefold() for name in names_of(each.notice for each in links)]
    for each in links:
        said = unquote_plus(each.link).casefold()
        if said and not any(name in said for name in names):
            return each.link
    return None


def notifiers_of(decision: Decision) -> list[str]:
    """The private notifiers whose reports led to this decision or to one whose place it took, also one whom
    the platform named. Two queries, and one more for each decision before it."""
    behind = _behind(decision)
    notices = Notice.objects.filter(links__decision__in=behind).distinct()
    names = {*names_of(notices.select_related("ticket__contact"))}
    earlier = Decision.objects.filter(pk__in=behind - {decision.pk}) if len(behind) > 1 else ()
    for each in (decision, *earlier):
        source = (each.source_identity or "").strip()
        if each.source_type != TRUSTED and len(source) > 1:
            names.add(source)
    return sorted(names, key=len, reverse=True)


def _behind(decision: Decision) -> set[UUID]:
    """This decision and those whose place it took: who reported the first one is unknown to the last."""
    keys = newest = {decision.pk}
    while newest:
        made = Review.objects.filter(Q(replacement__in=newest) | Q(answer__in=newest))
        newest = set(made.values_list("subject__decision", flat=True)) - keys
        keys = keys | newest
    return keys


def strangers_to(subject: AppealDecision) -> list[str]:
    """Whom the side that appeals must not learn from the answer: who reported it, but for themselves."""
    names = notifiers_of(subject.decision)
    if subject.side == Party.AFFECTED:
        return names
    own = Notice.objects.filter(pk=subject.party).select_related("ticket__contact")
    theirs = {name.casefold() for name in names_of(own)}
    return [name for name in names if name.casefold() not in theirs]


def unknown_to(ticket: Ticket) -> list[str]:
    """Whom the person of this case must not learn from us: who reported what was decided against them, or
    who else reported the same as they did."""
    subjects = AppealDecision.objects.filter(appeal__ticket=ticket).select_related("decision")
    names = {name for each in subjects for name in strangers_to(each)}
    claimed = Appeal.objects.filter(ticket=ticket, side=Party.AFFECTED).values_list("claimed", flat=True)
    keys = {key for keys in claimed for key in keys}
    names |= {name for each in Decision.objects.filter(pk__in=keys) for name in notifiers_of(each)}
    shared = ReportedLink.objects.filter(notice__ticket=ticket).values("group")
    beside = Notice.objects.filter(links__group__in=shared).exclude(ticket=ticket).distinct()
    return sorted(names.union(names_of(beside.select_related("ticket__contact"))))


def refuse_words(ticket: Ticket, *texts: str) -> None:
    """Stop words of the staff to the person of a case, and names of files, that say who reported.

    In the name of a file a dot or a line stands for a space.
    """
    names = unknown_to(ticket)
    refuse_names(names, texts, [IN_FILE_NAMES.sub(" ", text) for text in texts])


def refuse_names(names: Iterable[str], *texts: Any) -> None:
    """Stop words of ours that name who reported. Raises Refused("names_notifier")."""
    said = "\n".join(_strings(texts)).casefold()
    if any(name.casefold() in said for name in names):
        raise Refused(
            "names_notifier",
            _("Your text names the person who reported it, or their address. Take it out, then send again."),
            field="reasons",
        )


def refuse_links(reported: Iterable[ReportedLink], *texts: Any) -> None:
    """Stop words that name a link which not everybody who reads them reported, or is about.

    Words on one link may name that link; words on several go to people who know of one of them.
    Raises Refused("names_link").
    """
    reported = list(reported)
    own = {_bare(each.link) for each in reported} if len({each.group_id for each in reported}) == 1 else set()
    known = ReportedLink.objects.filter(notice__in={each.notice_id for each in reported}).exclude(link="")
    links = own.union(_bare(link) for link in known.values_list("link", flat=True))
    said = "\n".join(_strings(texts)).casefold()
    for link in sorted(links, key=len, reverse=True):  # one may be the beginning of another
        if link in said and link not in own:
            raise Refused(
                "names_link",
                _("Your text names a link that not everybody who reads it has reported. Take it out."),
                field="reasons",
            )
        said = said.replace(link, "")


def _bare(link: str) -> str:
    """A link as one may write it in a text: without its scheme, however its letters are written."""
    return link.casefold().partition("://")[2].rstrip("/") or link.casefold()


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings(list(value.values()))
    elif isinstance(value, Iterable):
        for each in value:
            yield from _strings(each)
