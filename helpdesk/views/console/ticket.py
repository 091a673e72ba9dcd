"""The ticket page: everything on one screen, and the words that leave it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from helpdesk import actions, presence
from helpdesk.attachments import accept_all
from helpdesk.desks import Card, category_words, desk_of
from helpdesk.history import told_events
from helpdesk.models import Message, ReplyTemplate, Ticket
from helpdesk.rows import clock_pills
from helpdesk.shown_clocks import clocks_of, reason_for, shown_clocks
from helpdesk.shown_steps import coming_steps, taken_steps
from helpdesk.talk import files_of, talk_of, with_page_facts
from helpdesk.templating import filled_template
from helpdesk.views.console.acts import acts_for
from helpdesk.views.console.frame import case_reader, page, typed
from journal.errors import Refused

OWN_TABS = ("reply", "note")
SAME_CLICK = timedelta(seconds=30)


@dataclass(frozen=True)
class Refusal:
    """An act that was refused: why, what was typed, and since when its form was open."""

    message: str
    code: str = ""
    typed: str = ""
    since: datetime | None = None


def ticket_of(request: HttpRequest, reference: str) -> Any:
    """The ticket within sight, with what its page needs; 404 for everybody else."""
    tickets = with_page_facts(Ticket.objects.visible_to(request.user), request.user)
    return get_object_or_404(tickets, reference=reference)


@require_safe
@case_reader
def ticket(request: HttpRequest, reference: str) -> HttpResponse:
    return show_ticket(request, ticket_of(request, reference), tab=request.GET.get("tab", ""))


def show_ticket(
    request: HttpRequest,
    ticket: Any,
    *,
    tab: str = "",
    refusal: Refusal | None = None,
    extra: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a ticket from `ticket_of`. Doors of a desk's own forms show their refusals through it:
    `tab` is the form's name, `extra` its context with what was typed."""
    at = timezone.now()
    context = {
        "ticket": ticket,
        **_promised(ticket, at),
        **_conversation(ticket, refusal, request.user, at),
        **_composer(request, ticket, tab, refusal, extra, at),
        "cards": [drawn(request, card, ticket, at) for card in desk_of(ticket.kind).cards],
        "undo": _undo_offered(request, ticket, at),
        "acts": acts_for(request.user, ticket),
        "others": presence.others_at(ticket.pk, request.user, at=at),
        "category": category_words(ticket.kind, ticket.category),
        "near": ticket.near,
        "here": ticket.queue.slug,
    }
    presence.show_up(ticket.pk, request.user, at=at)
    return page(request, "helpdesk/console/ticket.html", context, at=at, status=status)


def _promised(ticket: Any, at: datetime) -> dict[str, Any]:
    """What the case was promised, why, and what the clock does and did about it."""
    clocks = clocks_of(ticket)
    return {
        "pill": clock_pills(at)(ticket.status, ticket.due_at, ticket.snoozed_until),
        "clocks": shown_clocks(clocks, at),
        "reason": reason_for(ticket, clocks),
        "steps_coming": coming_steps(ticket, clocks, at),
        "steps_taken": taken_steps(ticket.escalated),
    }


def _conversation(ticket: Any, refusal: Refusal | None, user: Any, at: datetime) -> dict[str, Any]:
    """What was said and sent, what of it is news to a refused form, and what `user` may still take back."""
    files = files_of(ticket)
    said = talk_of(ticket, files)
    own = [each for each in said if each.author_id == user.pk and not each.is_note]
    return {
        "files": files,
        "said": said,
        "news": _news(said, refusal, user),
        "undoable": [each for each in own if each.is_untold(at)],
    }


def _composer(
    request: HttpRequest,
    ticket: Any,
    tab: str,
    refusal: Refusal | None,
    extra: dict[str, Any] | None,
    at: datetime,
) -> dict[str, Any]:
    """Reply, note and the desk's own forms; only the open one is drawn. A desk's are not for the barred."""
    forms = {form.name: form for form in desk_of(ticket.kind).forms} if not ticket.is_barred else {}
    tab = tab if tab in {*OWN_TABS, *forms} else OWN_TABS[0]
    return {
        "tab": tab,
        "tabs": [{"name": form.name, "label": form.label} for form in forms.values()],
        "form": drawn(request, forms[tab], ticket, at, extra) if tab in forms else None,
        "typed": refusal.typed if refusal else ticket.draft_text or "",
        "refusal": refusal,
    }


def _undo_offered(request: HttpRequest, ticket: Any, at: datetime) -> dict[str, Any] | None:
    """What a desk's own form has just done here and can still take back: its door put address, ticket and
    moment into the session."""
    undo = request.session.get("undo")
    if undo and undo["ticket"] == str(ticket.pk) and undo["until"] > at.isoformat():
        return undo
    return None


def _news(said: list[Any], refusal: Refusal | None, user: Any) -> list[Any]:
    """What others wrote while the refused form was open."""
    if refusal is None or refusal.since is None:
        return []
    return [each for each in said if each.written_at >= refusal.since and each.author_id != user.pk]


def drawn(
    request: HttpRequest, card: Card, ticket: Any, at: datetime, extra: dict[str, Any] | None = None
) -> str:
    """A card or form of a desk, drawn with its own context."""
    context = {"ticket": ticket, **card.context(ticket, request.user, at=at), **(extra or {})}
    return render_to_string(card.template, context, request)


