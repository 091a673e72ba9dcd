"""The link to a new password. It is made with the mail, so none waits in the outbox or in its backups."""

from urllib.parse import quote
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from accounts.models import User


def reset_path(user_id: UUID | str) -> str:
    """A fresh link for this user, good until it is used or the password changes. Costs two queries."""
    user = User.objects.get(pk=user_id)
    token = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), quote(token)])
