"""The link to a new password, for somebody who cannot sign in."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.actions.telling import tell
from accounts.models import User
from journal.models import Delivery

LINK_AGAIN_AFTER = timedelta(minutes=10)


def ask_password_link(email: str, *, at: datetime) -> None:
    """Mail the link to the owner of this account, if there is one. Anybody may ask.

    One link in ten minutes fills no mailbox, and leaves the owner with a good one. What is not to be sent is
    written all the same and taken back: neither the answer nor the work behind it tells who has an account.
    """
    with transaction.atomic():
        owner = User.objects.active().filter(email=email.lower()).first()
        user = owner or User(email=email)
        earlier = Delivery.objects.filter(about_id=user.pk, kind="password_reset_link")
        was_sent = earlier.filter(made_at__gt=at - LINK_AGAIN_AFTER).exists()
        tell(user, "password_reset_link", about=user, at=at)
        if owner is None or was_sent:
            transaction.set_rollback(True)
