"""An alarm pages one person after another until somebody comes. Safe to run by several at once, and late."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from accounts.roles import Role
from helpdesk.actions.alarm_news import send_message
from helpdesk.actions.alarms import end_alarm
from helpdesk.models import TOP_ROUND, Alarm, Barred, Paged
from helpdesk.on_call import line
from helpdesk.paging import FOLD_FOR, late_by, next_in
from journal.actions import record
from journal.actors import SYSTEM
from journal.ids import uuid7

ALARMS_AT_ONCE = 500  # in one sweep; the next one is ten seconds away
MINE_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
log = structlog.get_logger()


def ring(*, at: datetime) -> int:
    """Page the next in line of every alarm whose turn has come, and send the messages; how many were paged.

    Each alarm is a transaction of its own: what a killed sweep leaves, the next one finds. Costs what is due.
    """
    seen: list[UUID] = []  # one that fails must not hold up the others, nor come twice
    paged = 0
    while len(seen) < ALARMS_AT_ONCE:
        before = len(seen)
        try:
            with transaction.atomic():
                paged += _ring_next(seen, at)
        except Exception as error:
            log.error("alarm.failed", alarm=str(seen[-1]) if seen else "", error=type(error).__name__)
        if len(seen) == before:
            break
    tell_paged(at=at)
    return paged


def _ring_next(seen: list[UUID], at: datetime) -> int:
    due = Alarm.objects.due(at).exclude(pk__in=seen).order_by("next_at")
    held = due.select_for_update(no_key=True, skip_locked=True, of=("self",))
    alarm = held.select_related("team", "ticket", "incident").first()
    if alarm is None:
        return 0
    seen.append(alarm.pk)
    if _is_over(alarm):
        end_alarm(alarm, by=SYSTEM, at=at)
        return 0
    return _page_next(alarm, at)


def _is_over(alarm: Alarm) -> bool:
    """A case that was answered, or an incident that was closed, needs nobody any more."""
    if alarm.ticket is not None:
        return not alarm.ticket.is_unfinished
    return alarm.incident is not None and alarm.incident.closed_at is not None


def _page_next(alarm: Alarm, at: datetime) -> int:
    """Page one person, and plan the next page from now: after an outage too everybody has their minutes."""
    due_at = alarm.next_at or at
    people = _line(alarm, at)
    this_round = alarm.paged.filter(round=alarm.round).select_related("user")
    user = next_in(people, [each.user for each in this_round])
    paged = 0
    if user is None:
        paged += _tell_top(alarm, due_at, at)
        alarm.round += 1
        user = next_in(people, [])
    if user is not None:
        paged += _page(alarm, user, alarm.round, due_at, at)
    alarm.next_at = at + timedelta(minutes=alarm.team.page_next_after)
    alarm.save(update_fields=["round", "next_at", "top_told_at"])
    return paged


def _line(alarm: Alarm, at: datetime) -> list[User]:
    """The line of the team as it stands now, without those who must stay out of the case."""
    barred = set(Barred.objects.filter(ticket=alarm.ticket_id).values_list("user", flat=True))
    return [user for user in line(alarm.team, at) if user.pk not in barred]


def _page(alarm: Alarm, user: User | None, round_: int, due_at: datetime, at: datetime) -> int:
    late = late_by(due_at, at)
    Paged.objects.create(alarm=alarm, user=user, round=round_, at=at, late=late)
    user_id = user.pk if user else None
    record(alarm, "paged", by=SYSTEM, at=at, user=user_id, round=round_, due=due_at, late=late)
    return 1


def _tell_top(alarm: Alarm, due_at: datetime, at: datetime) -> int:
    """Nobody in the whole line came: the heads and the executive contact hear of it, once for an alarm."""
    if alarm.top_told_at is not None:
        return 0
    alarm.top_told_at = at
    barred = Barred.objects.filter(ticket=alarm.ticket_id).values("user")
    heads = User.objects.holding(Role.HEAD).exclude(pk__in=barred).order_by("pk")
    top: list[User | None] = [*heads, *([None] if settings.EXECUTIVE_CONTACT else [])]
    return sum(_page(alarm, each, TOP_ROUND, due_at, at) for each in top)


def tell_paged(*, at: datetime) -> int:
    """Send everybody who was paged one message about all of it; how many messages.

    Whoever had one within the last minute gets the next when that minute is over. What a killed sweep left
    is told by the next one.
    """
    waiting = Paged.objects.untold().order_by().values_list("user", flat=True).distinct()
    return sum(_tell(user, at) for user in list(waiting))


@transaction.atomic
def _tell(user_id: UUID | None, at: datetime) -> bool:
    # Locks of rows would let a second sweep send a second message for what was paged in between.
    with connection.cursor() as cursor:
        cursor.execute(MINE_ALONE, [f"paged {user_id}"])
        if not cursor.fetchone()[0]:
            return False
    rows = Paged.objects.filter(user=user_id)
    # A message of an hour to come was sent before the clock was set back; one of a moment to come by a
    # sweep beside this one.
    lately = rows.filter(told_at__gt=at - FOLD_FOR, told_at__lt=at + FOLD_FOR)
    if lately.filter(told_in__isnull=False).exists():
        return False
    untold = list(
        rows.untold()
        .select_related("alarm__ticket", "alarm__incident", "alarm__team", "user")
        .order_by("alarm__due_at", "pk")
    )
    ringing = [each for each in untold if each.alarm.is_ringing]  # somebody was quicker than the fold
    rows.filter(pk__in=[each.pk for each in untold]).update(told_at=at)
    if not ringing or (ringing[0].user is not None and not ringing[0].user.is_active):
        return False
    message = uuid7()
    rows.filter(pk__in=[each.pk for each in ringing]).update(told_in=message)
    send_message(message, ringing, at)
    return True
