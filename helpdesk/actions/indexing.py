"""Cases that were indexed in an earlier way are indexed anew, a few at a time, beside the work.

What is derived from other rows has no event: nothing happened to a case by it.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from helpdesk.desks import desk_of
from helpdesk.models import Message, Note, SearchText, Ticket
from helpdesk.search import MOST_BYTES, VERSION, all_tokens

BATCH = 100
# A row of version 0 for each case that has none: loaded past the program, or older than the index.
MISSING = """
INSERT INTO helpdesk_searchtext (ticket_id, tokens, version)
SELECT id, ''::tsvector, 0 FROM helpdesk_ticket ticket
WHERE erased_at IS NULL AND NOT EXISTS (SELECT FROM helpdesk_searchtext WHERE ticket_id = ticket.id)
ON CONFLICT (ticket_id) DO NOTHING
"""
STORE = """
UPDATE helpdesk_searchtext SET tokens = array_to_tsvector(%s::text[]), version = %s WHERE ticket_id = %s
"""


def claim_missing() -> int:
    """Mark cases that are not in the index at all, so that they are; how many. Reads every case."""
    with connection.cursor() as cursor:
        cursor.execute(MISSING)
        return cursor.rowcount


@transaction.atomic
def index_again(*, most: int = BATCH) -> int:
    """Index up to `most` cases anew whose words were indexed before VERSION; how many. Safe to run twice.

    Whoever writes in one of them at the same time is passed over, or waits at its row and then adds to
    what stands there now: either way nothing that was written is missing.
    """
    stale = SearchText.objects.filter(version__lt=VERSION).order_by("version")
    held = stale.select_for_update(skip_locked=True)
    ids = list(held.values_list("ticket_id", flat=True)[:most])
    tickets = Ticket.objects.in_bulk(ids)
    said = _said_in(ids)
    rows = [(_tokens(each, [*_known_of(each), *said[pk]]), VERSION, pk) for pk, each in tickets.items()]
    with connection.cursor() as cursor:
        cursor.executemany(STORE, rows)
    return len(rows)


def index_case_again(ticket: Ticket) -> None:
    """Index one case anew, within the action that took words out of it. Three queries.

    The index of a case does not say which word came from where, so nothing can be taken out of it alone.
    """
    tokens = _tokens(ticket, [*_known_of(ticket), *_said_in([ticket.pk])[ticket.pk]])
    with connection.cursor() as cursor:
        cursor.execute(STORE, [tokens, VERSION, ticket.pk])


def _known_of(ticket: Ticket) -> list[str]:
    """What a case is found by beside what was said in it."""
    found_by = desk_of(ticket.kind).found_by
    return [ticket.reference, ticket.summary, *(found_by(ticket) if found_by else [])]


def _said_in(ids: Iterable[Any]) -> dict[Any, list[str]]:
    """All messages and notes of some cases. Two queries."""
    said: dict[Any, list[str]] = defaultdict(list)
    for model in (Message, Note):
        for ticket_id, text in model.objects.filter(ticket__in=ids).values_list("ticket_id", "text"):
            said[ticket_id].append(text)
    return said


def _tokens(ticket: Ticket, texts: Iterable[str]) -> list[str]:
    """The tokens of each text as it was indexed when it was written, up to the same end."""
    found = set(all_tokens(ticket, []))
    for text in filter(None, texts):
        found.update(all_tokens(ticket, [text]))
        if sum(len(token.encode()) for token in found) > MOST_BYTES:
            break
    return sorted(found)
