"""Alarms for bridges: a program on somebody's phone lists what rings for them, and answers for them."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import NeedsScope
from accounts.problems import PROBLEMS
from helpdesk.actions.alarms import acknowledge, pass_on
from helpdesk.api.once import once
from helpdesk.api.views import TicketView, describe
from helpdesk.models import Alarm
from helpdesk.permissions import acting_staff

MOST = 100


class AlarmOut(serializers.Serializer[Any]):
    """An alarm: ids, numbers and moments. Colleagues are not named to machines."""

    id = serializers.UUIDField()
    team = serializers.UUIDField(source="team_id")
    reference = serializers.CharField(source="ticket.reference", default=None, allow_null=True)
    incident = serializers.IntegerField(source="incident.number", default=None, allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    raised_at = serializers.DateTimeField()
    round = serializers.IntegerField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.SerializerMethodField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_acknowledged_by(self, alarm: Alarm) -> str | None:
        """`you`, `other`, or null where nobody has it."""
        if alarm.acknowledged_by_id is None:
            return None
        return "you" if alarm.acknowledged_by_id == self.context["user_id"] else "other"


class AlarmView(TicketView):
    permission_classes: Any = [NeedsScope("alarms:write")]

    def alarms(self) -> Any:
        seen = Alarm.objects.visible_to(acting_staff(self.by()))
        return seen.select_related("team", "ticket", "incident")

    def answer(self, alarm_id: UUID, act: Any) -> Response:
        alarm, at = get_object_or_404(self.alarms(), pk=alarm_id), now()

        def do() -> dict[str, Any]:
            done = act(alarm, by=self.by(), at=at)
            return dict(AlarmOut(done, context=self.context()).data)

        return once(self.request, do, at=at)


class AlarmList(AlarmView):
    """What rings for you, oldest first; at most a hundred."""

    @extend_schema(responses={200: AlarmOut(many=True), **PROBLEMS}, operation_id="alarms_list")
    def get(self, request: Request) -> Response:
        ringing = self.alarms().for_user(acting_staff(self.by())).order_by("id")[:MOST]
        return Response(AlarmOut(ringing, many=True, context=self.context()).data)


class Acknowledge(AlarmView):
    """You come: nobody else is paged. Where somebody was quicker, the answer says `other`."""

    @describe(AlarmOut, name="alarms_acknowledge")
    def post(self, request: Request, alarm_id: UUID) -> Response:
        return self.answer(alarm_id, acknowledge)


class PassOn(AlarmView):
    """You cannot come: the next in line is paged at once."""

    @describe(AlarmOut, name="alarms_pass_on")
    def post(self, request: Request, alarm_id: UUID) -> Response:
        return self.answer(alarm_id, pass_on)
