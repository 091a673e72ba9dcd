"""What holds for every answer of the program."""

from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.utils import build_policy
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import CsrfViewMiddleware


class SameOriginCsrf(CsrfViewMiddleware):
    """Django's check of forms, for pages that send no referrer.

    Under `Referrer-Policy: no-referrer` a browser sends `Origin: null` with our own forms too, so the origin
    says nothing; `Sec-Fetch-Site` says whose page the form stood on. The token is checked in any case.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.META.get("HTTP_ORIGIN") == "null":
            return request.META.get("HTTP_SEC_FETCH_SITE", "same-origin") == "same-origin"
        return super()._origin_verified(request)  # type: ignore[misc]


FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


class WithoutNul:
    """PostgreSQL keeps no NUL and fails on being asked for one, wherever a view would hand it on.

    An address with one names nothing here. From a form it is dropped: it came along with pasted words, and
    whoever pasted them should not lose them. The API's serializers refuse it themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """After the check of the form's token, which has read the form: nothing is read that was refused."""
        if request.content_type not in FORMS or request.path.startswith("/api/"):
            return
        if any("\0" in text for name, texts in request.POST.lists() for text in (name, *texts)):
            request.POST = _without_nul(request.POST)  # type: ignore[assignment]  # stubs: read-only


def _without_nul(typed: QueryDict) -> QueryDict:
    clean = QueryDict(mutable=True)
    for name, texts in typed.lists():
        clean.setlist(name.replace("\0", ""), [text.replace("\0", "") for text in texts])
    clean._mutable = False
    return clean


def browser_rules(get_response):
    """Send `CONTENT_SECURITY_POLICY` with every answer.

    Nothing of a page stands inline, so no answer needs a nonce or rules of its own, which django-csp's
    middleware would allow for: they are worded once, not with each answer.
    """
    rules = build_policy()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(HEADER, rules)
        return response

    return middleware


def no_store(get_response):
    """Leave nothing of a page on the device that showed it, unless a view says otherwise."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
