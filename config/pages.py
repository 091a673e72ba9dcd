"""The landing page, the way out, and the pages that only tell."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from django.views.decorators.http import require_safe

from accounts.permissions import needs_role
from accounts.problems import problem
from accounts.roles import Role
from appeals.bodies import told_bodies
from config.samples import samples
from helpdesk.actions.clocks import answer_within
from helpdesk.calendars import DAY
from helpdesk.models import Queue, QueueKind
from helpdesk.views.sending import forget_receipt
from helpdesk.zones import likely_zone

API = "/api/"
SECURITY_TEXT_FOR = timedelta(days=180)  # RFC 9116 advises less than a year
KINDS_TOLD = (QueueKind.APPEAL, QueueKind.NOTICE, QueueKind.COMPLAINT)


def service(request: HttpRequest) -> dict[str, Any]:
    """The name of the service and who answers for it, for every template."""
    return {"service": settings.SERVICE}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "config/home.html")


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """The way out without JavaScript: forget who looked at what, and go to a page that says nothing."""
    request.session.flush()
    response = HttpResponseRedirect(settings.QUICK_EXIT_URL)
    forget_receipt(response)
    return response


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """What happens to a case, who decides it and how long it takes. Two queries."""
    at = now()
    context = {
        "queues": _queues_told(at),
        "bodies": told_bodies(at=at, zone=likely_zone()),
        "window_months": settings.APPEAL_WINDOW_MONTHS,
    }
    return render(request, "config/how.html", context)


def _queues_told(at: datetime) -> list[dict[str, Any]]:
    """How long cases of each kind take and are kept, the longest where a kind has several queues."""
    queues = Queue.objects.in_use().filter(kind__in=KINDS_TOLD)  # sight: promises to everybody
    told = []
    for kind in KINDS_TOLD:
        of_kind = [queue for queue in queues if queue.kind == kind]
        if of_kind:
            days = max(queue.keep_for_days for queue in of_kind)
            promised = [promise for queue in of_kind if (promise := answer_within(queue, at))]
            answer_days = -(-max(promised) // DAY) if promised else None
            told.append({"kind": kind.label, "answer_days": answer_days, "keep_days": days})
    return told


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Points of contact for people and for authorities. Source: DSA articles 11, 12 and 13."""
    languages = [get_language_info(code)["name_translated"] for code in settings.SERVICE["languages"]]
    return render(request, "config/contact.html", {"languages": languages})


@require_safe
def safety(request: HttpRequest) -> HttpResponse:
    return render(request, "config/safety.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is known of a visitor and of a case, and how long. One query."""
    return render(request, "config/privacy.html", {"queues": _queues_told(now())})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "config/accessibility.html")


@require_safe
def security_text(request: HttpRequest) -> HttpResponse:
    """Where to tell us of a weakness. Source: RFC 9116."""
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SERVICE['security_contact']}",
        f"Expires: {(midnight + SECURITY_TEXT_FOR).isoformat()}",
        f"Preferred-Languages: {', '.join(settings.SERVICE['languages'])}",
        f"Canonical: {settings.BASE_URL}{reverse('security_text')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page, in words for people, or for a machine where it asked below /api/."""
    if request.path.startswith(API):
        return problem(404, "not_found", _("There is nothing at this address."))
    return defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    if request.path.startswith(API):
        return problem(500, "error", _("Something went wrong here. Send the call again later."))
    return defaults.server_error(request)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: kept open too long, or cookies are off. Nothing was stored."""
    return render(request, "config/stale_form.html", status=403)


@needs_role(*Role.values)
@require_safe
def style(request: HttpRequest, room: str = "console") -> HttpResponse:
    """Every component once, as the console or the public pages show it."""
    context = {**samples(now()), "base": "console.html" if room == "console" else "public.html"}
    return render(request, "config/style.html", context)
