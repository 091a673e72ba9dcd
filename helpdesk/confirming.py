"""The link by which the owner of an address says that we may write there."""

from hashlib import sha256
from uuid import UUID

from django.urls import reverse
from django.utils.crypto import salted_hmac


def token_of(contact_id: UUID | str) -> str:
    """The token of a contact's link: made again from its id when the mail is sent, so no row holds it."""
    return salted_hmac("helpdesk.confirming", str(contact_id), algorithm="sha256").hexdigest()


def hash_of(token: str) -> bytes:
    """What is stored of it, to find the contact by."""
    return sha256(token.encode()).digest()


def confirm_path(contact_id: UUID | str) -> str:
    return reverse("helpdesk:confirm", args=[token_of(contact_id)])
