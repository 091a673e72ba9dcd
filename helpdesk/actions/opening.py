"""A case begins. The same form sent twice opens one case (design 13)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.actions.clocks import IN_FORCE, InForce, Promise, first_clocks, holding
from helpdesk.actions.contacts import contact_rows
from helpdesk.actions.filing import file_away
from helpdesk.attachments import Accepted
from helpdesk.models import Message, Priority, Queue, Receipt, Side, Submission, Ticket
from helpdesk.receipts import lookup_from_token, stored, token_hash, words_from_token
from helpdesk.search import first_words
from journal.actions import event_of
from journal.actors import Actor, actor_of
from journal.errors import NotReady, Refused
from journal.models import Event
from journal.moments import read_zone
from journal.prepared import Reading
from journal.references import new_reference
from journal.together import Change, Each, write_once

SAME_FORM_FOR = timedelta(hours=1)
SHORTEST_TOKEN = 20
NEWCOMER = Actor("person")  # somebody who writes in for the first time; history then names the case
NO_ENTRY = NotReady(
    "no_entry_queue",
    gettext_lazy(
        "We cannot take this now: the service is not set up for it yet. Keep your text and try again later."
    ),
)
# Asked for every case that begins, in one way to the database: each costs more than what is read there.
ENTRY = Reading(
    "helpdesk_queue WHERE kind = $2 AND ended_at IS NULL ORDER BY place, slug LIMIT 1",
    Queue,
    only=("id", "slug", "kind"),
    beside=f"EXISTS (SELECT FROM helpdesk_ticket WHERE reference = $3), {IN_FORCE}",
)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What somebody sends to begin a case. Apps that file a record with the case send kinds of their own.

    `token` is the form's. `contact` holds `address` and `name`, each of which may be missing.
    """

    token: str
    language: str
    zone: str = ""
    text: str = ""
    contact: Mapping[str, str] | None = None
    attachments: Sequence[Accepted] = ()
    is_screened: bool = True


@dataclass(frozen=True)
class Opened:
    """What whoever wrote in is shown: the reference and, once, the receipt."""

    ticket: Ticket
    receipt: str
    was_new: bool


@dataclass(frozen=True)
class Entry:
    """Where a new case goes, what is promised there, and a reference that no other case has."""

    queue: Queue
    in_force: InForce
    reference: str


def entry(kind: str, *, at: datetime) -> Entry:
    """Where a new case of this kind goes: the first queue of its kind that is in use.

    `manage.py prepare` makes one before the first request; should the last one end, nobody can write in
    until there is another, and `/health/ready` names the kind. Raises NotReady("no_entry_queue").
    """
    reference = new_reference()
    for queue, is_taken, policy, versions in ENTRY.ask(at, kind, reference):
        return entry(kind, at=at) if is_taken else Entry(queue, holding(policy, versions), reference)
    raise NO_ENTRY


def open_within(
    entry: Entry,
    letter: Letter,
    *,
    by: Any,
    at: datetime,
    summary: str,
    category: str = "",
    priority: int = Priority.NORMAL,
    found_by: Iterable[str] = (),
    beside: Callable[[Ticket], Iterable[Model | Change | Each]] = lambda ticket: (),
) -> Opened:
    """Open a case with the person's first words, within the caller's transaction.

    The same token within the hour gives the same case and receipt again and stores nothing; two at the same
    moment wait for each other at the unique constraint. Raises Refused("already_sent") after the hour.
    `found_by` are words that staff may search for and that nobody said in the case. `beside` gives the rows
    of a record that the caller's app keeps of a new case; the statement that writes the case writes them too.
    """
    if len(letter.token) < SHORTEST_TOKEN:
        raise Refused("no_token", _("This form was not complete. Load it again and send it once more."))
    ticket = _ticket(entry, letter, at=at, summary=summary[:200], category=category, priority=priority)
    promise = entry.in_force.promise_for(ticket)
    clocks = first_clocks(ticket, promise)
    actor = actor_of(by)
    actor = Actor("person", ticket.pk) if actor.kind == "person" else actor
    message = _first_message(ticket, letter)
    was_new = write_once(
        Submission(token_hash=token_hash(letter.token), ticket=ticket, sent_at=at),
        ticket,
        Receipt(ticket=ticket, lookup=stored(lookup_from_token(letter.token)), made_at=at),
        first_words(ticket, [ticket.reference, ticket.summary, letter.text, *found_by]),
        _opened(ticket, promise, by=actor),
        *clocks,
        *([message] if message else []),
        *(contact_rows(ticket, at=at, **letter.contact) if letter.contact else []),
        *beside(ticket),
    )
    if not was_new:
        return _sent_before(letter.token, at)
    if message:
        file_away(ticket, letter.attachments, by=actor, at=at, side=Side.PERSON, message=message)
    return Opened(ticket, words_from_token(letter.token, language=letter.language), was_new=True)


open_ticket = transaction.atomic(open_within)  # for a caller that keeps no record of its own


def _ticket(entry: Entry, letter: Letter, *, at: datetime, priority: int, **fields: Any) -> Ticket:
    return Ticket(
        queue=entry.queue,
        kind=entry.queue.kind,
        reference=entry.reference,
        priority=priority,
        language=letter.language,
        zone=read_zone(letter.zone),
        opened_at=at,
        changed_at=at,
        is_screened=letter.is_screened,
        **fields,
    )


def _first_message(ticket: Ticket, letter: Letter) -> Message | None:
    if not (letter.text or letter.attachments):
        return None
    at = ticket.opened_at
    return Message(ticket=ticket, side=Side.PERSON, text=letter.text, written_at=at, told_at=at)


def _opened(ticket: Ticket, promise: Promise | None, *, by: Actor) -> Event:
    return event_of(
        ticket,
        "opened",
        by=by,
        at=ticket.opened_at,
        queue=ticket.queue_id,
        kind=ticket.kind,
        category=ticket.category,
        priority=ticket.priority,
        **(promise.values if promise else {}),
    )


def _sent_before(token: str, at: datetime) -> Opened:
    sent = Submission.objects.select_related("ticket__queue").get(token_hash=token_hash(token))
    if at - sent.sent_at > SAME_FORM_FOR or sent.ticket.erased_at is not None:
        raise Refused(
            "already_sent",
            _("This form was sent before. Open your case with its receipt, or load the form anew."),
        )
    words = words_from_token(token, language=sent.ticket.language)
    return Opened(sent.ticket, words, was_new=False)
