"""A person's own case: opened by reference and receipt, and by nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.visitors import visitor
from helpdesk import access
from helpdesk.actions import (
    case_data,
    confirm_contact,
    erase_case,
    open_again,
    person_writes,
    reopen,
    set_contact,
    set_zone,
    withdraw,
)
from helpdesk.downloads import download
from helpdesk.forms.case import AddressForm, EnterForm, WriteForm
from helpdesk.forms.zones import ZoneForm
from helpdesk.models import Side, Ticket
from helpdesk.reading import CasePage
from helpdesk.views.sending import from_elsewhere, without_session
from helpdesk.zones import in_zone
from journal.errors import Refused

View = Callable[..., HttpResponseBase]
AGAIN = timedelta(hours=1)


@without_session
@require_http_methods(["GET", "HEAD", "POST"])
def case_login(request: HttpRequest) -> HttpResponse:
    """Reference and receipt. A wrong one says only that the two do not belong together."""
    if request.method != "POST":
        form = EnterForm(initial={"reference": request.GET.get("reference", "")})
        return _ask(request, form)
    form = EnterForm(request.POST)
    if not form.is_valid() or from_elsewhere(request):
        return _ask(request, form, status=422)
    given = form.cleaned_data
    key, at = visitor(request), now()
    try:
        waiting = request.POST.get("waiting", "")
        ticket = access.open_case(
            given["reference"], given["receipt"], request_key=key, waiting=waiting, at=at
        )
    except Refused as refused:
        form.add_error(None, str(refused.message))
        return _ask(request, form, status=429)
    if ticket is None:
        form.add_error(
            None,
            _(
                "This reference and this receipt do not belong together. Look for a wrong or missing word, "
                "then try again."
            ),
        )
        return _ask(request, form, status=422)
    access.remember_case(request, ticket, at=at)
    if given["draft"]:
        return _show(request, ticket, write=WriteForm(initial={"text": given["draft"]}))
    return HttpResponseRedirect(_next(request))


def _next(request: HttpRequest) -> str:
    """Where to go once the case is open; only pages of a case are such places."""
    wanted = request.POST.get("next", "")
    return wanted if wanted.startswith(reverse("helpdesk:case")) else reverse("helpdesk:case")


def _ask(request: HttpRequest, form: EnterForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "waiting": access.start_waiting(at=now()),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        **more,
    }
    return render(request, "helpdesk/case_login.html", context, status=status)


def with_case(view: View) -> View:
    """For pages of an open case. Where the session has ended, ask for the receipt and keep what was typed."""

    @csrf_exempt
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        ticket = access.case_of(request, at=now())
        if ticket is None or (request.method == "POST" and from_elsewhere(request)):
            return _ended(request)
        with in_zone(ticket.zone):
            return view(request, ticket, *args, **kwargs)

    return wrapped


def _ended(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        form = EnterForm(initial={"draft": request.POST.get("text", "")})
        return _ask(request, form, status=403, has_ended=True)
    return HttpResponseRedirect(f"{reverse('helpdesk:case_login')}?{urlencode({'next': request.path})}")


@with_case
@require_safe
def case(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    return _show(request, ticket)


def _show(request: HttpRequest, ticket: Ticket, *, status: int = 200, **more: Any) -> HttpResponse:
    at = now()
    context = {
        "page": CasePage(ticket, at=at),
        "ticket": ticket,
        "write": WriteForm(),
        "zone": ZoneForm(initial={"zone": ticket.zone}, at=at)["zone"],
        "address": AddressForm(initial=_address(ticket)),
        **more,
    }
    return render(request, "helpdesk/case.html", context, status=status)


def _address(ticket: Ticket) -> dict[str, str]:
    contact = getattr(ticket, "contact", None)
    return {"address": contact.address if contact else ""}


@with_case
@require_POST
def write(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    form = WriteForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, ticket, write=form, status=422)
    given = form.cleaned_data
    # A file makes it something new: "here it is", sent at first without what it was about.
    if not given["attachments"] and said_already(ticket, given["text"].strip(), at=now()):
        return HttpResponseRedirect(reverse("helpdesk:case") + "#last")
    try:
        person_writes(
            ticket,
            by=access.person_of(ticket),
            at=now(),
            text=given["text"].strip(),
            attachments=given["attachments"],
            token=given["token"],
        )
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return _show(request, ticket, write=form, status=409)
    return HttpResponseRedirect(reverse("helpdesk:case") + "#last")


def said_already(ticket: Ticket, text: str, *, at: datetime) -> bool:
    """Whether the person's last words are these very ones: sent again after a broken connection."""
    last = ticket.messages.order_by("-id").first()
    return bool(
        text and last and last.side == Side.PERSON and last.text == text and at - last.written_at < AGAIN
    )


