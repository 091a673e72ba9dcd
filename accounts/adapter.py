"""allauth, told our rules: by invitation only, no address kept, mail through the outbox, secrets sealed."""

from io import BytesIO
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actions.telling import tell
from accounts.models import User
from accounts.models.people import factors_of
from accounts.permissions import is_operator
from accounts.sealing import seal, unseal
from accounts.visitors import visitor
from accounts.waits import count_failure, forget_failures, password_key, seconds_left
from journal.actions import record

# How somebody may show again that it is them.
WAYS = {
    "reauthenticate": _("With your password"),
    "mfa_reauthenticate": _("With a code"),
    "mfa_reauthenticate:webauthn": _("With a passkey"),
}


def refuse_to_wait(seconds: int) -> ValidationError:
    return ValidationError(
        ngettext(
            "Please wait %(seconds)s second, then try again.",
            "Please wait %(seconds)s seconds, then try again.",
            seconds,
        )
        % {"seconds": seconds},
        code="wait",
    )


def speak(response: HttpResponse, language: str) -> None:
    """Let the pages of this browser come in `language` from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The address or the password is not right. Look at both and try again."),
        "enter_current_password": _("This is not your password. Type the one that you have now."),
        "incorrect_password": _("This is not your password. Try again."),
        "incorrect_code": _("This code is not right. Take a fresh one and try again."),
        "rate_limited": _("That was too often. Wait a minute, then try again."),
        "too_many_login_attempts": _("That was too often. Wait a minute, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return visitor(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where somebody's work is: the queues, the rules, the people, or their own account."""
        user = request.user
        assert isinstance(user, User)  # noqa: S101 - asked only about somebody who is signed in
        if user.works_on_queues:
            return "/console/"
        if user.has_role("policy_editor"):
            return "/console/rules/"
        return reverse("accounts:people" if is_operator(user) else settings.LOGIN_REDIRECT_URL)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """After signing in pages come in the user's language, unless this browser chose one."""
        response = super().post_login(request, user, **kwargs)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            speak(response, user.language)
        return response

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """No banner for signing in and out: the page that follows says it."""
        template = args[0] if args else kwargs.get("message_template")
        if template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, *args, **kwargs)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The user of these credentials, or None. A try counts before it is judged; so do many at once."""
        key = password_key(request, str(credentials.get("email", "")))
        if wait := seconds_left(key):
            raise refuse_to_wait(wait)
        count_failure(key)
        user = super().authenticate(request, **credentials)
        if user is not None:
            forget_failures(key)
        return user

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": WAYS[way["id"]]} for way in ways]

    def set_password(self, user: Any, password: str) -> None:
        """A new password, the event and the mail about it, together."""
        with transaction.atomic():
            super().set_password(user, password)
            record(user, "password_changed", by=user, at=now())
            tell(user, "password_changed", about=user, at=now())

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        raise NotImplementedError(f"No mail leaves but through the outbox: {template_prefix}")


class FactorAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Take a fresh one and try again."),
        "cannot_delete_authenticator": _("This is your last factor. Set another one up first."),
        "cannot_generate_recovery_codes": _("Set up an app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return self._get_site_name()

    def build_totp_svg(self, url: str) -> str:
        """The picture for an app, on white: apps look for dark squares on light, also on a dark page."""
        # Read by who sets a second factor up: every process would hold their megabytes otherwise.
        import qrcode
        from qrcode.image.svg import SvgFillImage

        picture = BytesIO()
        qrcode.make(url, image_factory=SvgFillImage).save(picture)
        return picture.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor stays: set the next one up first."""
        return factors_of(authenticator.user_id).exclude(pk=authenticator.pk).exists()
