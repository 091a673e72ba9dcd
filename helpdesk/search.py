"""Search over the words of cases: filled in the transaction that writes them, read only within sight.

The cost does not grow with the number of tickets: the newest are walked first; only a word that is rare
among them goes to the index, and then no more than a bounded number of matches is looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models.signals import post_save

from helpdesk.folding import quoted, tokens_of, wanted
from helpdesk.models import Message, Note, SearchText, TeamMember, Ticket
from journal.references import read_reference

# One more than before whenever `folding` or what is collected of a case changes: a clock then indexes every
# earlier case anew (`actions/indexing.py`).
VERSION = 1
# A tsvector ends at a megabyte, and nobody must be able to fill a case so that no more can be written in it:
# what comes after this many bytes is kept and read, and not found.
MOST_BYTES = 600_000
NEWEST = 2000  # tickets walked from the newest before the index is asked
MATCHES = 500  # matches looked at in the index

ADD = """
INSERT INTO helpdesk_searchtext (ticket_id, tokens, version)
VALUES (%s, array_to_tsvector(%s::text[]), %s)
ON CONFLICT (ticket_id) DO UPDATE SET tokens = helpdesk_searchtext.tokens || excluded.tokens
WHERE octet_length(helpdesk_searchtext.tokens::text) < %s
"""
AMONG_NEWEST = f"""
SELECT ticket_id FROM (
    SELECT ticket_id, tokens FROM helpdesk_searchtext ORDER BY ticket_id DESC LIMIT {NEWEST}
) newest WHERE tokens @@ %s::tsquery ORDER BY ticket_id DESC LIMIT %s
"""  # noqa: S608 - only our own number is put in
IN_INDEX = f"""
SELECT ticket_id, tokens @@ %s::tsquery FROM helpdesk_searchtext WHERE tokens @@ %s::tsquery LIMIT {MATCHES}
"""  # noqa: S608


def index_words(ticket: Ticket, words: Iterable[str]) -> None:
    """Make `ticket` findable by `words`: what was written in it, the statement, a puid, a user's id.

    Called inside the transaction that stores them. One statement.
    """
    found = all_tokens(ticket, words)
    with connection.cursor() as cursor:
        cursor.execute(ADD, [ticket.pk, found, VERSION, MOST_BYTES])


def first_words(ticket: Ticket, words: Iterable[str]) -> SearchText:
    """The row of a ticket that is new, for a caller that writes it together with the ticket."""
    return SearchText(ticket=ticket, tokens=" ".join(map(quoted, all_tokens(ticket, words))), version=VERSION)


def all_tokens(ticket: Ticket, words: Iterable[str]) -> list[str]:
    """What the index holds of a ticket with these words: their tokens and its queue's."""
    return [*tokens_of("\n".join(filter(None, words))), _queue_token(ticket.queue_id)]


def _queue_token(queue_id: UUID) -> str:
    return f"queue:{queue_id}"


@dataclass(frozen=True)
class Found:
    """Ids of tickets, newest first; `is_cut` where older matches may be missing."""

    ids: list[UUID]
    is_cut: bool = False
    is_reference: bool = False


def search(user: Any, typed: str, *, limit: int = 50) -> Found:
    """The tickets within the user's sight that hold every word of `typed`, or bear it as reference.

    Whoever must stay out of a case opens it without its notes, so words never find it for them: a try at
    each word would read the notes after all.
    """
    visible = Ticket.objects.visible_to(user)
    if reference := read_reference(typed):
        named = list(visible.filter(reference=reference).values_list("pk", flat=True))
        if named:
            return Found(named, is_reference=True)
    query = wanted(typed)
    if not query:
        return Found([])
    ids, is_cut = _matches(query, _sight(user), limit)
    seen = set(visible.open_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return Found([pk for pk in ids if pk in seen][:limit], is_cut)


def _sight(user: Any) -> str:
    """The query for the user's queues, so that others' matches do not crowd out theirs; empty for all."""
    if user.has_role("head"):
        return ""
    queues = TeamMember.objects.live().filter(user=user.pk).values_list("team__queues", flat=True)
    return " | ".join(quoted(_queue_token(pk)) for pk in queues if pk) or "'queue:none'"


def _matches(query: str, sight: str, limit: int) -> tuple[list[UUID], bool]:
    within = f"({query}) & ({sight})" if sight else query
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(AMONG_NEWEST, [within, limit + 1])
        ids = [pk for (pk,) in cursor.fetchall()]
        if len(ids) > limit:
            return ids[:limit], True
        cursor.execute("SET LOCAL enable_seqscan = off")
        older, is_cut = _in_index(cursor, query, sight or query)
        if is_cut and len(older) <= limit:  # most matches are others': the index parts them, which costs more
            older, is_cut = _in_index(cursor, within, within)
    every = sorted({*ids, *older}, reverse=True)
    return every[:limit], is_cut or len(every) > limit


def _in_index(cursor: Any, query: str, sight: str) -> tuple[list[UUID], bool]:
    """Matches of `query` that `sight` allows; whether there may be more."""
    cursor.execute(IN_INDEX, [sight, query])
    found = cursor.fetchall()
    return [pk for pk, is_seen in found if is_seen], len(found) == MATCHES


def _index_ticket(sender: type[Ticket], instance: Ticket, created: bool, **kwargs: Any) -> None:
    if created:
        index_words(instance, [instance.reference, instance.summary])


def _index_text(sender: type, instance: Message | Note, created: bool, **kwargs: Any) -> None:
    if created and instance.text:
        index_words(instance.ticket, [instance.text])


def follow_words() -> None:
    """From now on what is written in a ticket is indexed as it is stored."""
    post_save.connect(_index_ticket, sender=Ticket, dispatch_uid="index_ticket")
    post_save.connect(_index_text, sender=Message, dispatch_uid="index_message")
    post_save.connect(_index_text, sender=Note, dispatch_uid="index_note")
