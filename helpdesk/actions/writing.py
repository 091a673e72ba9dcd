"""Words in a case: of the person, of the staff to the person, and notes among the staff."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.actions.contacts import tell_person
from helpdesk.actions.filing import erase_file, file_away
from helpdesk.actions.indexing import index_case_again
from helpdesk.actions.tickets import lock, move_ticket, note_event, refuse_ended, refuse_erased
from helpdesk.attachments import Accepted
from helpdesk.desks import refuse_words
from helpdesk.models import Draft, Message, Note, Side, Status, Submission, Ticket
from helpdesk.permissions import acting_staff, can_drop, can_work, can_write, staff_of
from helpdesk.receipts import token_hash
from journal.errors import Refused, require
from journal.models import Delivery

UNDO_FOR = timedelta(seconds=10)
NO_ANSWER_REASONS = ("thanks", "nothing_asked", "said_before", "automatic")


@transaction.atomic
def person_writes(
    ticket: Ticket,
    *,
    by: Any,
    at: datetime,
    text: str,
    attachments: Iterable[Accepted] = (),
    token: str = "",
) -> Message:
    """The person adds words to their case. An answer to our question lets the work go on.

    A case that has ended stays so: the staff see that something waits (`unanswered_since`). The same form
    sent again, known by its `token`, gives the message that it made and stores nothing.
    """
    ticket = lock(ticket)
    require(can_write(by, ticket))
    refuse_erased(ticket)
    _refuse_empty(text, attachments)
    if token and (before := _written_by(token, ticket, at)):
        return before
    message = Message.objects.create(ticket=ticket, side=Side.PERSON, text=text, written_at=at, told_at=at)
    file_away(ticket, attachments, by=by, at=at, side=Side.PERSON, message=message)
    ticket.unanswered_since = ticket.unanswered_since or at
    note_event(ticket, "person_wrote", "unanswered_since", by=by, at=at, message=message.pk)
    if ticket.status == Status.WAITING:
        status = Status.OPEN if ticket.assignee_id else Status.NEW
        move_ticket(ticket, status, by=by, at=at, code="resumed")
    return message


def _written_by(token: str, ticket: Ticket, at: datetime) -> Message | None:
    """The message that this form has made already. The held ticket keeps two at once apart."""
    sent, is_first = Submission.objects.get_or_create(
        token_hash=token_hash(token), defaults={"ticket": ticket, "sent_at": at}
    )
    if is_first:
        return None
    if sent.ticket_id != ticket.pk:
        raise Refused("already_sent", _("This form was sent before. Load the page anew."))
    return ticket.messages.filter(side=Side.PERSON, written_at=sent.sent_at).last()


@transaction.atomic
def reply(
    ticket: Ticket,
    *,
    by: Any,
    at: datetime,
    text: str,
    turn: int | None,
    is_question: bool = False,
    attachments: Iterable[Accepted] = (),
) -> Message:
    """Staff write to the person, who reads it after UNDO_FOR. A question lets the case wait for them.

    Raises Refused("changed_meanwhile") where somebody wrote since the form with `turn` was made.
    """
    ticket, attachments = lock(ticket, turn=turn), list(attachments)
    require(can_work(by, ticket))
    refuse_erased(ticket)
    _refuse_empty(text, attachments)
    refuse_words(ticket, text, *(each.name for each in attachments))
    if is_question:
        refuse_ended(ticket)
    message = Message.objects.create(
        ticket=ticket,
        side=Side.STAFF,
        author=staff_of(by),
        text=text,
        is_question=is_question,
        written_at=at,
        told_at=at + UNDO_FOR,
    )
    file_away(ticket, attachments, by=by, at=at, side=Side.STAFF, message=message)
    Draft.objects.filter(ticket=ticket, author=staff_of(by)).delete()
    _answer_with(message, ticket, by=by, at=at)
    tell_person(ticket, at=at, due_at=message.told_at, message=str(message.pk))
    return message


def _answer_with(message: Message, ticket: Ticket, *, by: Any, at: datetime) -> None:
    """The person's words are answered; after a question the case waits for theirs."""
    ticket.unanswered_since = None
    fields = ["unanswered_since"]
    if ticket.status == Status.WAITING:  # what we wrote last is what the person is silent about
        ticket.waiting_since, ticket.reminded_at = at, None
        fields += ["waiting_since", "reminded_at"]
    note_event(
        ticket, "staff_wrote", *fields, by=by, at=at, message=message.pk, is_question=message.is_question
    )
    if message.is_question and ticket.status != Status.WAITING:
        move_ticket(ticket, Status.WAITING, by=by, at=at, code="waiting", message=message.pk)


