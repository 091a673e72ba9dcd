"""allauth, told our rules: by invitation only, no address kept, mail through the outbox, secrets sealed."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import ngettext

from accounts.actions.telling import tell
from accounts.models import User
from accounts.sealing import seal, unseal
from accounts.visitors import visitor
from accounts.waits import count_failure, forget_failures, password_key, seconds_left


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


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return visitor(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        is_staff = isinstance(request.user, User) and request.user.is_staff
        return "/console/" if is_staff else reverse(settings.LOGIN_REDIRECT_URL)

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

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that their password or a factor changed; allauth's name gives the kind."""
        with transaction.atomic():
            tell(user, template_prefix.rsplit("/", 1)[-1], about=user, at=now())

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        path = context["password_reset_url"].split("/", 3)[-1]
        with transaction.atomic():
            tell(user, "password_reset_link", about=user, at=now(), path=f"/{path}")

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        raise NotImplementedError(f"No mail leaves but through the outbox: {template_prefix}")


class FactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return self._get_site_name()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor stays: set the next one up first."""
        others = Authenticator.objects.filter(user=authenticator.user_id).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        return others.exclude(pk=authenticator.pk).exists()
