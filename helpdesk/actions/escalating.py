"""The steps that the clock takes by itself before and after a promise is broken. Each once in a run."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from helpdesk.actions.alarms import page_for
from helpdesk.actions.assigning import lay_down
from helpdesk.actions.clocks import wind
from helpdesk.actions.incidents import join_incident
from helpdesk.actions.sorting import set_priority
from helpdesk.actions.tickets import lock
from helpdesk.models import (
    Barred,
    Clock,
    IncidentTitle,
    Level,
    Priority,
    Step,
    StepMail,
    StepTaken,
    StepTold,
    TeamMember,
    Ticket,
)
from helpdesk.steps import DOINGS, Coming, What
from journal.actions import record
from journal.actors import SYSTEM
from journal.models import Lane
from journal.outbox import deliver
from journal.prepared import execute

TICKETS_AT_ONCE = 500  # in one sweep; the next one is ten seconds away, and other sweeps need the worker too
TOLD_AT_ONCE = 2000  # steps in one mail; the next sweep writes another
TOLD_EVERY = timedelta(minutes=10)  # to one person, except of the first tier
NAMED = 10  # cases in a mail; of the rest it says how many they are
HIGHEST = Priority.HIGH  # that the clock gives; "top" stays what a person says of a case
# In the order of the index, and past what another sweep holds. Its clock may have been read before that sweep
# was done with it, so what is due is looked up again under the lock.
CLAIM = """
SELECT ticket.id FROM helpdesk_clock AS clock JOIN helpdesk_ticket AS ticket ON ticket.id = clock.ticket_id
WHERE clock.next_step_at <= $1 AND ticket.id <> ALL ($2::uuid[])
ORDER BY clock.next_step_at LIMIT 1 FOR NO KEY UPDATE OF ticket SKIP LOCKED
"""
log = structlog.get_logger()


def take_steps(*, at: datetime) -> int:
    """Take the steps that are due, ticket by ticket, and tell who must know; how many were taken.

    Each ticket is a transaction of its own, so that a killed sweep loses one at most, which the next one
    finds again. Safe to run by several at once, twice, and late. Costs what is due, not what is open.
    """
    seen: list[UUID] = []  # a case that fails must not hold up the others, nor come twice
    taken = 0
    while len(seen) < TICKETS_AT_ONCE:
        before = len(seen)
        try:
            with transaction.atomic():
                taken += _take_next(seen, at)
        except Exception as error:
            log.error("steps.failed", ticket=str(seen[-1]) if seen else "", error=type(error).__name__)
        if len(seen) == before:
            break
    tell_waiting(at=at)
    return taken


def _take_next(seen: list[UUID], at: datetime) -> int:
    """Take all due steps of the next ticket; adds it to `seen` as soon as it is ours."""
    found = execute(CLAIM, [at, seen]).fetchone()
    if found is None:
        return 0
    seen.append(found[0])
    taken = 0
    while True:  # ends: no key is taken twice in a run
        ticket = lock(Ticket(pk=found[0]))
        ahead = wind(ticket, at=at)
        due = [each for each in ahead.steps if each.due_at <= at] if ahead else []
        if ahead is None or not due:
            return taken
        steps = {(each.clock, each.key): each for each in ahead.row.steps.all()}
        for each in due:
            step = steps[each.kind, each.key]
            _take(ticket, step, each, at)
            taken += 1
            if DOINGS[What(step.what)].changes_case:
                break
        else:
            _plan_next(ticket, due, ahead.steps[len(due) :])
            return taken


def _plan_next(ticket: Ticket, done: Sequence[Coming], left: Sequence[Coming]) -> None:
    """Say when the clocks need the next sweep. What they count is as it was."""
    for kind, instance in {(each.kind, each.instance) for each in done}:
        moments = (each.due_at for each in left if (each.kind, each.instance) == (kind, instance))
        clocks = Clock.objects.filter(ticket=ticket, kind=kind, instance=instance)
        clocks.update(next_step_at=next(moments, None))


def _take(ticket: Ticket, step: Step, coming: Coming, at: datetime) -> None:
    taken = StepTaken.objects.create(
        ticket=ticket,
        kind=coming.kind,
        instance=coming.instance,
        run=coming.run,
        key=coming.key,
        due_at=coming.due_at,
        taken_at=at,
    )
    level = step.level if step.what == What.TELL else None
    if step.what == What.HAND:
        level = min(ticket.level + 1, Level.EXECUTIVE)
    record(
        ticket,
        "escalated",
        by=SYSTEM,
        at=at,
        clock=coming.kind,
        instance=coming.instance,
        run=coming.run,
        key=coming.key,
        what=step.what,
        level=level,
        due=coming.due_at,
        late=(at - coming.due_at) // timedelta(seconds=1),
    )
    _act(ticket, step, taken, level, at)


def _act(ticket: Ticket, step: Step, taken: StepTaken, level: int | None, at: datetime) -> None:
    """What the step does, by the actions that people use. A case that has ended is only told of."""
    if step.what == What.RAISE and ticket.is_unfinished and ticket.priority > HIGHEST:
        set_priority(ticket, by=SYSTEM, at=at, priority=ticket.priority - 1)
    if step.what == What.REASSIGN and ticket.is_unfinished:
        lay_down(ticket, by=SYSTEM, at=at)
    if step.what == What.HAND and level != ticket.level:
        ticket.level = level or ticket.level
        ticket.save(update_fields=["level"])  # no turn: whoever writes an answer now must not lose it
    if step.what == What.INCIDENT and ticket.is_unfinished:
        join_incident(ticket, title=IncidentTitle.PROMISES, at=at)
    if step.what == What.PAGE and ticket.is_unfinished:
        page_for(ticket, at=at, due_at=taken.due_at)
    if level is not None:
        StepTold.objects.bulk_create([StepTold(taken=taken, user=user) for user in _people(ticket, level)])


def _people(ticket: Ticket, level: int) -> list[User | None]:
    """Who stands on this level of the case; where nobody does, on the next above, and at last below.

    None is the executive contact, who has an address and no account.
    """
    above = [each for each in Level if each >= level]
    below = [each for each in reversed(Level) if each < level]
    for each in (*above, *below):
        if people := _standing_on(each, ticket):
            return people
    return []


def _standing_on(level: int, ticket: Ticket) -> list[User | None]:
    if level == Level.EXECUTIVE:
        return [None] if settings.EXECUTIVE_CONTACT else []
    if level == Level.MODERATOR:
        people = User.objects.active().filter(pk=ticket.assignee_id)
    elif level == Level.LEAD:
        places = TeamMember.objects.live().filter(team=ticket.queue.team_id)
        people = User.objects.holding(Role.LEAD).filter(pk__in=places.values("user"))
    else:
        people = User.objects.holding(Role.HEAD)
    return list(people.exclude(pk__in=Barred.objects.filter(ticket=ticket).values("user")))


def tell_waiting(*, at: datetime) -> int:
    """Mail to everybody who must be told of steps: one for each, however many they are. How many mails.

    After a mail somebody has a pause; what comes meanwhile stays a row and goes into the next mail, unless a
    case of the first tier is among it. What a killed sweep left is told by the next one.
    """
    waiting = StepTold.objects.order_by().values_list("user", flat=True).distinct()
    return sum(_tell(user, at) for user in list(waiting))


@transaction.atomic
def _tell(user_id: UUID | None, at: datetime) -> bool:
    mail = _held_mail(user_id)
    if mail is None or _has_pause(mail, at):
        return False
    # Only what the mail says is read: whole rows of thousands of cases keep a transaction open for long.
    held = StepTold.objects.filter(user=user_id).select_for_update(skip_locked=True).order_by("pk")
    ids = list(held.values_list("pk", flat=True)[:TOLD_AT_ONCE])
    if not ids:
        return False
    waiting = StepTold.objects.filter(pk__in=ids).order_by("taken__due_at", "pk")
    told = list(waiting.values_list("taken", "taken__ticket__reference"))
    StepTold.objects.filter(pk__in=ids).delete()
    if len(ids) < TOLD_AT_ONCE:  # a fuller backlog is told to its end first, or it would grow for ever
        mail.sent_at = at
        mail.save(update_fields=["sent_at"])
    user = User.objects.filter(pk=user_id).first() if user_id else None
    if user is not None and not user.is_active:
        return False
    deliver(
        "steps_due",
        # Not the case: its person's erasure must not take the others from this mail.
        about=StepTaken.objects.get(pk=told[0][0]),
        at=at,
        lane=Lane.PAGE,
        address=user.email if user else settings.EXECUTIVE_CONTACT,
        language=user.language if user else settings.LANGUAGE_CODE,
        body=_body(reference for _taken, reference in told),
    )
    return True


def _held_mail(user_id: UUID | None) -> StepMail | None:
    """Held until the commit; None where another sweep is telling them."""
    StepMail.objects.bulk_create([StepMail(user_id=user_id)], ignore_conflicts=True)
    return StepMail.objects.select_for_update(skip_locked=True).filter(user=user_id).first()


def _has_pause(mail: StepMail, at: datetime) -> bool:
    if mail.sent_at is None or mail.sent_at + TOLD_EVERY <= at:
        return False
    return not StepTold.objects.filter(user=mail.user_id, taken__ticket__tier=1).exists()


def _body(references: Iterable[str]) -> dict[str, object]:
    cases = list(dict.fromkeys(references))  # each once, those that have been due longest first
    return {"count": len(cases), "references": cases[:NAMED], "more": len(cases) - len(cases[:NAMED])}
