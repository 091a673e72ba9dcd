"""What allauth and Django tell us, turned into our rows."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.timezone import now

from accounts.actions.sessions import begin_session, end_session
from accounts.devices import browser_and_system, know_device
from accounts.models import User, UserSession
from journal.actions import record

SESSION_KEY = "device_session"


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    browser, system = browser_and_system(request.headers.get("User-Agent", ""))
    session = begin_session(
        user, browser=browser, system=system, device=know_device(request), by=user, at=now()
    )
    request.session[SESSION_KEY] = str(session.pk)


@receiver(user_logged_out)
def note_sign_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    session = getattr(request, "device_session", None)
    if isinstance(session, UserSession) and user is not None:
        end_session(session, by=user, at=now())


@receiver(authenticator_added)
def note_factor_added(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note(user, "factor_added", authenticator)


@receiver(authenticator_removed)
def note_factor_removed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note(user, "factor_removed", authenticator)


@receiver(authenticator_reset)
def note_codes_made_anew(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _note(user, "recovery_codes_made", authenticator)


def _note(user: User, code: str, authenticator: Authenticator) -> None:
    user.forget_roles()
    with transaction.atomic():
        record(user, code, by=user, at=now(), factor=str(authenticator.type))
