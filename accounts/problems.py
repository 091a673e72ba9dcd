"""How the API says no: problem details (RFC 9457), with the same codes as the pages.

The endpoints of the European database keep that database's own shapes instead.
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.renderers import MEDIA_TYPE
from journal.errors import NotReady, Refused


class FieldProblem(serializers.Serializer[Any]):
    """One field that is not right: a JSON pointer to it, and what to do."""

    pointer = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """Problem details (RFC 9457); `title` is the code for machines, `detail` says what to do."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]


PROBLEMS = {
    (status, MEDIA_TYPE): OpenApiResponse(Problem, description=why)
    for status, why in {
        400: "The call cannot be read.",
        401: "No key, or an unknown one.",
        403: "Not allowed to you, or only to a person.",
        404: "Nothing of this kind is within your sight.",
        406: "There is no other form of the answer.",
        409: "The domain says no: `title` is the code.",
        413: "Too large.",
        415: "Another kind of content is needed.",
        422: "Some fields are not right: `errors` says which.",
        429: "Too many calls. Send it again later.",
        503: "The service lacks something that its operator must set up.",
    }.items()
}


def answer_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception in a view of the API; None for what is a fault of ours."""
    if isinstance(error, Refused):
        return _problem(503 if isinstance(error, NotReady) else 409, error.code, str(error.message))
    plain = exception_handler(error, context)
    if plain is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        errors = list(_pointed(error.detail))
        return _problem(422, "invalid", _("Some fields are not right."), plain.headers, errors=errors)
    code = _code_of(error)
    detail = _sentence(plain.data)
    if code == "not_found":  # Django's own words name a model and a query, which tell a caller nothing
        detail = _("There is nothing of this kind within your sight.")
    return _problem(plain.status_code, code, detail, plain.headers)


def _problem(status: int, code: str, detail: str, headers: Any = None, **more: Any) -> Response:
    body = {"type": "about:blank", "title": code, "status": status, "detail": detail, **more}
    response = Response(body, status=status, headers=headers and dict(headers))
    response.is_problem = True  # type: ignore[attr-defined]
    return response


def problem(status: int, code: str, detail: Any) -> JsonResponse:
    """A problem outside the API's views: an address that leads nowhere, a fault of ours."""
    body = {"type": "about:blank", "title": code, "status": status, "detail": str(detail)}
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def _code_of(error: Exception) -> str:
    if isinstance(error, Http404):
        return "not_found"
    if isinstance(error, DjangoPermissionDenied):
        return "permission_denied"
    codes = error.get_codes() if isinstance(error, exceptions.APIException) else "error"
    return codes if isinstance(codes, str) else "error"


def _sentence(data: Any) -> str:
    return str(data.get("detail", "")) if isinstance(data, dict) else ""


def _pointed(detail: Any, pointer: str = "#") -> Iterator[dict[str, str]]:
    """Each error with a JSON pointer to its field."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _pointed(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _pointed(inner, f"{pointer}/{place}" if nested else pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}
