"""What every page of the console shares: who may come in, the rail, how a refusal looks."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.permissions import needs_role
from helpdesk.counts import rail_for
from helpdesk.permissions import can_change_settings

case_reader = needs_role("moderator", "lead", "head")


def typed(request: HttpRequest, name: str) -> str:
    """What was typed; empty where nothing was."""
    return request.POST.get(name, "")


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    at: datetime | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of the console with its rail. One query for the rail."""
    at = at or timezone.now()
    rail = context.pop("rail", None) or rail_for(request.user, at)
    return render(
        request,
        template,
        {"rail": rail, "at": at, "can_set": can_change_settings(request.user), **context},
        status=status,
    )
