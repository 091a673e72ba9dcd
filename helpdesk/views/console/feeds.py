"""The address of one's own on-call calendar, and the calendar that a program reads there."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.views.once import show_once
from helpdesk import feeds
from helpdesk.actions.feeds import end_feed, make_feed, owner_of
from helpdesk.models import CalendarFeed
from helpdesk.on_call import all_boards
from helpdesk.views.console.frame import case_reader, page


@require_safe
@case_reader
def own(request: HttpRequest) -> HttpResponse:
    """Whether there is an address, and since when; the address itself was shown once."""
    feed = CalendarFeed.objects.filter(user=request.user.pk).first()
    return page(request, "helpdesk/console/feed.html", {"feed": feed, "here": "console:on_call"})


@require_POST
@case_reader
@transaction.atomic
def make(request: HttpRequest) -> HttpResponse:
    """A new address, which the next page shows once."""
    feed, token = make_feed(by=request.user, at=timezone.now())
    address = settings.BASE_URL + reverse("helpdesk:on_call_calendar", args=[token])
    return show_once(
        request, feed.pk, address, name=_("your on-call calendar"), back=reverse("console:on_call_feed")
    )


@require_POST
@case_reader
def end(request: HttpRequest) -> HttpResponse:
    end_feed(by=request.user, at=timezone.now())
    messages.success(request, _("The address leads nowhere any more."))
    return redirect("console:on_call_feed")


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads: when the owner of this address is on call. The address is the key."""
    at, owner = timezone.now(), owner_of(token)
    if owner is None:
        raise Http404
    start, end = at - feeds.BACK, at + feeds.AHEAD
    with translation.override(owner.language):
        turns: list[Any] = [
            (board.rota.pk, str(board.rota.team), duty)
            for board in all_boards(start, end).values()
            for duty in board.duties
            # What is cut off at the edge of the look would move in the calendar at each reading.
            if duty.person == owner.pk and duty.start > start and duty.end < end
        ]
        body = feeds.feed(turns, at=at)
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")