@transaction.atomic
def undo_reply(message: Message, *, by: Any, at: datetime) -> Ticket:
    """Take a reply back before anything is told. Raises Refused("told") when it is too late.

    Its words become the writer's draft again, so that nothing typed is lost.
    """
    ticket = lock(message.ticket)
    found = Message.objects.filter(pk=message.pk).first()
    if found is None:  # two clicks: the first was faster, and its words are a draft already
        return ticket
    message, user = found, staff_of(by)
    require(user is not None and message.author_id == user.pk and can_work(by, ticket))
    if at >= message.told_at:
        raise Refused("told", _("The person can read this already. Write to them again to put it right."))
    Delivery.objects.waiting().filter(about_id=ticket.pk, body__message=str(message.pk)).delete()
    for attachment in message.attachments.all():
        attachment.message = None
        attachment.save(update_fields=["message"])
        erase_file(attachment, at=at)
    write_draft(ticket, user, text=message.text, is_question=message.is_question, at=at)
    was_question, gone = message.is_question, message.pk
    message.delete()
    index_case_again(ticket)
    ticket.unanswered_since = _unanswered_since(ticket)
    note_event(ticket, "reply_undone", "unanswered_since", by=by, at=at, message=gone)
    status = Status.OPEN if ticket.assignee_id else Status.NEW
    if was_question and ticket.status == Status.WAITING:
        move_ticket(ticket, status, by=by, at=at, code="resumed", message=gone)
    elif ticket.status == Status.RESOLVED and not ticket.messages.filter(side=Side.STAFF).exists():
        move_ticket(ticket, status, by=by, at=at, code="reopened", message=gone)
    return ticket


def answered(ticket: Ticket, *, by: Any, at: datetime) -> None:
    """An app above told the person something that staff wrote (a decision). The ticket is held."""
    ticket.unanswered_since = None
    note_event(ticket, "staff_wrote", "unanswered_since", by=by, at=at)


def answer_undone(ticket: Ticket, *, by: Any, at: datetime) -> None:
    """That was taken back before the person could read it. The ticket is held."""
    ticket.unanswered_since = _unanswered_since(ticket)
    note_event(ticket, "answer_undone", "unanswered_since", by=by, at=at)


def _unanswered_since(ticket: Ticket) -> datetime | None:
    """Since when words of the person wait; the words that opened the case count as seen."""
    last = ticket.messages.filter(side=Side.STAFF).order_by("-written_at").first()
    answered_at = last.written_at if last else ticket.opened_at
    first = ticket.messages.filter(side=Side.PERSON, written_at__gt=answered_at).first()
    return first.written_at if first else None


@transaction.atomic
def add_note(
    ticket: Ticket, *, by: Any, at: datetime, text: str, same_within: timedelta = timedelta(0)
) -> Note:
    """A note that only the staff read, by any channel.

    The same words of the same writer within `same_within` are one note: a second click sends a form again.
    """
    ticket = lock(ticket)
    require(can_work(by, ticket))
    refuse_erased(ticket)
    _refuse_empty(text)
    author = acting_staff(by)
    # Two requests at once come here one after the other: the lock above is on the case.
    same = Note.objects.filter(ticket=ticket, author=author, text=text, written_at__gt=at - same_within)
    if same_within and (written := same.first()):
        return written
    note = Note.objects.create(ticket=ticket, author=author, text=text, written_at=at)
    note_event(ticket, "note_added", by=by, at=at, note=note.pk)
    return note


@transaction.atomic
def save_draft(
    ticket: Ticket, *, by: Any, at: datetime, text: str, is_question: bool = False
) -> Draft | None:
    """Keep a reply that is not sent yet, one for each writer; empty words remove it."""
    ticket = lock(ticket)
    require(can_work(by, ticket))
    refuse_erased(ticket)
    return write_draft(ticket, staff_of(by), text=text, is_question=is_question, at=at)


def write_draft(ticket: Ticket, author: Any, *, text: str, is_question: bool, at: datetime) -> Draft | None:
    if not text.strip():
        Draft.objects.filter(ticket=ticket, author=author).delete()
        return None
    draft, _made = Draft.objects.update_or_create(
        ticket=ticket,
        author=author,
        defaults={"text": text, "is_question": is_question, "saved_at": at},
    )
    return draft


@transaction.atomic
def no_answer_needed(ticket: Ticket, *, by: Any, at: datetime, reason: str) -> Ticket:
    """Somebody has read the person's last words and says, for one of NO_ANSWER_REASONS, that they ask for
    nothing. A key cannot: it would be a machine that ends what is owed."""
    ticket = lock(ticket)
    require(can_drop(by, ticket))
    if reason not in NO_ANSWER_REASONS:
        raise Refused("reason_needed", _("Choose why these words need no answer."), field="reason")
    if ticket.unanswered_since is None:
        return ticket
    ticket.unanswered_since = None
    note_event(ticket, "no_answer_needed", "unanswered_since", by=by, at=at, reason=reason)
    return ticket


def _refuse_empty(text: str, attachments: Iterable[Accepted] = ()) -> None:
    if not text.strip() and not list(attachments):
        raise Refused("nothing_written", _("Write something first."), field="text")
