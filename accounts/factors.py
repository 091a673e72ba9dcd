"""Second factors: an app that shows codes, passkeys, and recovery codes. Never a message to a telephone."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from accounts.models import User


def add_app(user: User, secret: str) -> None:
    """Let codes of an app that holds `secret` (base32) be the user's second factor."""
    TOTP.activate(user, secret)
    user.forget_roles()


def remove_all(user: User) -> None:
    """Take off every factor and the recovery codes."""
    Authenticator.objects.filter(user=user).delete()
    user.forget_roles()
