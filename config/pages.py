"""The landing page, the way out, and the pages that only tell."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe


def service(request: HttpRequest) -> dict:
    """The name of the service and who answers for it, for every template."""
    return {"service": settings.SERVICE}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "config/home.html")


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """The way out without JavaScript: forget who looked at what, and go to a page that says nothing."""
    request.session.flush()
    return HttpResponseRedirect(settings.QUICK_EXIT_URL)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: kept open too long, or cookies are off. Nothing was stored."""
    return render(request, "config/stale_form.html", status=403)
