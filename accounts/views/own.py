"""What everybody may do about their own account."""

from datetime import timedelta

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.adapter import speak
from accounts.forms import READ_LANGUAGES, DetailsForm, KeyForm
from accounts.models import User, UserSession
from accounts.permissions import needs_role
from accounts.roles import Role
from accounts.views.answers import act_and_go, button, fulfilled, signed_in
from accounts.views.once import show_once


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    context = {
        "user": user,
        "roles": [Role(role).label for role in sorted(user.roles)],
        "languages": [name for code, name in READ_LANGUAGES if user.reads(code)],
    }
    return render(request, "accounts/own.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = DetailsForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        actions.change_own_details(user, **form.cleaned_data, by=user, at=now())
        response = redirect("accounts:own")
        speak(response, user.language)
        return response
    return render(request, "accounts/details.html", {"form": form})


@login_required
@require_safe
def app_picture(request: HttpRequest) -> HttpResponse:
    """The secret that is being set up, as a picture for an app; from an address, so no page needs `data:`."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise Http404
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(signed_in(request), secret))
    return HttpResponse(picture, content_type="image/svg+xml")


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    since = now().date() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    found = _own_sessions(signed_in(request)).filter(last_seen_on__gte=since)
    here = getattr(request, "device_session", None)
    context = {"sessions": found.order_by("-last_seen_on", "-pk"), "here": here}
    return render(request, "accounts/sessions.html", context)


def _own_sessions(user: User) -> QuerySet[UserSession]:
    return UserSession.objects.open().filter(user=user)


end_session = button(
    login_required,
    _own_sessions,
    actions.end_session,
    _("That device is signed out."),
    back=lambda session: reverse("accounts:sessions"),
)


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    here = getattr(request, "device_session", None)
    return act_and_go(
        request,
        lambda: actions.end_other_sessions(user, by=user, at=now(), keep=here),
        _("All other devices are signed out."),
        reverse("accounts:sessions"),
    )


@needs_role()
@require_http_methods(["GET", "POST"])
@transaction.atomic
def keys(request: HttpRequest) -> HttpResponse:
    """Keys for machines that prepare one's own work; a new one is shown on the next page, once."""
    user = signed_in(request)
    form = KeyForm(request.POST or None, owner=user)
    if made := fulfilled(form, actions.make_key, user, by=user, at=now()):
        key, shown = made
        return show_once(request, key.pk, shown, name=key.name, back=reverse("accounts:keys"))
    context = {"form": form, "keys": user.keys.filter(revoked_at=None).order_by("pk")}
    return render(request, "accounts/keys.html", context)


revoke_own_key = button(
    needs_role(),
    lambda user: user.keys.all(),
    actions.revoke_key,
    _("This key opens nothing any more."),
    back=lambda key: reverse("accounts:keys"),
)
