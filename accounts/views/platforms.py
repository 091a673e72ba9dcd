"""Platforms, their keys, and where they are told: for operators."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.forms import EndpointForm, EventsForm, KeyForm, PlatformForm
from accounts.models import ApiKey, Platform, WebhookEndpoint
from accounts.permissions import needs_role
from accounts.roles import Role
from accounts.views.answers import act_and_go, blame, signed_in
from journal.errors import Refused


@needs_role(Role.OPERATOR)
@require_http_methods(["GET", "POST"])
def platforms(request: HttpRequest) -> HttpResponse:
    form = PlatformForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            platform = actions.open_platform(**form.cleaned_data, by=signed_in(request), at=now())
        except Refused as refusal:
            blame(form, refusal)
        else:
            return redirect("accounts:platform", platform.slug)
    context = {"form": form, "platforms": Platform.objects.order_by("-is_active", "name")}
    return render(request, "accounts/platforms.html", context)


@needs_role(Role.OPERATOR)
@require_safe
def platform(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Platform, slug=slug)
    return _show(request, found, KeyForm(owner=found), EndpointForm())


def _show(
    request: HttpRequest, found: Platform, key_form: KeyForm, endpoint_form: EndpointForm
) -> HttpResponse:
    context = {
        "platform": found,
        "keys": found.keys.order_by("revoked_at", "pk"),
        "endpoints": [
            (each, EventsForm(initial={"event_types": each.event_types}, prefix=str(each.pk)))
            for each in found.endpoints.order_by("disabled_at", "pk")
        ],
        "key_form": key_form,
        "endpoint_form": endpoint_form,
        "now": now(),
    }
    return render(request, "accounts/platform.html", context)


@needs_role(Role.OPERATOR)
@require_POST
def make_key(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Platform, slug=slug)
    form = KeyForm(request.POST, owner=found)
    if not form.is_valid():
        return _show(request, found, form, EndpointForm())
    key, shown = actions.make_key(found, **form.cleaned_data, by=signed_in(request), at=now())
    context = {"name": key.name, "shown": shown, "platform": found}
    return render(request, "accounts/shown_once.html", context)


@needs_role(Role.OPERATOR)
@require_POST
def revoke_key(request: HttpRequest, pk: str) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.select_related("platform"), pk=pk, platform__isnull=False)
    return act_and_go(
        request,
        lambda: actions.revoke_key(key, by=signed_in(request), at=now()),
        _("This key opens nothing any more."),
        "accounts:platform",
        key.platform.slug,  # type: ignore[union-attr]
    )


@needs_role(Role.OPERATOR)
@require_POST
def add_endpoint(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Platform, slug=slug)
    form = EndpointForm(request.POST)
    if form.is_valid():
        try:
            endpoint, secret = actions.add_endpoint(
                found, **form.cleaned_data, by=signed_in(request), at=now()
            )
        except Refused as refusal:
            blame(form, refusal)
        else:
            context = {"name": endpoint.url, "shown": secret, "platform": found}
            return render(request, "accounts/shown_once.html", context)
    return _show(request, found, KeyForm(owner=found), form)


@needs_role(Role.OPERATOR)
@require_POST
def choose_events(request: HttpRequest, pk: str) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint.objects.select_related("platform"), pk=pk)
    form = EventsForm(request.POST, prefix=str(pk))
    slug = endpoint.platform.slug
    if not form.is_valid():
        return redirect("accounts:platform", slug)
    chosen = form.cleaned_data["event_types"]
    return act_and_go(
        request,
        lambda: actions.choose_events(endpoint, event_types=chosen, by=signed_in(request), at=now()),
        _("Saved."),
        "accounts:platform",
        slug,
    )


@needs_role(Role.OPERATOR)
@require_POST
def rotate_secret(request: HttpRequest, pk: str) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint.objects.select_related("platform"), pk=pk)
    secret = actions.rotate_secret(endpoint, by=signed_in(request), at=now())
    context = {"name": endpoint.url, "shown": secret, "platform": endpoint.platform, "rotated": True}
    return render(request, "accounts/shown_once.html", context)


@needs_role(Role.OPERATOR)
@require_POST
def disable_endpoint(request: HttpRequest, pk: str) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint.objects.select_related("platform"), pk=pk)
    return act_and_go(
        request,
        lambda: actions.disable_endpoint(endpoint, by=signed_in(request), at=now()),
        _("This address is told nothing more."),
        "accounts:platform",
        endpoint.platform.slug,
    )


@needs_role(Role.OPERATOR)
@require_POST
def change_platform(request: HttpRequest, slug: str, to: str) -> HttpResponse:
    found = get_object_or_404(Platform, slug=slug)
    act, done = {
        "close": (actions.close_platform, _("Nothing more is taken from this platform.")),
        "reopen": (actions.reopen_platform, _("This platform may send again.")),
    }[to]
    return act_and_go(
        request, lambda: act(found, by=signed_in(request), at=now()), done, "accounts:platform", slug
    )