def _turn(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("turn", ""))
    except ValueError:
        return 0


def _shown_at(request: HttpRequest) -> datetime | None:
    """Since when the form was open, as it says itself; None where it says nothing that is a moment."""
    try:
        moment = parse_datetime(request.POST.get("shown_at", ""))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def answered(
    request: HttpRequest, reference: str, tab: str, act: Callable[[Any, datetime, str], Any]
) -> HttpResponse:
    """Call one action with the typed words; a refusal shows the page again with them."""
    found = ticket_of(request, reference)
    at, text = timezone.now(), typed(request, "text")
    try:
        act(found, at, text)
    except Refused as refused:
        return refuse(request, reference, refused, text, tab=tab)
    presence.leave(found.pk, request.user)
    return redirect("console:ticket", reference)


def refuse(
    request: HttpRequest, reference: str, refused: Refused, text: str = "", *, tab: str = ""
) -> HttpResponse:
    """The page as it is now, with why nothing was done and what was typed."""
    since = _shown_at(request) if refused.code == "changed_meanwhile" else None
    refusal = Refusal(str(refused), refused.code, text, since)
    return show_ticket(request, ticket_of(request, reference), tab=tab, refusal=refusal, status=409)


@require_POST
@case_reader
def reply(request: HttpRequest, reference: str) -> HttpResponse:
    """Send words to the person; `then` may ask to end the case with them."""
    then = request.POST.get("then", "")

    def send(ticket: Any, at: datetime, text: str) -> None:
        with transaction.atomic():
            actions.reply(
                ticket,
                by=request.user,
                at=at,
                text=text,
                is_question=then == "ask",
                turn=_turn(request),
                attachments=accept_all(request.FILES.getlist("files")),
            )
            if then == "resolve":
                actions.resolve(ticket, by=request.user, at=at)

    return answered(request, reference, "reply", send)


@require_POST
@case_reader
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a note that only the staff read."""
    return answered(
        request,
        reference,
        "note",
        lambda ticket, at, text: actions.add_note(
            ticket, by=request.user, at=at, text=text, same_within=SAME_CLICK
        ),
    )


@require_POST
@case_reader
def undo(request: HttpRequest, reference: str, pk: str) -> HttpResponse:
    """Take a reply back before it is told; its words are a draft again. The second click finds it gone."""
    found = ticket_of(request, reference)
    message = Message.objects.filter(pk=pk, ticket=found).first()
    try:
        if message:
            actions.undo_reply(message, by=request.user, at=timezone.now())
    except Refused as refused:
        return refuse(request, reference, refused)
    return redirect("console:ticket", reference)


@require_POST
@case_reader
def draft(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep what is being written, and show the others that somebody writes."""
    found = get_object_or_404(Ticket.objects.visible_to(request.user), reference=reference)
    at = timezone.now()
    presence.show_up(found.pk, request.user, at=at, is_writing=True)
    if request.POST.get("keep") == "reply":
        with suppress(Refused, PermissionDenied):  # the page says so when the words are sent
            actions.save_draft(found, by=request.user, at=at, text=typed(request, "text"))
    return HttpResponse(status=204)


@require_GET
@case_reader
def others(request: HttpRequest, reference: str) -> HttpResponse:
    """Who else is here, and whether the ticket has changed since the page was made. Asked every 2 s."""
    found = get_object_or_404(Ticket.objects.visible_to(request.user), reference=reference)
    at = timezone.now()
    presence.show_up(found.pk, request.user, at=at)
    context = {
        "ticket": found,
        "others": presence.others_at(found.pk, request.user, at=at),
        "has_changed": str(found.turn) != request.GET.get("turn", str(found.turn)),
    }
    return render(request, "helpdesk/console/_others.html", context)


@require_http_methods(["GET"])
@case_reader
def templates(request: HttpRequest, reference: str) -> HttpResponse:
    """Reply templates for this ticket, in the person's language, their fields filled in."""
    found = ticket_of(request, reference)
    kinds = ["", found.kind]
    chosen = ReplyTemplate.objects.filter(kind__in=kinds, ended_at=None)
    context = {
        "ticket": found,
        "templates": [filled_template(each, found) for each in chosen],
        "title": _("Reply templates"),
    }
    return page(request, "helpdesk/console/templates.html", context)


@require_POST
@case_reader
def start_reply(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """Put a template's words into the reply that is being written, after what is there already."""
    found = ticket_of(request, reference)
    template = get_object_or_404(ReplyTemplate, pk=pk, ended_at=None)
    words = [found.draft_text or "", filled_template(template, found).text]
    text = "\n\n".join(filter(None, words))
    try:
        actions.save_draft(found, by=request.user, at=timezone.now(), text=text)
    except Refused as refused:
        return refuse(request, reference, refused)
    return redirect(f"{reverse('console:ticket', args=[reference])}#composer")


@require_safe
@case_reader
def history(request: HttpRequest, reference: str) -> HttpResponse:
    """What happened to the case, worded now from codes."""
    found = ticket_of(request, reference)
    context = {"ticket": found, "events": told_events(found), "here": found.queue.slug}
    return page(request, "helpdesk/console/history.html", context)
