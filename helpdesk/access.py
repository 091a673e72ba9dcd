"""A person without an account opens their case with its reference and receipt, and nothing else opens it."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.waits import one_more
from helpdesk.models import Receipt, Ticket
from helpdesk.receipts import lookups_of, stored
from journal.actors import Actor
from journal.errors import Refused
from journal.references import read_reference

FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(seconds=20)
COUNT_FOR = timedelta(hours=1)
OPEN_FOR = timedelta(hours=1)  # a case that nobody looks at any more closes itself
SESSION_KEY = "case"
SALT = "helpdesk.access.waiting"


def open_case(
    reference: str, receipt: str, *, request_key: str, at: datetime, waiting: str = ""
) -> Ticket | None:
    """The case that reference and receipt open together; None for a wrong one, whichever it was.

    `request_key` stands for the visitor (HMAC of the address under the key of the hour, never the address).
    After a few wrong tries of one visitor at one reference, the form must have waited: raises
    Refused("wait") unless `waiting` (from `start_waiting`) is old enough. The wait has an end and counts
    for that visitor alone, so that nobody can lock the owner out.
    """
    tries = _tries_key(reference, request_key)
    _refuse_hurry(cache.get(tries, 0), waiting, at)
    ticket = _find(reference, receipt)
    if ticket is None:
        one_more(tries, COUNT_FOR.total_seconds())
    return ticket


def _find(reference: str, receipt: str) -> Ticket | None:
    """Always one query and one comparison: how long it takes says nothing of what was wrong."""
    hashes = [stored(lookup) for lookup in lookups_of(receipt)] or [stored(secrets.token_bytes(32))]
    found = Receipt.objects.filter(lookup__in=hashes).select_related("ticket__merged_into").first()
    known = found.ticket.reference if found else secrets.token_hex(5)
    is_right = compare_digest((read_reference(reference) or "").encode(), known.encode())
    if not (found and is_right):
        return None
    return found.ticket.merged_into or found.ticket


def wait_for(reference: str, request_key: str) -> timedelta:
    """How long this visitor's next try at this reference must have waited."""
    return _wait(cache.get(_tries_key(reference, request_key), 0))


def start_waiting(*, at: datetime) -> str:
    """A signed start time for a form; good for one try."""
    return signing.dumps([at.timestamp(), secrets.token_urlsafe(9)], salt=SALT)


def _wait(tries: int) -> timedelta:
    if tries < FREE_TRIES:
        return timedelta(0)
    return min(FIRST_WAIT * 2 ** min(tries - FREE_TRIES, 8), LONGEST_WAIT)


def _refuse_hurry(tries: int, waiting: str, at: datetime) -> None:
    wait = _wait(tries)
    if wait and not _has_waited(waiting, wait, at):
        raise Refused(
            "wait",
            _("That was several tries in a row. Wait %(seconds)d seconds, then send the form again.")
            % {"seconds": wait.total_seconds()},
        )


def _has_waited(waiting: str, wait: timedelta, at: datetime) -> bool:
    try:
        started_at, _one_of_a_kind = signing.loads(waiting, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return False
    if not wait.total_seconds() <= at.timestamp() - started_at < COUNT_FOR.total_seconds():
        return False
    used = "waited:" + sha256(waiting.encode()).hexdigest()
    return cache.add(used, 1, COUNT_FOR.total_seconds())


def _tries_key(reference: str, request_key: str) -> str:
    name = sha256(f"{read_reference(reference)}|{request_key}".encode()).hexdigest()
    return f"case-tries:{name}"


def person_of(ticket: Ticket) -> Actor:
    """Who holds the receipt of this case, as history names them."""
    return Actor("person", ticket.pk)


def remember_case(request: HttpRequest, ticket: Ticket, *, at: datetime) -> None:
    """Keep a case open in this browser for a while; the session gets another key."""
    request.session.cycle_key()
    request.session[SESSION_KEY] = {"id": str(ticket.pk), "seen": at.timestamp()}


def case_of(request: HttpRequest, *, at: datetime) -> Ticket | None:
    """The case that is open in this browser; None after an hour without a look, or without a receipt."""
    kept = request.session.get(SESSION_KEY)
    moment = at.timestamp()
    if not kept or moment - kept["seen"] > OPEN_FOR.total_seconds():
        request.session.pop(SESSION_KEY, None)
        return None
    if moment - kept["seen"] > OPEN_FOR.total_seconds() / 4:  # not a write at every look
        request.session[SESSION_KEY] = {**kept, "seen": moment}
    ticket = Ticket.objects.filter(pk=kept["id"]).select_related("queue", "merged_into__queue").first()
    if ticket is None or not Receipt.objects.filter(ticket=ticket).exists():
        return None
    return ticket.merged_into or ticket


def close_case(request: HttpRequest) -> None:
    """Forget the open case in this browser."""
    request.session.pop(SESSION_KEY, None)
