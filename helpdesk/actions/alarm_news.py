"""What leaves of an alarm: a message to a person by every way they have, and webhooks to machines.

Nothing here says what a case is about, or who anybody is: these go through mail servers, phones and
services of others.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from helpdesk.models import TOP_ROUND, Alarm, AlarmEndpoint, Paged, PushDevice
from helpdesk.paging import NAMED, named
from journal.models import Channel, Lane
from journal.outbox import deliver

RAISED = "alarm.raised"
EVENT_TYPES = (RAISED, "alarm.acknowledged", "alarm.ended")


def send_message(message: UUID, rows: Sequence[Paged], at: datetime) -> None:
    """By every way that the person has, and to the machines of the teams."""
    alarms = list({each.alarm_id: each.alarm for each in rows}.values())
    user = rows[0].user
    deliver(
        "page",
        about=alarms[0],
        at=at,
        lane=Lane.PAGE,
        address=user.email if user else settings.EXECUTIVE_CONTACT,
        language=user.language if user else settings.LANGUAGE_CODE,
        body={
            **named({each.pk: each.label for each in alarms}),
            "late": max(each.late for each in rows) // 60,
            "nobody": any(each.round == TOP_ROUND for each in rows),
            "message": str(message) if user else "",
            "sent_at": at.timestamp(),
        },
    )
    late = {each.alarm_id: each.late for each in rows}
    if user is not None:
        for endpoint in AlarmEndpoint.objects.in_use().filter(user=user):
            _post(RAISED, endpoint, alarms, at, late=late, message=str(message))
        for device in PushDevice.objects.in_use().filter(user=user) if settings.WEB_PUSH_KEY else ():
            deliver(
                "alarm.push",
                about=alarms[0],
                at=at,
                lane=Lane.PAGE,
                channel=Channel.PUSH,
                endpoint_id=device.pk,
            )
    tell_machines(RAISED, alarms, at=at, late=late, teams_only=True)


def tell_machines(
    kind: str,
    alarms: Sequence[Alarm],
    *,
    at: datetime,
    late: dict[UUID, int] | None = None,
    teams_only: bool = False,
) -> None:
    """Tell the machines of the teams; of what has changed also those of the people who were told of it."""
    teams = {alarm.team_id for alarm in alarms}
    people = [] if teams_only else _told(alarms)
    whose = Q(team__in=teams) | Q(user__in=people)
    for endpoint in AlarmEndpoint.objects.in_use().filter(whose):
        theirs = [each for each in alarms if endpoint.team_id in (None, each.team_id)]
        _post(kind, endpoint, theirs, at, late=late)


def _told(alarms: Iterable[Alarm]) -> list[UUID]:
    told = Paged.objects.filter(alarm__in=list(alarms), told_in__isnull=False, user__isnull=False)
    return list(told.values_list("user", flat=True).distinct())


def _post(
    kind: str,
    endpoint: AlarmEndpoint,
    alarms: Sequence[Alarm],
    at: datetime,
    *,
    late: dict[UUID, int] | None = None,
    message: str = "",
) -> None:
    body: dict[str, Any] = {
        **named({each.pk: each.label for each in alarms}),
        "alarms": [_facts(each, (late or {}).get(each.pk, 0)) for each in alarms[:NAMED]],
    }
    if message:
        body["message"] = message
    deliver(
        kind,
        about=alarms[0],
        at=at,
        lane=Lane.PAGE,
        channel=Channel.WEBHOOK,
        endpoint_id=endpoint.pk,
        body=body,
    )


def _facts(alarm: Alarm, late: int) -> dict[str, Any]:
    """What a machine of others may know of an alarm: ids, numbers, moments. No words, no person."""
    ticket, incident = alarm.ticket, alarm.incident
    return {
        "id": str(alarm.pk),
        "team": str(alarm.team_id),
        "reference": ticket.reference if ticket else None,
        "tier": ticket.tier if ticket else None,
        "priority": ticket.priority if ticket else None,
        "incident": incident.number if incident else None,
        "due_at": _moment(alarm.due_at),
        "raised_at": _moment(alarm.raised_at),
        "acknowledged_at": _moment(alarm.acknowledged_at),
        "ended_at": _moment(alarm.ended_at),
        "round": alarm.round,
        "late": late,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
