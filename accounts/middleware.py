"""Who is signed in on this request: the device's row, the roles, the second factor, the clock."""

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import logout
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.timezone import now

from accounts.devices import keep_device
from accounts.models import RoleGrant, User, UserSession
from accounts.models.people import factors_of
from accounts.signals import SESSION_KEY

# What somebody without a second factor may still open: setting one up, and leaving.
BEFORE_FACTOR = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "accounts:app_picture",
    "account_reauthenticate",
    "account_logout",
    "set_language",
    "leave",
}

Answer = Callable[[HttpRequest], HttpResponseBase]


class SignedInMiddleware:
    """Ends sessions that were revoked, and lets nobody pass who is signed in without a second factor.

    One query for the device's row, the roles and the factor together.
    """

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.session.session_key and isinstance(request.user, User) and not self._take_in(request):
            logout(request)
        user = request.user
        if isinstance(user, User):
            if not user.has_factor and not _is_before_factor(request):
                return redirect("mfa_index")
            with timezone.override(ZoneInfo(user.time_zone)):
                response = self.get_response(request)
        else:
            response = self.get_response(request)
        keep_device(request, response)
        return response

    def _take_in(self, request: HttpRequest) -> bool:
        """Whether the session's device is still signed in; puts its row at `request.device_session`."""
        user = request.user
        assert isinstance(user, User)  # noqa: S101 - asked just before
        row = _with_rights(user).filter(pk=request.session.get(SESSION_KEY)).first()
        if row is None:
            return False
        user.roles, user.has_factor = frozenset(row.held), row.has_factor
        request.device_session = row  # type: ignore[attr-defined]
        _note_day(row, now().date())
        return True


def _with_rights(user: User) -> QuerySet[Any]:
    return (
        UserSession.objects.open()
        .filter(user=user)
        .annotate(
            has_factor=Exists(factors_of(OuterRef("user"))),
            held=ArraySubquery(RoleGrant.objects.live().filter(user=OuterRef("user")).values("role")),
        )
    )


def _note_day(row: UserSession, on: date) -> None:
    if row.last_seen_on != on:
        UserSession.objects.filter(pk=row.pk).update(last_seen_on=on)


def _is_before_factor(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).view_name in BEFORE_FACTOR
    except Resolver404:
        return False
