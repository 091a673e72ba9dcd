"""A page with one form that begins a case; after it, the receipt.

Nothing here needs a session or a cookie: the form itself carries all that sending it needs, so it can be
sent from a browser that keeps nothing, after hours, and twice.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import View

from accounts.visitors import visitor
from helpdesk.actions import Opened
from helpdesk.clock_words import due_words
from helpdesk.desks import decided_first
from helpdesk.forms.sending import SendingForm
from helpdesk.models import Ticket
from helpdesk.proof import create_challenge
from helpdesk.receipts import words_from_token
from helpdesk.waiting import Screening, Verdict, screen, start_waiting
from helpdesk.zones import in_zone
from journal.errors import NotReady, Refused
from journal.moments import time_words, zone_of

COOKIE = "sent"
SALT = "helpdesk.sent"
SHOWN_FOR = 30 * 60  # seconds in which a receipt can be looked at again, until "I have kept it"


def from_elsewhere(request: HttpRequest) -> bool:
    """Whether another site made this browser send the form."""
    return request.META.get("HTTP_SEC_FETCH_SITE") in {"cross-site", "same-site"}


def without_session(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For forms that use no right of whoever sends them: no token of Django's, and never cached."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)

    return csrf_exempt(never_cache(wrapped))


class SendingView(View):
    """Shows a form, keeps what was typed after any error, files it once, and hands over the receipt."""

    form_class: type[SendingForm]
    template_name: str
    can_wait = True  # reports of danger never do

    @classmethod
    def as_view(cls, **options: Any) -> Callable[..., HttpResponseBase]:
        # Once around the whole view: what decorates `dispatch` is put around it anew by each request.
        return without_session(super().as_view(**options))

    def send(self, form: Any, *, at: datetime, is_screened: bool) -> Opened:
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        return {}

    def form_options(self) -> dict[str, Any]:
        return {}

    def form(self, *given: Any) -> SendingForm:
        return self.form_class(*given, at=self.at, **self.form_options())

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.at = now()  # what is shown, judged and filed by one call has one moment

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        get_token(request)  # its cookie tells, when the form comes back, whether this browser keeps any
        return self.show(self.form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form, at = self.form(request.POST, request.FILES), self.at
        if from_elsewhere(request):
            form.add_error(None, _("Please read this once more, then send it from here."))
        screening = self.screen(at)
        has_to_wait = screening.verdict == Verdict.NEEDS_WAIT
        if has_to_wait and request.FILES:  # to look into files is work: not for who has not waited yet
            return self.ask_to_wait(screening)
        if not form.is_valid():
            return self.show(form, status=422)
        if has_to_wait:
            return self.ask_to_wait(screening)
        try:
            opened = self.send(form, at=at, is_screened=screening.verdict == Verdict.PASSED)
        except Refused as refused:
            form.refuse(refused)
            return self.show(form, status=503 if isinstance(refused, NotReady) else 409)
        return hand_over_receipt(request, opened, form.cleaned_data["token"], at=at)

    def screen(self, at: datetime) -> Screening:
        if not self.can_wait:
            return Screening(Verdict.PASSED)
        given = self.request.POST
        return screen(given.get("proof", ""), given.get("waiting", ""), form=given.get("token", ""), at=at)

    def ask_to_wait(self, screening: Screening) -> HttpResponse:
        """The second page where no script runs: what was typed, carried along, and how long to wait."""
        left_out = {"proof", "waiting", "waited", *self.request.FILES}
        carried = [
            (name, value)
            for name, values in self.request.POST.lists()
            for value in values
            if name not in left_out
        ]
        blank = self.form()
        context = {
            "carried": carried,
            "waiting": self.waiting(),
            "ready_from": _clock(screening.ready_at, self.request.POST.get("zone", "")),
            "is_early": "waited" in self.request.POST,
            "files": [blank[name] for name in self.request.FILES if name in blank.fields],
        }
        return render(self.request, "helpdesk/wait.html", context)

    def waiting(self) -> str:
        """The start time that the form came with, or a new one."""
        return self.request.POST.get("waiting") or start_waiting(at=self.at)

    def show(self, form: SendingForm, *, status: int = 200) -> HttpResponse:
        context = {"form": form, "can_wait": self.can_wait, "waiting": self.waiting(), **self.context()}
        return render(self.request, self.template_name, context, status=status)


@require_safe
@never_cache
def challenge(request: HttpRequest) -> HttpResponse:
    """A task for the browser to prove its work with, while the person writes; `?form=` names their form."""
    return JsonResponse(create_challenge(visitor(request), form=request.GET.get("form", ""), at=now()))


def _clock(ready_at: datetime | None, zone: str) -> str:
    """What the person's clock shows when they have waited."""
    return time_words(ready_at.astimezone(zone_of(zone)), "H:i:s") if ready_at else ""


def hand_over_receipt(request: HttpRequest, opened: Opened, token: str, *, at: datetime) -> HttpResponse:
    """On to the page that shows the receipt; in a browser without cookies, that page at once."""
    if settings.CSRF_COOKIE_NAME not in request.COOKIES:
        return show_receipt(request, opened.ticket, token, at=at)
    response = HttpResponseRedirect(_sent_page())
    response.set_cookie(
        COOKIE,
        signing.dumps({"case": str(opened.ticket.pk), "token": token}, salt=SALT),
        max_age=SHOWN_FOR,
        path=_sent_page(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@cache
def _sent_page() -> str:
    """The only page that is sent the cookie."""
    return reverse("helpdesk:sent")


def show_receipt(request: HttpRequest, ticket: Ticket, token: str, *, at: datetime) -> HttpResponse:
    with in_zone(ticket.zone):
        context = {
            "reference": ticket.reference,
            "words": words_from_token(token, language=ticket.language).split(),
            "kept_url": reverse("helpdesk:kept"),
            "steps": next_steps(ticket, at),
            "ticket": ticket,
        }
        return render(request, "helpdesk/sent.html", context)


def next_steps(ticket: Ticket, at: datetime) -> list[dict[str, Any]]:
    """What happens after sending, as a dated list."""
    usual = (_("It waits for a person on our staff."), _("You get an answer with reasons."))
    waits, answer = decided_first(ticket) or usual
    by = ticket.answer_by
    return [
        {"state": "past", "title": _("We have received it."), "at": ticket.opened_at},
        {
            "state": "now",
            "title": waits,
            "when": _("now"),
            "text": _("You can look at your case and add to it at any time."),
        },
        {"state": "next", "title": answer, "at": by, "words": due_words(by, at) if by else ""},
    ]


@never_cache
def sent(request: HttpRequest) -> HttpResponse:
    """The receipt of what this browser has just sent: until it was kept, and for half an hour at most."""
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SHOWN_FOR)
    except signing.BadSignature:
        return render(request, "helpdesk/sent_before.html", status=410)
    ticket = Ticket.objects.filter(pk=kept["case"]).first()  # sight: the signed cookie names the case
    if ticket is None:
        return render(request, "helpdesk/sent_before.html", status=410)
    return show_receipt(request, ticket, kept["token"], at=now())


@never_cache
def kept(request: HttpRequest) -> HttpResponse:
    """The person has kept the receipt: this browser forgets it."""
    response = HttpResponseRedirect(reverse("helpdesk:case_login"))
    forget_receipt(response)
    return response


def forget_receipt(response: HttpResponse) -> None:
    """Let this browser forget what it has just sent."""
    response.delete_cookie(COOKIE, path=_sent_page())