@with_case
@require_POST
def address(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _show(request, ticket, address=form, status=422)
    try:
        set_contact(ticket, by=access.person_of(ticket), at=now(), address=form.cleaned_data["address"])
    except Refused as refused:
        form.add_error("address", str(refused.message))
        return _show(request, ticket, address=form, status=409)
    return HttpResponseRedirect(reverse("helpdesk:case") + "#address")


@with_case
@require_POST
def zone(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """By which clock the times of this case are told."""
    form = ZoneForm(request.POST, at=now())
    form.is_valid()  # whatever was sent is a zone or UTC
    try:
        set_zone(ticket, form.cleaned_data["zone"], by=access.person_of(ticket), at=form.at)
    except Refused as refused:
        return _show(request, ticket, status=409, refused=refused)
    return HttpResponseRedirect(reverse("helpdesk:case") + "#stands")


@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_case(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    if request.method != "POST":
        return render(request, "helpdesk/withdraw.html", {"ticket": ticket})
    try:
        withdraw(ticket, by=access.person_of(ticket), at=now())
    except Refused as refused:
        return render(request, "helpdesk/withdraw.html", {"ticket": ticket, "refused": refused}, status=409)
    return HttpResponseRedirect(reverse("helpdesk:case"))


@with_case
@require_POST
def reopen_case(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    try:
        reopen(ticket, by=access.person_of(ticket), at=now())
    except Refused as refused:
        return _show(request, ticket, status=409, refused=refused)
    return HttpResponseRedirect(reverse("helpdesk:case"))


@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Two steps: the page says what follows; the second step needs the person to say so."""
    if request.method != "POST" or request.POST.get("sure") != "yes":
        is_unsure = request.method == "POST"
        context = {"ticket": ticket, "is_unsure": is_unsure}
        return render(request, "helpdesk/erase.html", context, status=422 if is_unsure else 200)
    try:
        erase_case(ticket, by=access.person_of(ticket), at=now())
    except Refused as refused:
        return render(request, "helpdesk/erase.html", {"ticket": ticket, "refused": refused}, status=409)
    access.close_case(request)
    return render(request, "helpdesk/erased.html")


@with_case
@require_safe
def data(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Everything of the case on one printable page, for a court or for oneself."""
    return render(request, "helpdesk/data.html", {"ticket": ticket, "page": CasePage(ticket, at=now())})


@with_case
@require_safe
def data_file(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The same as one JSON file."""
    response = JsonResponse(
        case_data(ticket, at=now()), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{ticket.reference}.json")
    return response


@with_case
@require_safe
def attachment(request: HttpRequest, ticket: Ticket, attachment_id: Any) -> HttpResponse:
    """A file of this case. Staff's copies of other cases are not among them."""
    found = (
        ticket.attachments.filter(pk=attachment_id, erased_at=None)
        .exclude(message__told_at__gt=now())
        .first()
    )
    if found is None:
        return render(request, "404.html", status=404)
    return download(found)


@with_case
@require_POST
def close(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Forget the case in this browser."""
    access.close_case(request)
    return HttpResponseRedirect(reverse("home"))


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The owner of an address says that we may write there. A look alone confirms nothing: scanners look."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            confirm_contact(token, at=now())
            context["is_confirmed"] = True
        except Refused as refused:
            context["refused"] = refused
    return render(request, "helpdesk/confirm.html", context, status=409 if "refused" in context else 200)


@without_session
@require_http_methods(["GET", "HEAD", "POST"])
def open_again_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Open a case again that ended in silence, without its receipt. A look alone opens nothing: scanners
    look; and it says the same of every link, so that it tells nobody what became of a case."""
    context: dict[str, Any] = {}
    if request.method == "POST" and not from_elsewhere(request):
        try:
            context["reference"] = open_again(token, at=now()).reference
        except Refused as refused:
            context["refused"] = refused
    return render(request, "helpdesk/open_again.html", context, status=409 if "refused" in context else 200)
