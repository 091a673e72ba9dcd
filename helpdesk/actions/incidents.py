"""Incidents are opened, joined, led and closed here."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.actions.alarms import end_alarm, raise_alarm
from helpdesk.models import Alarm, Incident, IncidentTicket, Queue, Ticket
from helpdesk.permissions import can_handle_incidents, can_see
from journal.actions import record
from journal.actors import SYSTEM
from journal.errors import Refused, require

JOINED_FOR = timedelta(minutes=60)  # what comes later may be something else, and gets eyes of its own
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('incidents', 0))"


@transaction.atomic
def open_incident(queue: Queue, *, title: str, by: User, at: datetime) -> Incident:
    """Somebody says that something goes wrong at large; pages who is on call. Raises PermissionDenied.

    Where one of this kind was opened in the queue within the last hour and is open, it is that one.
    """
    require(can_handle_incidents(by, queue))
    return _opened(queue, title, by=by, at=at)


@transaction.atomic
def join_incident(ticket: Ticket, *, title: str, at: datetime) -> Incident:
    """The clock adds a case to the incident of its queue, opening one where there is none. Asks no right."""
    incident = _opened(ticket.queue, title, by=SYSTEM, at=at)
    _add(incident, ticket, by=SYSTEM, at=at)
    return incident


def _opened(queue: Queue, title: str, *, by: Any, at: datetime) -> Incident:
    # One after the other: two sweeps that find none would open two, and take the same number.
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    lately = Incident.objects.open().filter(queue=queue, title=title, opened_at__gt=at - JOINED_FOR)
    if found := lately.order_by("-number").first():
        return found
    number = (Incident.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    incident = Incident.objects.create(number=number, queue=queue, title=title, opened_at=at)
    record(incident, "opened", by=by, at=at, number=number, queue=queue.pk, title=title)
    # By the clock, whoever opened it: who may declare an incident may not always call a team.
    raise_alarm(queue.team, by=SYSTEM, at=at, incident=incident)
    return incident


def _add(incident: Incident, ticket: Ticket, *, by: Any, at: datetime) -> None:
    _row, is_new = IncidentTicket.objects.get_or_create(
        incident=incident, ticket=ticket, defaults={"joined_at": at}
    )
    if is_new:
        record(incident, "case_joined", by=by, at=at, ticket=ticket.pk)
        record(ticket, "incident_joined", by=by, at=at, number=incident.number)


def _held(incident: Incident) -> Incident:
    held = Incident.objects.select_for_update(no_key=True, of=("self",))
    return held.select_related("queue__team", "leader").get(pk=incident.pk)


@transaction.atomic
def add_to_incident(incident: Incident, ticket: Ticket, *, by: User, at: datetime) -> Incident:
    """A case belongs to it too. Raises PermissionDenied, Refused("incident_closed")."""
    incident = _held(incident)
    require(can_handle_incidents(by, incident.queue) and can_see(by, ticket))
    _refuse_closed(incident)
    _add(incident, ticket, by=by, at=at)
    return incident


@transaction.atomic
def lead_incident(incident: Incident, *, by: User, at: datetime) -> Incident:
    """Take the lead, also from whoever had it. Raises PermissionDenied, Refused("incident_closed")."""
    incident = _held(incident)
    require(can_handle_incidents(by, incident.queue))
    _refuse_closed(incident)
    if incident.leader_id != by.pk:
        incident.leader = by
        incident.save(update_fields=["leader"])
        record(incident, "led", by=by, at=at, user=by.pk)
    return incident


@transaction.atomic
def close_incident(incident: Incident, *, by: User, at: datetime, reason: str) -> Incident:
    """It is over; nobody is paged for it any more. Its cases stay as they are.

    Raises PermissionDenied, Refused("incident_closed").
    """
    incident = _held(incident)
    require(can_handle_incidents(by, incident.queue))
    _refuse_closed(incident)
    incident.closed_at, incident.reason = at, reason
    incident.save(update_fields=["closed_at", "reason"])
    record(incident, "closed", by=by, at=at, number=incident.number)
    for alarm in Alarm.objects.ringing().filter(incident=incident).select_for_update(no_key=True):
        end_alarm(alarm, by=by, at=at)
    return incident


def _refuse_closed(incident: Incident) -> None:
    if incident.closed_at is not None:
        raise Refused("incident_closed", _("This incident is closed. Open another one."))
