"""Who is on call, for machines that page people: names of colleagues, so it takes a scope of its own."""

from typing import Any

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import KeyAuthentication, NeedsScope, StaffSession
from accounts.problems import PROBLEMS
from helpdesk.actions.rota_watch import AHEAD
from helpdesk.on_call import Board, all_boards
from helpdesk.permissions import can_see_on_call
from helpdesk.shown_rotas import people_of, standings
from journal.errors import require


class CalledOut(serializers.Serializer[Any]):
    """Somebody on the staff."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class StandingOut(serializers.Serializer[Any]):
    """One layer now. Without `until` it stays so for the next four weeks at least."""

    layer = serializers.CharField()
    person = CalledOut(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    next = CalledOut(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)


class OnCallTeam(serializers.Serializer[Any]):
    """A team that has a rota. Layers stand in the order in which they are paged."""

    team = serializers.UUIDField()
    name = serializers.CharField()
    layers = StandingOut(many=True)


class OnCallOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    teams = OnCallTeam(many=True)


class OnCall(APIView):
    """Who is on call now in each team that has a rota."""

    authentication_classes = [KeyAuthentication, StaffSession]
    permission_classes: Any = [NeedsScope("on_call:read")]

    @extend_schema(responses={200: OnCallOut, **PROBLEMS}, operation_id="on_call_read")
    def get(self, request: Request) -> Response:
        require(can_see_on_call(request.auth or request.user))
        at = now()
        boards = all_boards(at, at + AHEAD).values()
        return Response(OnCallOut({"at": at, "teams": [_team(board) for board in boards]}).data)


def _team(board: Board) -> dict[str, Any]:
    names = people_of(board)

    def called(person: Any) -> dict[str, Any] | None:
        return {"id": person, "name": names[person][0]} if person else None

    layers = [
        {
            "layer": each.layer,
            "person": called(each.person),
            "until": each.until,
            "next": called(each.next_person),
            "next_at": each.next_at,
        }
        for each in standings(board)
    ]
    return {"team": board.rota.team_id, "name": str(board.rota.team), "layers": layers}
