"""What allauth and Django tell us, turned into our rows."""

from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.timezone import now

from accounts.actions.sessions import begin_session, end_session
from accounts.actions.telling import tell
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


MAIL = {
    (Authenticator.Type.TOTP, "factor_added"): "totp_activated",
    (Authenticator.Type.TOTP, "factor_removed"): "totp_deactivated",
    (Authenticator.Type.WEBAUTHN, "factor_added"): "webauthn_added",
    (Authenticator.Type.WEBAUTHN, "factor_removed"): "webauthn_removed",
    (Authenticator.Type.RECOVERY_CODES, "factor_added"): "recovery_codes_generated",
}


@receiver(post_save, sender=Authenticator)
def note_factor_added(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created:
        _note(instance, "factor_added")


@receiver(post_delete, sender=Authenticator)
def note_factor_removed(instance: Authenticator, **kwargs: Any) -> None:
    _note(instance, "factor_removed")


def _note(factor: Authenticator, code: str) -> None:
    """What somebody does to their own factors, in the transaction that does it; actions tell of their own."""
    request = context.request
    if request is None or request.user != factor.user:
        return
    user, at = request.user, now()
    user.forget_roles()
    with transaction.atomic():
        record(user, code, by=user, at=at, factor=str(factor.type))
        if kind := MAIL.get((factor.type, code)):
            tell(user, kind, about=user, at=at)
