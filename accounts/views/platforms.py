"""Platforms, their keys, and where they are told: for operators."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.forms import EndpointForm, EventsForm, KeyForm, PlatformForm
from accounts.models import ApiKey, Platform, User, WebhookEndpoint
from accounts.permissions import needs_role
from accounts.roles import Role
from accounts.views.answers import button, every, fulfilled, signed_in
from accounts.views.once import show_once
from accounts.waiting import waiting_for, waiting_of
from journal.errors import Refused
from journal.seen import say_refusal, seen_of

operators = needs_role(Role.OPERATOR)


@operators
@require_http_methods(["GET", "POST"])
def platforms(request: HttpRequest) -> HttpResponse:
    form = PlatformForm(request.POST or None)
    if opened := fulfilled(form, actions.open_platform, by=signed_in(request), at=now()):
        return redirect("accounts:platform", opened.slug)
    context = {"form": form, "platforms": Platform.objects.order_by("-is_active", "name")}
    return render(request, "accounts/platforms.html", context)


@operators
@require_safe
def platform(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Platform, slug=slug)
    return _show(request, found, KeyForm(owner=found), EndpointForm())


def _show(
    request: HttpRequest,
    found: Platform,
    key_form: KeyForm,
    endpoint_form: EndpointForm,
    events_form: EventsForm | None = None,
) -> HttpResponse:
    """The page of a platform; one of its forms comes back where it was refused."""
    context = {
        "platform": found,
        "keys": found.keys.order_by("revoked_at", "pk"),
        "endpoints": [_told(each, events_form) for each in found.endpoints.order_by("-disabled_at", "pk")],
        "waiting": waiting_of(found).count(),
        "key_form": key_form,
        "endpoint_form": endpoint_form,
        "now": now(),
    }
    return render(request, "accounts/platform.html", context, status=409 if events_form else 200)


def _told(endpoint: WebhookEndpoint, refused: EventsForm | None) -> dict[str, Any]:
    """One address on the page. What waits is counted for each: a platform has few."""
    prefix = str(endpoint.pk)
    form = EventsForm(initial={"event_types": endpoint.event_types}, prefix=prefix)
    return {
        "row": endpoint,
        "form": refused if refused and refused.prefix == prefix else form,
        # What is saved now: who was refused has read it above the field, and may save over it knowingly.
        "seen": seen_of(endpoint, form.fields),
        "waiting": 0 if endpoint.disabled_at else waiting_for(endpoint).count(),
    }


@operators
@require_POST
@transaction.atomic
def make_key(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Platform, slug=slug)
    form = KeyForm(request.POST, owner=found)
    if made := fulfilled(form, actions.make_key, found, by=signed_in(request), at=now()):
        key, secret = made
        return show_once(request, key.pk, secret, name=key.name, back=_page_of(found))
    return _show(request, found, form, EndpointForm())


@operators
@require_POST
@transaction.atomic
def add_endpoint(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Platform, slug=slug)
    form = EndpointForm(request.POST)
    if added := fulfilled(form, actions.add_endpoint, found, by=signed_in(request), at=now()):
        endpoint, secret = added
        return show_once(request, endpoint.pk, secret, name=endpoint.url, back=_page_of(found))
    return _show(request, found, KeyForm(owner=found), form)


@operators
@require_POST
@transaction.atomic
def rotate_secret(request: HttpRequest, pk: str) -> HttpResponse:
    endpoint = get_object_or_404(_endpoints(signed_in(request)), pk=pk)
    secret = actions.rotate_secret(endpoint, by=signed_in(request), at=now())
    return show_once(request, endpoint.pk, secret, name=endpoint.url, back=_page_of(endpoint), rotated=True)


@operators
@require_POST
def choose_events(request: HttpRequest, pk: str) -> HttpResponse:
    endpoint = get_object_or_404(_endpoints(signed_in(request)), pk=pk)
    form = EventsForm(request.POST, prefix=str(endpoint.pk))
    if form.is_valid():
        seen = request.POST.get("seen")
        try:
            actions.choose_events(endpoint, **form.cleaned_data, by=signed_in(request), at=now(), seen=seen)
        except Refused as refused:
            if refused.code != "changed_meanwhile":  # an address that is told nothing shows no form
                messages.error(request, str(refused))
                return redirect(_page_of(endpoint))
            say_refusal(form, refused, endpoint)
        else:
            messages.success(request, _("Saved."))
            return redirect(_page_of(endpoint))
    return _show(request, endpoint.platform, KeyForm(owner=endpoint.platform), EndpointForm(), form)


@operators
@require_POST
def send_waiting(request: HttpRequest, pk: str) -> HttpResponse:
    endpoint = get_object_or_404(_endpoints(signed_in(request)), pk=pk)
    try:
        sent = actions.send_waiting(endpoint, by=signed_in(request), at=now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        sentence = ngettext(
            "%(count)d message is on its way again.", "%(count)d messages are on their way again.", sent
        )
        messages.success(request, sentence % {"count": sent})
    return redirect(_page_of(endpoint))


def _endpoints(user: User) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.select_related("platform")


def _platform_keys(user: User) -> QuerySet[ApiKey]:
    """Keys of platforms alone: one of a colleague is theirs to revoke."""
    return ApiKey.objects.filter(platform__isnull=False).select_related("platform")


def _page_of(row: Platform | ApiKey | WebhookEndpoint) -> str:
    of = row if isinstance(row, Platform) else row.platform
    assert of is not None  # noqa: S101 - keys of users are not reached here
    return reverse("accounts:platform", args=[of.slug])


_key = partial(button, operators, _platform_keys, back=_page_of)
_endpoint = partial(button, operators, _endpoints, back=_page_of)
_platform = partial(button, operators, every(Platform), back=_page_of)

revoke_key = _key(actions.revoke_key, _("This key opens nothing any more."))
disable_endpoint = _endpoint(actions.disable_endpoint, _("This address is told nothing more."))
enable_endpoint = _endpoint(actions.enable_endpoint, _("This address is told again."))
close_platform = _platform(actions.close_platform, _("Nothing more is taken from this platform."))
reopen_platform = _platform(actions.reopen_platform, _("This platform may send again."))
