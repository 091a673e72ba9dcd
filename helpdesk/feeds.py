"""When a person is on call, as a calendar program reads it (RFC 5545): the team's name and nothing else.

The library is read when somebody asks for a feed: every process would hold its megabytes otherwise.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from helpdesk.rotas import Duty

if TYPE_CHECKING:
    from icalendar import Event

BACK, AHEAD = timedelta(days=14), timedelta(weeks=12)


def hash_token(token: str) -> bytes:
    """What is stored of the address of a feed: nobody reads the address from a backup."""
    return salted_hmac("helpdesk.feeds", token, algorithm="sha256").digest()


def feed(turns: Sequence[tuple[UUID, str, Duty]], *, at: datetime) -> bytes:
    """The calendar of one person: (rota, name of its team, turn) each. Times are in UTC.

    A turn keeps its UID while it changes its edges, so that a calendar moves it and does not add another.
    """
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Recourse//On call//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("On call"))
    for rota, team, duty in turns:
        calendar.add_component(_event(rota, team, duty, at))
    return calendar.to_ical()


def _event(rota: UUID, team: str, duty: Duty, at: datetime) -> "Event":
    from icalendar import Event

    event = Event()
    # Hashed: ids of rows are nobody's business, and a turn that is cut in two has two beginnings.
    key = f"{rota}/{duty.place}/{duty.turn.isoformat()}/{duty.start.isoformat()}"
    event.add("uid", f"{sha256(key.encode()).hexdigest()[:32]}@{settings.MAIL_DOMAIN}")
    event.add("dtstamp", at)
    event.add("dtstart", duty.start)
    event.add("dtend", duty.end)
    event.add("summary", _("%(team)s: on call") % {"team": team})
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
