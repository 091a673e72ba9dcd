"""Doors of the journal: the digests for everybody, the dead letters for operators."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from journal import letters
from journal.errors import Refused
from journal.models import Delivery, Digest

DAYS_SHOWN = 100
LETTERS_SHOWN = 50

View = Callable[..., HttpResponseBase]


def for_operators(view: View) -> View:
    """Whoever is not signed in is asked to; for everybody else but operators there is nothing here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not letters.can_retry(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    guarded.needs_roles = ("operator",)  # type: ignore[attr-defined]
    return guarded


@require_safe
def digests(request: HttpRequest) -> HttpResponse:
    """The digests of the last days, or of those before a day."""
    days = Digest.objects.order_by("-day")
    if before := _day(request.GET.get("before", "")):
        days = days.filter(day__lt=before)
    shown = [(each, bytes(each.hash).hex()) for each in days[: DAYS_SHOWN + 1]]
    older_than = shown[DAYS_SHOWN - 1][0].day if len(shown) > DAYS_SHOWN else None
    context = {"digests": shown[:DAYS_SHOWN], "older_than": older_than}
    return render(request, "journal/digests.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_safe
def digests_json(request: HttpRequest) -> JsonResponse:
    """All digests, oldest first, to be kept elsewhere."""
    rows = Digest.objects.order_by("day").values_list("day", "chains", "hash")
    digests = [{"day": day, "chains": chains, "hash": bytes(head).hex()} for day, chains, head in rows]
    return JsonResponse({"digests": digests})


@require_safe
@for_operators
def dead_letters(request: HttpRequest) -> HttpResponse:
    """What did not arrive, newest first; no address and no content, for an operator reads no cases."""
    dead = Delivery.objects.dead().order_by("-dead_at", "-id")
    code = request.GET.get("why", "")
    found = dead.filter(last_error=code) if code else dead
    page = Paginator(found.defer("address", "body"), LETTERS_SHOWN).get_page(request.GET.get("page"))
    counts = dead.order_by().values_list("last_error").annotate(many=Count("pk")).order_by("-many")
    context = {
        "page": page,
        "letters": [(letter, letters.reason(letter.last_error)) for letter in page],
        "why": code,
        "reasons": [(each, letters.reason(each), many) for each, many in counts],
    }
    return render(request, "journal/dead_letters.html", context)


@require_POST
@for_operators
def retry(request: HttpRequest, delivery: UUID) -> HttpResponse:
    try:
        letters.retry_delivery(get_object_or_404(Delivery, pk=delivery), by=request.user, at=now())  # type: ignore[arg-type]
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The message is on its way again."))
    return redirect("journal:dead_letters")


@require_POST
@for_operators
def retry_all(request: HttpRequest) -> HttpResponse:
    count = letters.retry_all(by=request.user, at=now(), code=request.POST.get("why", ""))  # type: ignore[arg-type]
    sentence = ngettext(
        "%(count)d message is on its way again.", "%(count)d messages are on their way again.", count
    )
    messages.success(request, sentence % {"count": count})
    return redirect("journal:dead_letters")
