"""Who works on a case: taken, given, laid down, put aside; never by the barred."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from helpdesk.actions.tickets import broken_promise, lock, move_ticket, note_event, refuse_ended
from helpdesk.actions.writing import add_note
from helpdesk.ageing import UNSCREENED_EVERY, count_pick, is_reserved, longest_waiting, reserved_before
from helpdesk.desks import desk_of
from helpdesk.models import Barred, Level, Queue, Status, TeamMember, Ticket
from helpdesk.models.tickets import TicketSet
from helpdesk.permissions import (
    acting_staff,
    can_assign,
    can_hand_over,
    can_release,
    can_see,
    can_work,
    is_barred,
    is_system,
    staff_of,
    standing_of,
    stands_high_enough,
)
from journal.errors import Refused, require
from journal.outbox import deliver

TRIES = 5


@transaction.atomic
def take_next(*, by: Any, at: datetime, queue: Queue | None = None) -> Ticket | None:
    """Give `by` the next ticket that waits for somebody like them; None where there is none.

    Most urgent first, then soonest due; of a share of the picks what has waited longest of the rest, so that
    nothing starves (`helpdesk.ageing`). Among queues of their teams, languages they read (all, where they
    named none), not put aside, not barred from, not of a level above theirs. Two people never get the same
    one. What is not yet screened comes last.
    """
    user = acting_staff(by)
    require(user.has_role(Role.MODERATOR, Role.LEAD, Role.HEAD))
    for _try in range(TRIES):
        first = _next(user, at, queue, is_screened=True) or _next(user, at, queue, is_screened=False)
        if first is None:
            return None
        aged = _reserved(first, user, at, queue)
        values = {"reserved": True} if aged else {}
        try:
            return _give(aged or first, user, by=by, at=at, code="taken", **values)
        except Refused:  # barred between our look and our lock: look again
            continue
    return None


def _reserved(first: Ticket, user: User, at: datetime, queue: Queue | None) -> Ticket | None:
    """What has waited longest, where this pick is one of those that are kept for it."""
    share = first.queue.reserved_share
    if not share or not is_reserved(number := count_pick(first.queue_id), share):
        return None
    queues = [queue] if queue else list(Queue.objects.visible_to(user).in_use())
    looks_unscreened_first = reserved_before(number, share) % UNSCREENED_EVERY == 0
    for is_screened in (not looks_unscreened_first, looks_unscreened_first):
        waiting = _waiting(user, at, queue, is_screened=is_screened)
        if aged := longest_waiting(waiting, queues, than=first):
            return aged
    return None


def _next(user: User, at: datetime, queue: Queue | None, *, is_screened: bool) -> Ticket | None:
    return (
        _waiting(user, at, queue, is_screened=is_screened)
        .in_order()
        .select_related("queue")
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .first()
    )


def _waiting(user: User, at: datetime, queue: Queue | None, *, is_screened: bool) -> TicketSet:
    """What waits for somebody like them, in no order."""
    waiting = Ticket.objects.filter(
        status=Status.NEW, assignee=None, is_screened=is_screened, level__lte=standing_of(user)
    )
    if queue is not None:
        waiting = waiting.filter(queue=queue)
    if user.languages:
        waiting = waiting.filter(language__in=user.languages)
    return waiting.visible_to(user).open_to(user).awake(at)


def _give(ticket: Ticket, to: User, *, by: Any, at: datetime, code: str, **values: Any) -> Ticket:
    """Write the assignee; the database refuses the barred."""
    before = ticket.assignee_id
    ticket.assignee, ticket.snoozed_until = to, None
    fields = ("assignee", "snoozed_until")
    values |= {"to": to.pk, "from": before}
    try:
        with transaction.atomic():
            if ticket.status == Status.NEW:
                return move_ticket(ticket, Status.OPEN, by=by, at=at, code=code, save=fields, **values)
            note_event(ticket, code, *fields, by=by, at=at, **values)
    except IntegrityError as error:
        if broken_promise(error) != "not_to_the_barred":
            raise
        raise _refuse_barred() from error
    return ticket


def _refuse_barred() -> Refused:
    return Refused(
        "barred",
        _("This person must stay out of this case: they took part in what it is about. Choose another."),
    )


@transaction.atomic
def assign(ticket: Ticket, *, by: Any, at: datetime, to: User, turn: int | None = None) -> Ticket:
    """Give the case to `to`. Raises Refused("barred"), "not_theirs" where they cannot see it, or
    "above_your_level" where it was handed to people above `by`, who alone give it on."""
    ticket = lock(ticket, turn=turn)
    require(can_assign(by, ticket, to))
    _refuse_above(by, ticket)
    _refuse_unfit(ticket, to)
    if ticket.assignee_id == to.pk:
        return ticket
    return _give(ticket, to, by=by, at=at, code="assigned")


@transaction.atomic
def take(ticket: Ticket, *, by: User, at: datetime) -> Ticket:
    """Take this very case for oneself. Raises Refused("taken") where somebody else was quicker."""
    ticket = lock(ticket)
    require(can_assign(by, ticket, by) or can_work(by, ticket))
    if ticket.assignee_id not in (None, by.pk):
        raise Refused(
            "taken", _("Somebody else has just taken this case. Take another, or ask for this one.")
        )
    return assign(ticket, by=by, at=at, to=by)


def _refuse_above(by: Any, ticket: Ticket) -> None:
    """Who has it keeps it, at whatever level it is: they may know it best, and may still write."""
    user = staff_of(by)
    if stands_high_enough(by, ticket) or (user is not None and ticket.assignee_id == user.pk):
        return
    raise Refused(
        "above_your_level",
        _("This case was handed to a higher level: %(level)s. They take it, or give it to you.")
        % {"level": Level(ticket.level).label},
    )


def _refuse_unfit(ticket: Ticket, to: User) -> None:
    refuse_ended(ticket)
    if is_barred(to, ticket):
        raise _refuse_barred()
    if not (to.is_active and can_see(to, ticket)):
        raise Refused(
            "not_theirs", _("This person does not work on this queue. Choose somebody of its team.")
        )


@transaction.atomic
def release(ticket: Ticket, *, by: Any, at: datetime, turn: int | None = None) -> Ticket:
    """Lay the case down, so that somebody else can take it."""
    ticket = lock(ticket, turn=turn)
    require(can_release(by, ticket))
    return _let_go(ticket, by=by, at=at, code="released")


def lay_down(ticket: Ticket, *, by: Any, at: datetime) -> Ticket:
    """Let go of a case whose holder has left the team. For actions that took them out; asks no right."""
    return _let_go(lock(ticket), by=by, at=at, code="released")


def _let_go(ticket: Ticket, *, by: Any, at: datetime, code: str, **values: Any) -> Ticket:
    before, ticket.assignee = ticket.assignee_id, None
    if before is None:
        return ticket
    if ticket.status == Status.OPEN:
        return move_ticket(
            ticket, Status.NEW, by=by, at=at, code=code, save=("assignee",), **{"from": before}, **values
        )
    note_event(ticket, code, "assignee", by=by, at=at, **{"from": before}, **values)
    return ticket


@transaction.atomic
def hand_over(
    ticket: Ticket, *, by: Any, at: datetime, to: User, note: str, turn: int | None = None
) -> Ticket:
    """Give the case to a colleague with a note that says what they need to know."""
    ticket = lock(ticket, turn=turn)
    require(can_hand_over(by, ticket))
    _refuse_above(by, ticket)
    _refuse_unfit(ticket, to)
    add_note(ticket, by=by, at=at, text=note)
    return _give(lock(ticket), to, by=by, at=at, code="handed_over")


@transaction.atomic
def snooze(ticket: Ticket, *, by: Any, at: datetime, until: datetime, turn: int | None = None) -> Ticket:
    """Put the case aside until a moment; it keeps its clocks and its place."""
    ticket = lock(ticket, turn=turn)
    require(can_work(by, ticket))
    refuse_ended(ticket)
    if until <= at:
        raise Refused("in_the_past", _("Choose a moment that is still to come."), field="until")
    ticket.snoozed_until = until
    note_event(ticket, "snoozed", "snoozed_until", by=by, at=at, until=until)
    return ticket


@transaction.atomic
def wake(ticket: Ticket, *, by: Any, at: datetime) -> Ticket:
    """Take a case up again that was put aside: by hand, or by the clock when its moment has come."""
    ticket = lock(ticket)
    require(is_system(by) or can_work(by, ticket))
    if ticket.snoozed_until is None or (is_system(by) and ticket.snoozed_until > at):
        return ticket
    ticket.snoozed_until = None
    note_event(ticket, "woken", "snoozed_until", by=by, at=at)
    return ticket


@transaction.atomic
def bar(ticket: Ticket, user: User, *, why: str, by: Any, at: datetime) -> Barred:
    """Keep `user` out of a case from now on. For the apps that know why; asks no right of `by`.

    Who has it already loses it, and the leads of the team are told. Cases that one decision answers
    together with it are closed to them too, but not those that are decided together with these.
    """
    together = desk_of(ticket.kind).decided_with if why != Barred.Why.TOGETHER else None
    held = sorted([ticket, *(together(ticket) if together else ())], key=lambda each: each.pk)
    # Tickets are held in the order of their keys, here as where they are decided: two never lock each other.
    reasons = {each.pk: why if each.pk == ticket.pk else Barred.Why.TOGETHER for each in held}
    bars = [_bar(lock(each), user, why=reasons[each.pk], by=by, at=at) for each in held]
    return next(each for each in bars if each.ticket_id == ticket.pk)


def _bar(ticket: Ticket, user: User, *, why: str, by: Any, at: datetime) -> Barred:
    barred, is_new = Barred.objects.get_or_create(ticket=ticket, user=user, why=why, defaults={"at": at})
    if not is_new:
        return barred
    note_event(ticket, "barred", by=by, at=at, user=user.pk, why=why)
    if ticket.assignee_id == user.pk and ticket.is_unfinished:
        _let_go(ticket, by=by, at=at, code="taken_from_barred", why=why)
        tell_leads(ticket, "barred_late", at=at)
    return barred


@transaction.atomic
def declare_conflict(ticket: Ticket, *, by: Any, at: datetime) -> Barred:
    """Somebody on the staff says that they must not work on this case."""
    user = acting_staff(by)
    require(can_see(by, ticket))
    return bar(ticket, user, why=Barred.Why.CONFLICT, by=by, at=at)


def tell_leads(ticket: Ticket, kind: str, *, at: datetime) -> None:
    """Mail to the leads of the ticket's team; where it has none, to the heads."""
    members = TeamMember.objects.live().filter(team=ticket.queue.team_id).values("user")
    leads = User.objects.holding(Role.LEAD).filter(pk__in=members)
    for lead in leads or User.objects.holding(Role.HEAD):
        deliver(
            kind,
            about=ticket,
            at=at,
            address=lead.email,
            language=lead.language,
            body={"reference": ticket.reference},
        )
