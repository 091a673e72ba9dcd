"""What the ticket page shows of cases of several kinds."""

from datetime import datetime
from typing import Any

from django.db.models.functions import Lower

from helpdesk.models import Contact, Ticket

EARLIER_AT_MOST = 10


def earlier_card(ticket: Ticket, user: Any, *, at: datetime) -> dict[str, Any]:
    """Other cases of the same confirmed address, within the user's sight. At most two queries.

    An address that nobody has confirmed says nothing: anybody can type somebody else's.
    """
    contact = Contact.objects.filter(ticket=ticket, confirmed_at__isnull=False).first()
    if contact is None or user is None or not contact.address:
        return {"earlier": []}
    confirmed = Contact.objects.filter(confirmed_at__isnull=False).annotate(plain=Lower("address"))
    theirs = confirmed.filter(plain=contact.address.lower()).values("ticket")
    others = Ticket.objects.visible_to(user).filter(pk__in=theirs).exclude(pk=ticket.pk)
    return {"earlier": list(others.order_by("-id")[:EARLIER_AT_MOST])}
