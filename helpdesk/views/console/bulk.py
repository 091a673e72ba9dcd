"""Many like cases answered at once: each gets its own message, its own event and its own refusal."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from helpdesk import actions
from helpdesk.desks import desk_of
from helpdesk.languages import column_of
from helpdesk.models import Ticket
from helpdesk.rows import rows_of
from helpdesk.templating import fill_fields
from helpdesk.views.console.frame import case_reader, page, typed
from journal.errors import Refused

MOST = 50


@dataclass(frozen=True)
class NotDone:
    """A case that was left as it is, and why."""

    reference: str
    why: str


@require_http_methods(["GET", "POST"])
@case_reader
def bulk(request: HttpRequest) -> HttpResponse:
    """The chosen cases and one answer to all of them."""
    given = request.POST if request.method == "POST" else request.GET
    references = given.getlist("t")[:MOST]
    text, not_done = typed(request, "text"), []
    if request.method == "POST":
        not_done, sent = _answer_each(request, references, text)
        if sent:
            messages.success(request, _told(sent))
        if not not_done:
            return redirect("console:mine")
        references = [each.reference for each in not_done]
    return _show(request, references, text, not_done)


def _show(request: HttpRequest, references: list[str], text: str, not_done: list[NotDone]) -> HttpResponse:
    at = timezone.now()
    chosen = Ticket.objects.visible_to(request.user).filter(reference__in=references)
    rows = rows_of(chosen.in_order(), at=at, user=request.user)
    context = {
        "rows": rows,
        "typed": text,
        "not_done": not_done,
        "languages": sorted({column_of(row.language) for row in rows}),
        "decide_url": _decide_url(chosen, references),
    }
    return page(request, "helpdesk/console/bulk.html", context, at=at, status=409 if not_done else 200)


def _decide_url(chosen: Any, references: list[str]) -> str:
    """Where cases of one kind are decided together, if their desk can."""
    kinds = list(chosen.order_by().values_list("kind", flat=True).distinct())
    page_name = desk_of(kinds[0]).bulk if len(kinds) == 1 else ""
    return f"{reverse(page_name)}?{urlencode({'t': references}, doseq=True)}" if page_name else ""


def _told(count: int) -> str:
    return ngettext("%(count)d case was answered.", "%(count)d cases were answered.", count) % {
        "count": count
    }


def _answer_each(request: HttpRequest, references: list[str], text: str) -> tuple[list[NotDone], int]:
    found = Ticket.objects.visible_to(request.user).select_related("queue", "contact")
    tickets = found.filter(reference__in=references).in_order()
    not_done, sent = [], 0
    for ticket in tickets:
        why = _answer(request, ticket, text)
        if why:
            not_done.append(NotDone(ticket.reference, why))
        else:
            sent += 1
    return not_done, sent


def _answer(request: HttpRequest, ticket: Any, text: str) -> str:
    """Answer one case in a transaction of its own. Why it was not done, or nothing."""
    at, then = timezone.now(), request.POST.get("then", "")
    try:
        turn = int(request.POST.get(f"turn-{ticket.reference}", ""))
        with transaction.atomic():
            actions.reply(
                ticket,
                by=request.user,
                at=at,
                text=fill_fields(text, ticket),
                is_question=then == "ask",
                turn=turn,
            )
            if then == "resolve":
                actions.resolve(ticket, by=request.user, at=at)
    except Refused as refused:
        return str(refused)
    except PermissionDenied:
        return _("You must not work on this case.")
    except ValueError:
        return _("This case was not shown to you before. Look at it, then send again.")
    return ""
