"""The statements API as the European database has it: only the host and the token change for a client.

Answers keep its shapes and sentences, errors too, and are therefore never translated.
"""

from datetime import datetime
from traceback import extract_tb
from typing import Any
from uuid import UUID

import orjson
import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import KeyAuthentication
from accounts.models import ApiKey, Platform, Scope
from accounts.parsers import JsonParser, TooLarge
from accounts.problems import Problem
from accounts.renderers import MEDIA_TYPE
from appeals.actions.decisions import Arriving, PuidsTaken, take_in_statements
from appeals.api.limits import wait_of
from appeals.models import Decision, DecisionKind, Door, Intake, Puid
from appeals.statements import answers, schema
from appeals.statements.check import Errors, check_envelope, check_statement, check_statements, repeated
from appeals.statements.fields import STORED
from appeals.statements.recourse import check_recourse

log = structlog.get_logger()

LIMIT_REACHED = "Limit Reached. Please do not overload the API"
TOO_LARGE = "The call is too large. Send fewer statements at once."
NOT_JSON: Errors = {"body": ["The body is not valid JSON."]}


class AnyJson(JsonParser):
    """The body as JSON, whatever type it says it has."""

    media_type = "*/*"
    most_bytes = 16 * 1024 * 1024


class AlwaysJson(BaseContentNegotiation):
    """These endpoints know one form of an answer, whatever a client says it accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class OfPlatform(BasePermission):
    """A key of a platform, with the scope that the view asks for."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key = request.auth
        return isinstance(key, ApiKey) and key.platform_id is not None and key.may([view.scope_of(request)])


