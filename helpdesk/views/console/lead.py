"""The lead's page: what will be late, what is late and why, who has too much, and one click for each."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.permissions import needs_role
from helpdesk import actions
from helpdesk.leading import lead_page
from helpdesk.models import Priority, Ticket
from helpdesk.permissions import LEADS
from helpdesk.views.console.frame import page, typed
from helpdesk.views.console.lists import views_of
from journal.errors import Refused

leader = needs_role(*LEADS)


@require_safe
@leader
def lead(request: HttpRequest) -> HttpResponse:
    """What this lead looks after, now; the page asks for `lead_now` while it is open."""
    at = timezone.now()
    context = {"here": "console:lead", "views": views_of(request), **_found(request, at)}
    return page(request, "helpdesk/console/lead.html", context, at=at)


@require_safe
@leader
def lead_now(request: HttpRequest) -> HttpResponse:
    """The part of it that changes by itself."""
    return _changed(request)


def _found(request: HttpRequest, at: datetime) -> dict[str, Any]:
    user: Any = request.user  # signed in, says the door
    return {"lead": lead_page(user, at)}


@require_POST
@leader
def lead_act(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One click on a row: done, and said. Without scripts the page comes again, else its changed part."""
    ticket = get_object_or_404(
        Ticket.objects.visible_to(request.user).select_related("queue"), reference=reference
    )
    at, is_done = timezone.now(), True
    try:
        said = _act(request, ticket, name, at)
    except Refused as refused:
        said, is_done = str(refused), False
    if not request.headers.get("HX-Request"):
        (messages.success if is_done else messages.error)(request, said)
        return redirect("console:lead")
    response = _changed(request)
    response["HX-Trigger"] = json.dumps({"toast": said})
    return response


def _changed(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    return render(request, "helpdesk/console/_lead.html", {"at": at, **_found(request, at)})


def _act(request: HttpRequest, ticket: Ticket, name: str, at: datetime) -> str:
    """Do it; what was done, in a sentence."""
    user: Any = request.user
    if name == "take":
        actions.take(ticket, by=user, at=at)
        return _("%(reference)s is yours.") % {"reference": ticket.reference}
    if name == "give":
        to = _somebody(typed(request, "to"))
        actions.assign(ticket, by=user, at=at, to=to)
        return _("%(reference)s was given to %(name)s.") % {"reference": ticket.reference, "name": str(to)}
    if name == "raise":  # from what was shown: two clicks raise it once
        priority = Priority(max(ticket.priority - 1, Priority.TOP))
        actions.set_priority(ticket, by=user, at=at, priority=priority)
        words = _("%(reference)s has the priority %(priority)s now.")
        return words % {"reference": ticket.reference, "priority": priority.label}
    raise Http404


def _somebody(pk: str) -> User:
    try:
        return get_object_or_404(User.objects.active(), pk=UUID(pk))
    except ValueError as error:
        raise Http404 from error
