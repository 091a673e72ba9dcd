"""What holds for every answer of the program."""

from django.http import Http404, HttpRequest, HttpResponse
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


def refuse_nul(get_response):
    """An address with a NUL in it names nothing here; PostgreSQL would fail on being asked for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        return get_response(request)

    return middleware


def no_store(get_response):
    """Leave nothing of a page on the device that showed it, unless a view says otherwise."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
