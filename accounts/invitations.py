"""The link in an invitation carries its id, signed. It is made with the mail, so none waits in the outbox."""

from uuid import UUID

from django.core.signing import Signer
from django.urls import reverse

_signer = Signer(salt="accounts.invitation")


def join_path(invitation_id: UUID | str) -> str:
    return reverse("accounts:join", args=[_signer.sign(str(invitation_id))])


def read_token(token: str) -> str:
    """The id in a link. Raises django.core.signing.BadSignature."""
    return _signer.unsign(token)