def answer(body: Any, status: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")


class StatementsView(APIView):
    """What all of these endpoints share: who may call, how often, and how errors look."""

    authentication_classes = (KeyAuthentication,)
    permission_classes = (OfPlatform,)
    parser_classes = (AnyJson,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysJson
    request: Request

    def scope_of(self, request: Request) -> str:
        return Scope.STATEMENTS_READ if request.method in {"GET", "HEAD"} else Scope.STATEMENTS_WRITE

    def check_throttles(self, request: Request) -> None:
        if isinstance(request.auth, ApiKey) and (wait := wait_of(request.auth.id, at=now())):
            raise exceptions.Throttled(wait)

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
            response = answer({"message": "Unauthenticated."}, 401)
            response["WWW-Authenticate"] = 'Bearer realm="Recourse"'
            return response
        if isinstance(exc, exceptions.PermissionDenied | PermissionDenied):
            return answer({"message": "This action is unauthorized."}, 403)
        if isinstance(exc, exceptions.Throttled):
            response = HttpResponse(LIMIT_REACHED, status=429, content_type="text/plain")
            response["Retry-After"] = str(exc.wait)
            return response
        if isinstance(exc, exceptions.ParseError):  # refused like a wrong field
            return answer(answers.refused(NOT_JSON), 422)
        if isinstance(exc, TooLarge):
            return answer({"message": TOO_LARGE}, 413)
        if isinstance(exc, exceptions.APIException):
            response = answer({"message": str(exc.detail)}, exc.status_code)
            if isinstance(exc, exceptions.MethodNotAllowed):
                response["Allow"] = ", ".join(self.allowed_methods)
            return response
        # Not the message: the database's quotes the row, and with it what is said of a person.
        places = [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(exc.__traceback__)]
        log.error("statement_call_failed", error=type(exc).__name__, where=places)
        sentence = "Something went wrong here. Nothing was stored; please send the call again."
        return answer({"message": sentence, "errors": {"uncaught_exception": [type(exc).__name__]}}, 500)

    @property
    def key(self) -> ApiKey:
        key = self.request.auth
        assert isinstance(key, ApiKey)  # noqa: S101 - OfPlatform has seen to it
        return key

    @property
    def platform(self) -> Platform:
        platform = self.key.platform
        assert platform is not None  # noqa: S101 - the same
        return platform

    def refuse(self, body: dict[str, Any], *, intake: Intake) -> HttpResponse:
        """Answer 422, and count it for the operator."""
        intake.save()
        return answer(body, 422)


def facts_of(decision_id: UUID, platform: Platform, received_at: datetime) -> dict[str, Any]:
    of_call = answers.call_facts(platform.name, received_at)
    return answers.facts(decision_id, of_call, site=settings.BASE_URL)


def _described(summary: str, body: Any, success: dict, **more: Any) -> Any:
    errors = dict.fromkeys((401, 403, 413), schema.MESSAGE) | dict.fromkeys((422, 500), schema.ERRORS)
    return extend_schema(
        summary=summary,
        tags=["statements"],
        request={"application/json": body} if body else None,
        responses={
            **{(status, "application/json"): shape for status, shape in (errors | success).items()},
            (404, MEDIA_TYPE): Problem,
            (429, "text/plain"): OpenApiResponse({"type": "string"}, description=LIMIT_REACHED),
        },
        **more,
    )


class SingleView(StatementsView):
    @_described("Send one statement of reasons", schema.SINGLE, {201: schema.STORED_SINGLE})
    def post(self, request: Request) -> HttpResponse:
        at = now()
        intake = Intake(platform=self.platform, door=Door.SINGLE, at=at)
        clean, errors = check_statement(request.data)
        recourse, more = check_recourse(_recourse_of(request.data))
        if errors or more:
            intake.note_all([errors | more])
            return self.refuse(answers.refused(errors | more), intake=intake)
        arriving = Arriving(clean, recourse)
        try:
            take_in_statements(self.platform, [arriving], by=self.key, at=at, intake=intake)
        except PuidsTaken:
            intake.note_all([{"puid": []}])
            return self.refuse(answers.taken(clean["puid"]), intake=intake)
        body = answers.single(clean, arriving.id, facts_of(arriving.id, self.platform, at))
        return answer(_with_recourse(body, arriving), 201)


def _recourse_of(raw: Any) -> Any:
    return raw.get("recourse") if isinstance(raw, dict) else None


def _with_recourse(body: dict[str, Any], arriving: Arriving) -> dict[str, Any]:
    told = arriving.answer
    return body if told is None else body | {"recourse": told}


class BulkView(StatementsView):
    @_described("Send up to a hundred statements, all or none", schema.BULK, {201: schema.STORED_BULK})
    def post(self, request: Request) -> HttpResponse:
        at = now()
        intake = Intake(platform=self.platform, door=Door.BULK, at=at)
        body: Any = request.data
        if envelope := check_envelope(body):
            intake.note_all([envelope])
            return self.refuse(answers.refused(envelope), intake=intake)
        arriving, errors = self.judge(body["statements"])
        if errors:
            intake.note_all(errors.values())
            return self.refuse(answers.refused_items(errors), intake=intake)
        try:
            if twice := repeated([each.clean["puid"] for each in arriving]):
                raise PuidsTaken(twice)
            take_in_statements(self.platform, arriving, by=self.key, at=at, intake=intake)
        except PuidsTaken as taken:
            intake.note_all([{"puid": []} for _ in taken.puids])
            return self.refuse(answers.taken_items(taken.puids), intake=intake)
        of_call, site = answers.call_facts(self.platform.name, at), settings.BASE_URL
        items = (answers.item(each.clean, answers.facts(each.id, of_call, site=site)) for each in arriving)
        shown = [_with_recourse(item, each) for item, each in zip(items, arriving, strict=True)]
        return answer({"statements": shown}, 201)

    @staticmethod
    def judge(raws: list[Any]) -> tuple[list[Arriving], dict[str, Errors]]:
        cleans, errors = check_statements(raws)
        arriving = []
        for index, (raw, clean) in enumerate(zip(raws, cleans, strict=True)):
            given = _recourse_of(raw)
            recourse, more = check_recourse(given) if given is not None else (None, None)
            if more:
                errors.setdefault(f"statement_{index}", {}).update(more)
            arriving.append(Arriving(clean, recourse))
        return arriving, errors


class StatementView(StatementsView):
    @_described("Read a statement of your own", None, {200: schema.SHOWN, 404: schema.MESSAGE})
    def get(self, request: Request, uuid: str) -> HttpResponse:
        row = self.own(uuid)
        if row is None:
            return answer({"message": "statement of reason not found"}, 404)
        return answer(answers.shown(row, facts_of(row["id"], self.platform, row["received_at"])), 200)

    def own(self, uuid: str) -> dict[str, Any] | None:
        """The statement, if this platform sent it; what another one sent is not there."""
        try:
            key = UUID(uuid)
        except ValueError:
            return None
        own = Decision.objects.filter(pk=key, platform=self.platform, kind=DecisionKind.RESTRICTION)
        return own.values("id", "received_at", *STORED).first()


class ExistingPuidView(StatementsView):
    @_described(
        "Ask whether a puid was used",
        None,
        {302: schema.MESSAGE, 404: schema.MESSAGE},
        parameters=[OpenApiParameter("puid", str, OpenApiParameter.PATH)],
    )
    def get(self, request: Request, puid: str) -> HttpResponse:
        # 302 without a Location is what the European database answers, and clients look for it. Puids live
        # in a table of their own because there a puid is unique over all months; no decision's part is.
        decision = Puid.objects.filter(platform=self.platform, puid=puid).values_list("decision_id")[:1]
        if Decision.objects.filter(pk__in=decision, kind=DecisionKind.RESTRICTION).exists():
            return answer({"message": "statement of reason found", "puid": puid}, 302)
        return answer({"message": "statement of reason not found", "puid": puid}, 404)


class PingView(StatementsView):
    @_described("Ask whether the key works", None, {200: {"type": "object"}})
    def get(self, request: HttpRequest) -> HttpResponse:
        return answer({"you_say": "ping", "i_say": "pong"}, 200)
