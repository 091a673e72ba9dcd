"""Overview, queues, my tickets, search, and what somebody takes next."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk import actions
from helpdesk.ageing import share_of
from helpdesk.counts import rail_for
from helpdesk.desks import category_words
from helpdesk.filters import PAGE, Filters, categories_in, filtered, read_filters
from helpdesk.languages import language_names
from helpdesk.models import Level, Priority, Queue, SavedView, Status, Ticket
from helpdesk.rows import rows_of
from helpdesk.search import search
from helpdesk.views.console.frame import case_reader, page, typed

MINE_SHOWN = 10


@require_safe
@case_reader
def overview(request: HttpRequest) -> HttpResponse:
    """Where the day begins: what is mine, and how the queues stand."""
    at = timezone.now()
    mine = Ticket.objects.visible_to(request.user).filter(assignee=request.user.pk).unfinished().in_order()
    context = {
        "rows": rows_of(mine[:MINE_SHOWN], at=at, user=request.user),
        "views": views_of(request),
        "here": "overview",
    }
    return page(request, "helpdesk/console/overview.html", context, at=at)


@require_safe
@case_reader
def rail(request: HttpRequest) -> HttpResponse:
    """The numbers at the start side, asked for again by the page while it is open."""
    return page(
        request,
        "helpdesk/console/_rail.html",
        {"here": request.GET.get("here", ""), "views": views_of(request)},
    )


@require_safe
@case_reader
def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """The tickets of one queue, most urgent first, in pages of fifty."""
    at = timezone.now()
    rail = rail_for(request.user, at)
    line = rail.line_of(slug)
    if line is None:
        raise Http404
    filters = read_filters(request.GET)
    tickets = Ticket.objects.visible_to(request.user).filter(queue=line.queue)
    context = {
        "rail": rail,
        "line": line,
        "here": slug,
        "choices": _choices(line.queue, filters),
        "views": views_of(request),
        "share": share_of(line.queue, tickets.filter(status=Status.NEW, assignee=None)),
        **_listed(request, tickets, filters, at),
    }
    return page(request, "helpdesk/console/queue.html", context, at=at)


@require_safe
@case_reader
def mine(request: HttpRequest) -> HttpResponse:
    """The tickets that are mine."""
    at = timezone.now()
    filters = read_filters(request.GET | {"assignee": "me"})
    tickets = Ticket.objects.visible_to(request.user)
    context = {"here": "mine", "views": views_of(request), **_listed(request, tickets, filters, at)}
    return page(request, "helpdesk/console/mine.html", context, at=at)


def _listed(request: HttpRequest, tickets: Any, filters: Filters, at: Any) -> dict[str, Any]:
    rows = rows_of(filtered(tickets, filters, user=request.user)[: PAGE + 1], at=at, user=request.user)
    more = filters.next_page(rows[PAGE - 1].place) if len(rows) > PAGE else ""
    return {"rows": rows[:PAGE], "filters": filters, "next_page": more}


def _choices(queue: Queue, filters: Filters) -> list[dict[str, Any]]:
    """The filters of a queue as form controls: name, label, options."""
    categories = dict.fromkeys([*categories_in(queue), *filter(None, [filters.category])])
    return [
        _choice("language", _("Language"), list(language_names().items()), filters.language),
        _choice("status", _("Status"), Status.choices, filters.status),
        _choice("priority", _("Priority"), Priority.choices, filters.priority),
        _choice("level", _("Level"), Level.choices, filters.level),
        _choice("assignee", _("Assigned to"), [("me", _("me")), ("nobody", _("nobody"))], filters.assignee),
        _choice(
            "category",
            _("Category"),
            [(c, category_words(queue.kind, c)) for c in categories],
            filters.category,
        ),
    ]


def _choice(name: str, label: str, options: Any, chosen: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "options": [(str(value), words, str(value) == chosen) for value, words in options],
    }


def views_of(request: HttpRequest) -> QuerySet[SavedView]:
    return SavedView.objects.filter(user=request.user.pk)


@require_safe
@case_reader
def find(request: HttpRequest) -> HttpResponse:
    """What is found of what was typed, newest first."""
    at = timezone.now()
    query = request.GET.get("q", "").strip()[:200]
    found = search(request.user, query)
    if len(found.ids) == 1 and found.is_reference:
        hit = Ticket.objects.visible_to(request.user).get(pk=found.ids[0])
        return redirect("console:ticket", hit.reference)
    tickets = Ticket.objects.visible_to(request.user).filter(pk__in=found.ids).order_by("-id")
    context = {
        "typed": query,
        "is_cut": found.is_cut,
        "rows": rows_of(tickets, at=at, user=request.user),
        "views": views_of(request),
    }
    return page(request, "helpdesk/console/search.html", context, at=at)


@require_POST
@case_reader
def take(request: HttpRequest) -> HttpResponse:
    """The next right ticket becomes mine."""
    slug = typed(request, "queue")
    queue = get_object_or_404(Queue.objects.visible_to(request.user), slug=slug) if slug else None
    ticket = actions.take_next(by=request.user, at=timezone.now(), queue=queue)
    if ticket is None:
        messages.info(request, _("Nothing waits here that you may take. Look again later."))
        return redirect("console:queue", slug) if slug else redirect("console:overview")
    return redirect("console:ticket", ticket.reference)


@require_POST
@case_reader
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of this list under a name."""
    queue = get_object_or_404(Queue.objects.visible_to(request.user), slug=typed(request, "queue"))
    filters = read_filters({name: typed(request, name) for name in request.POST})
    name = typed(request, "name").strip()[:60]
    query = f"{queue.slug}/?{filters.query}"
    if len(query) > (SavedView._meta.get_field("query").max_length or 0):
        messages.error(request, _("These filters are too long to keep. Choose fewer of them."))
    elif name:
        SavedView.objects.update_or_create(user=request.user, name=name, defaults={"query": query})
    return redirect(f"{request.path.removesuffix('views/')}queues/{queue.slug}/?{filters.query}")


@require_POST
@case_reader
def forget_view(request: HttpRequest, pk: str) -> HttpResponse:
    get_object_or_404(views_of(request), pk=pk).delete()
    return redirect("console:overview")
