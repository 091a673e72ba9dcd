"""Alarms are raised, acknowledged, passed on and ended here. Whom they page meanwhile: `paging.py`.

Locks are taken in one order everywhere: the case or the incident, then the alarm. A sweep that pages takes
the alarm alone.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import ApiKey, User
from helpdesk.actions.alarm_news import tell_machines
from helpdesk.actions.assigning import assign, lay_down
from helpdesk.actions.tickets import lock
from helpdesk.models import Alarm, Incident, Paged, Team, Ticket
from helpdesk.permissions import acting_staff, can_acknowledge, can_raise_alarm, can_work, stands_high_enough
from journal.actions import record
from journal.actors import SYSTEM
from journal.calling import call_soon
from journal.errors import require
from journal.models import Lane

RING = "helpdesk.tasks.ring"


@transaction.atomic
def raise_alarm(
    team: Team,
    *,
    by: Any,
    at: datetime,
    ticket: Ticket | None = None,
    incident: Incident | None = None,
    due_at: datetime | None = None,
) -> Alarm:
    """Page who is on call in `team`, now. What rings already about the same thing rings on, and nothing else.

    Raises PermissionDenied.
    """
    require(can_raise_alarm(by, team))
    about = {"ticket": ticket, "incident": incident}
    if ringing := _ringing(team, about):
        return ringing
    try:
        with transaction.atomic():
            alarm = Alarm.objects.create(team=team, **about, due_at=due_at, raised_at=at, next_at=at)
    except IntegrityError:  # two at once: the other's rings
        ringing = _ringing(team, about)
        if ringing is None:
            raise
        return ringing
    record(alarm, "raised", by=by, at=at, team=team.pk, due=due_at, **_ids(alarm))
    if ticket is not None:
        record(ticket, "alarm_raised", by=by, at=at, alarm=alarm.pk)
    wake_ringer()
    return alarm


def page_for(ticket: Ticket, *, at: datetime, due_at: datetime) -> None:
    """The clock pages for a case. Where its incident rings already, that is enough: whoever comes sees it."""
    if not Alarm.objects.ringing().filter(incident__tickets=ticket).exists():
        raise_alarm(ticket.queue.team, by=SYSTEM, at=at, ticket=ticket, due_at=due_at)


def _ringing(team: Team, about: dict[str, Any]) -> Alarm | None:
    if any(about.values()):
        return Alarm.objects.ringing().filter(**about).first()
    return Alarm.objects.ringing().filter(team=team, **about).first()


def _ids(alarm: Alarm) -> dict[str, Any]:
    return {"ticket": alarm.ticket_id, "incident": alarm.incident_id}


def wake_ringer() -> None:
    """Let the page worker look at once. A sweep ten seconds later finds what nobody woke it for."""
    transaction.on_commit(lambda: call_soon(RING, [], queue=Lane.PAGE.value), robust=True)


def _held(alarm: Alarm) -> Alarm:
    if alarm.ticket_id is not None:
        lock(Ticket(pk=alarm.ticket_id))
    if alarm.incident_id is not None:
        Incident.objects.select_for_update(no_key=True).get(pk=alarm.incident_id)
    held = Alarm.objects.select_for_update(no_key=True, of=("self",))
    return held.select_related("team", "ticket__queue", "incident", "acknowledged_by").get(pk=alarm.pk)


@transaction.atomic
def acknowledge(alarm: Alarm, *, by: User | ApiKey, at: datetime) -> Alarm:
    """Somebody comes. Nobody else is paged; they get the case, where they may work on it and nobody has it.

    The first of two wins, and both get the alarm back with who that was; so again is as good as once.
    Raises PermissionDenied.
    """
    alarm = _held(alarm)
    user = acting_staff(by)
    require(can_acknowledge(by, alarm))
    if not alarm.is_ringing:
        return alarm
    alarm.acknowledged_at, alarm.acknowledged_by, alarm.next_at = at, user, None
    alarm.save(update_fields=["acknowledged_at", "acknowledged_by", "next_at"])
    record(alarm, "acknowledged", by=by, at=at, user=user.pk, **_ids(alarm))
    if alarm.ticket is not None:
        record(alarm.ticket, "alarm_acknowledged", by=by, at=at, alarm=alarm.pk)
        _give_case(alarm.ticket, user, by=by, at=at)
    if alarm.incident is not None:
        _give_incident(alarm.incident, user, by=by, at=at)
    tell_machines("alarm.acknowledged", [alarm], at=at)
    return alarm


def _give_case(ticket: Ticket, user: User, *, by: Any, at: datetime) -> None:
    free = ticket.is_unfinished and ticket.assignee_id in (None, user.pk)
    if free and can_work(user, ticket) and stands_high_enough(user, ticket):
        assign(ticket, by=by, at=at, to=user)


def _give_incident(incident: Incident, user: User, *, by: Any, at: datetime) -> None:
    if incident.leader_id is None and incident.closed_at is None:
        incident.leader = user
        incident.save(update_fields=["leader"])
        record(incident, "led", by=by, at=at, user=user.pk)


@transaction.atomic
def pass_on(alarm: Alarm, *, by: User | ApiKey, at: datetime) -> Alarm:
    """Hand it to the next in line, at once: by whom it rings for, or by who has it and cannot go on.

    Again, or after somebody else was paged or came, it does nothing: nobody's turn is skipped by a second
    click. Raises PermissionDenied.
    """
    alarm = _held(alarm)
    user = acting_staff(by)
    require(can_acknowledge(by, alarm))
    last = alarm.paged.exclude(round=0).order_by("-id").first()
    has_it = alarm.acknowledged_by_id == user.pk and alarm.ended_at is None
    is_asked = alarm.is_ringing and last is not None and last.user_id == user.pk and last.passed_at is None
    if not (has_it or is_asked) or (has_it and _ringing(alarm.team, _about(alarm))):
        return alarm
    Paged.objects.filter(alarm=alarm, user=user, passed_at=None).update(passed_at=at)
    alarm.acknowledged_at = alarm.acknowledged_by = None
    alarm.next_at = at
    alarm.save(update_fields=["acknowledged_at", "acknowledged_by", "next_at"])
    record(alarm, "passed_on", by=by, at=at, user=user.pk, **_ids(alarm))
    if has_it and alarm.ticket is not None and alarm.ticket.assignee_id == user.pk:
        lay_down(alarm.ticket, by=by, at=at)
    wake_ringer()
    return alarm


def _about(alarm: Alarm) -> dict[str, Any]:
    return {"ticket": alarm.ticket, "incident": alarm.incident}


def end_alarm(alarm: Alarm, *, by: Any, at: datetime) -> None:
    """What it was about has ended. The caller holds the alarm; asks no right."""
    alarm.ended_at, alarm.next_at = at, None
    alarm.save(update_fields=["ended_at", "next_at"])
    record(alarm, "ended", by=by, at=at, **_ids(alarm))
    tell_machines("alarm.ended", [alarm], at=at)
