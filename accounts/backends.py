"""Whose password it is: one look at our own table, the same for an address that nobody here has."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from accounts.models import User


class ByAddress(AuthenticationBackend):
    """allauth looks further where it finds nobody, and so would tell by its time who has an account."""

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        user = User.objects.filter(email=email.lower()).first()
        return self._check_password(user, password)  # for nobody, authenticate() hashes once all the same
