"""The operator's page of what comes in."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from accounts.permissions import needs_role
from appeals.intakes import by_hour, most_wrong
from helpdesk.views.console.frame import page

A_PAGE = 100
SPANS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31)}


@require_safe
@needs_role("operator", "lead", "head")
def intake(request: HttpRequest) -> HttpResponse:
    """What came in by hour and platform, and which fields were wrong. It reads hours, not calls."""
    span = request.GET.get("span", "day")
    span = span if span in SPANS else "day"
    since = (now() - SPANS[span]).replace(minute=0, second=0, microsecond=0)
    context = {
        "here": "appeals_console:intake",
        "page": Paginator(by_hour(since), A_PAGE).get_page(request.GET.get("page")),
        "wrong": most_wrong(since),
        "span": span,
    }
    return page(request, "appeals/console/intake.html", context)
