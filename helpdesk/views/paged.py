"""Behind the link in a page. A look alone answers nothing: scanners of mail look too, some with a browser."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User
from helpdesk.alarm_links import read_token
from helpdesk.models import Alarm, Paged
from helpdesk.views.console.alarms import answered, whole


@csrf_exempt  # the link is the right, and nobody is signed in by it: there is no session to borrow
@require_http_methods(["GET", "POST"])
def paged(request: HttpRequest, token: str) -> HttpResponse:
    """What the message was about, and two buttons: I come, or the next in line. No words of any case."""
    at = now()
    message = read_token(token, at)
    user = _reader(message) if message else None
    if user is None:
        return render(request, "helpdesk/paged.html", {"is_over": True}, status=410)
    # sight: whoever holds the signed link of a message knows what it named
    alarms = Alarm.objects.filter(pk__in=Paged.objects.filter(told_in=message).values("alarm"))
    if request.method == "POST":
        answered(alarms, user, request.POST.get("act", ""), at)
    shown = list(whole(alarms).order_by("id"))
    context: dict[str, Any] = {
        "alarms": shown,
        "reader": user,
        "can_answer": any(each.is_ringing for each in shown),
        "is_answered": request.method == "POST",
    }
    return render(request, "helpdesk/paged.html", context)


def _reader(message: UUID) -> User | None:
    """To whom the message went, while they are on the staff."""
    row = Paged.objects.filter(told_in=message, user__is_active=True).select_related("user").first()
    return row.user if row else None
