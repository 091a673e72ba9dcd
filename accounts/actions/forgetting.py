"""What is kept of devices and invitations ends by itself."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Invitation, UserSession
from journal.ids import uuid7

DEVICES_KEPT_FOR = timedelta(days=365)  # as long as the cookie by which a browser is known again
INVITATIONS_KEPT_FOR = timedelta(days=30)  # after they ended without an account


@transaction.atomic
def forget_old(*, at: datetime) -> tuple[int, int]:
    """Delete devices not seen for a year, and empty invitations that nobody took; how many of each."""
    devices, __ = UserSession.objects.filter(last_seen_on__lt=(at - DEVICES_KEPT_FOR).date()).delete()
    unused = Invitation.objects.filter(accepted_at=None, expires_at__lt=at - INVITATIONS_KEPT_FOR)
    invitations = list(unused.exclude(email__endswith="@emptied.invalid").select_for_update(skip_locked=True))
    for invitation in invitations:
        invitation.email, invitation.name = f"{uuid7()}@emptied.invalid", ""
        invitation.save(update_fields=["email", "name"])
    return devices, len(invitations)
