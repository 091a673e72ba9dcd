"""A small world to call upon: cases, decisions and measures that exist, and a key of each kind."""

from datetime import timedelta
from itertools import count

from django.test import Client
from django.utils.timezone import now

from accounts.models import User
from accounts.models.machines import PLATFORM_SCOPES, USER_SCOPES
from appeals.actions.reviews import decide
from appeals.models import Measure, Review
from helpdesk.actions import attach, take_next
from helpdesk.actions.first import make_first_queues
from helpdesk.attachments import Accepted
from helpdesk.models import Attachment, Queue, Ticket
from tests.appeals.cases import a_statement
from tests.factories import (
    REASONS,
    appeals_queue,
    make_api_key,
    make_appeal,
    make_case,
    make_decision,
    make_endpoint,
    make_moderator,
    make_platform,
    make_queue,
    make_user,
    subject_of,
)

CASES = 20
OF_USERS = ("/api/v1/tickets", "/api/v1/queues")
_numbers = count(1)


class World:
    """What exists: `ids` by the name of the parameter or member that takes them, `keys` by what they are.

    A new one is made for each round of calls, because calls use it up: cases end, measures are confirmed.
    """

    def __init__(self):
        make_first_queues(at=now())
        self.platform = make_platform()
        make_endpoint(self.platform)
        self.amir = make_moderator(appeals_queue().team, "Amir")
        self._open_cases()
        self._decide_appeals()
        self.statement = make_decision(self.platform, puid="known-puid")
        self.keys = self._make_keys()
        self.ids = self._find_ids()
        self.session = self._sign_in()

    def _open_cases(self):
        queue = make_queue(self.amir)
        for number in range(CASES):
            ticket = make_case(queue, text=f"Case {number}").ticket
            attach(ticket, Accepted("page.txt", "text/plain", b"words", "0" * 64), by=self.amir, at=now())
        take_next(by=self.amir, at=now())

    def _decide_appeals(self):
        for outcome, until in (("overturned", None), ("remitted", now().date() + timedelta(days=9))):
            decide(
                subject_of(make_appeal(make_decision(self.platform), at=now())),
                by=self.amir,
                at=now(),
                outcome=outcome,
                reasons=REASONS,
                remit_until=until,
                attested=True,
                turn=None,
            )

    def _make_keys(self):
        keys = {
            "platform": make_api_key(self.platform, scopes=PLATFORM_SCOPES),
            "user": make_api_key(user=self.amir, scopes=USER_SCOPES),
            "another platform": make_api_key(scopes=PLATFORM_SCOPES),
            "a stranger": make_api_key(user=make_user("Otto"), scopes=USER_SCOPES),
            "no scope": make_api_key(self.platform, scopes=[]),
            "reads only": make_api_key(user=self.amir, scopes=["tickets:read"]),
            "revoked": make_api_key(self.platform, scopes=PLATFORM_SCOPES, revoked_at=now()),
        }
        return {name: key.shown for name, key in keys.items()}

    def _find_ids(self):
        ours = Ticket.objects.visible_to(self.amir)
        return {
            "ticket_id": _keys_of(ours),
            "attachment_id": _keys_of(Attachment.objects.filter(ticket__in=ours)),
            "measure_id": _keys_of(Measure.objects.filter(platform=self.platform)),
            "review_id": _keys_of(Review.objects.filter(subject__decision__platform=self.platform)),
            "to": _keys_of(User.objects.active()),
            "uuid": [str(self.statement.pk)],
            "statement": [str(self.statement.pk)],
            "puid": ["known-puid"],
            "queue": list(Queue.objects.values_list("slug", flat=True)),
            "after": _keys_of(ours),
        }

    def _sign_in(self):
        """The cookies of a signed-in person, who may do what no key may."""
        browser = Client()
        browser.force_login(self.amir)
        return {name: morsel.value for name, morsel in browser.cookies.items()}

    def key_for(self, path):
        return self.keys["user" if path.startswith(OF_USERS) else "platform"]

    def turn_of(self, ticket_id):
        """The turn that a client who has just read the case would send."""
        known = ticket_id in self.ids["ticket_id"]
        return Ticket.objects.get(pk=ticket_id).turn if known else 1

    def whole_body(self, path):
        """A body that is right in every member, for the calls whose rules reach beyond the schema."""
        puid = f"whole-{next(_numbers)}"
        if path == "/api/v1/notices":
            return _NOTICE | {"puid": puid}
        if path == "/api/v1/statements":
            return {"statements": [a_statement(puid=f"{puid}-{place}") for place in "ab"]}
        return a_statement(puid=puid) if path.startswith("/api/v1/statement") else None


_NOTICE = {
    "ground": "law",
    "category": "STATEMENT_CATEGORY_VIOLENCE",
    "links": ["https://platform.example/post/1"],
    "text": "It calls for violence.",
    "language": "en",
    "notifier": {"name": "Rita", "email": "rita@example.org"},
    "good_faith": True,
}


def _keys_of(rows):
    return [str(key) for key in rows.values_list("pk", flat=True)[:200]]
