"""Makers of rows for all tests, one section for each app. Plain functions; name only what a test is about."""

import dataclasses
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from itertools import count

import pytest

from accounts.models import ApiKey, Platform, RoleGrant, Scope, User, WebhookEndpoint
from accounts.models.machines import hash_key
from accounts.sealing import seal
from appeals.actions.filing import AppealLetter, file_appeal
from appeals.actions.notices import NoticeLetter, file_notice
from appeals.models import AppealDecision, Decision, DecisionPerson, Measure, OutOfCourtBody
from appeals.webhooks import tell_platform
from appeals.window import window_end
from helpdesk.actions import NEWCOMER, Entry, Letter, open_ticket
from helpdesk.actions.alarms import raise_alarm
from helpdesk.actions.clocks import in_force
from helpdesk.actions.incidents import join_incident
from helpdesk.actions.policies import publish_policy
from helpdesk.actions.rotas import publish_rota
from helpdesk.confirming import token_of
from helpdesk.models import (
    AlarmEndpoint,
    Barred,
    Incident,
    Message,
    Note,
    PolicyRow,
    Queue,
    QueueKind,
    RotaLayer,
    Side,
    Team,
    TeamMember,
    Ticket,
)
from journal.actions import record
from journal.actors import SYSTEM, Actor
from journal.errors import Refused
from journal.ids import uuid7
from journal.models import Delivery
from journal.outbox import deliver
from journal.references import new_reference

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
_numbers = count(1)


@contextmanager
def refused(code):
    """The domain says no with this code."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


# --- accounts ---

PASSWORD = "correct horse battery staple"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_user(name="Amir", *, roles=(), factor=True, email="", **fields):
    """A user who holds `roles`, with a second factor unless `factor=False`; the password is PASSWORD."""
    from allauth.account.models import EmailAddress

    from accounts.factors import add_app

    email = email or f"{name.lower().replace(' ', '-')}-{next(_numbers)}@staff.example"
    user = User(name=name, email=email, joined_at=fields.pop("joined_at", NOON), **fields)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, asked_at=NOON, given_at=NOON)
    if factor:
        add_app(user, TOTP_SECRET)
    return user


def make_platform(name="", **fields):
    number = next(_numbers)
    name = name or f"Platform {number}"
    return Platform.objects.create(
        name=name,
        slug=fields.pop("slug", f"platform-{number}"),
        made_at=fields.pop("made_at", NOON),
        **fields,
    )


def make_api_key(platform=None, *, user=None, scopes=tuple(Scope), **fields):
    """A key whose words are in `.shown`, as its owner saw them once."""
    shown = f"rc_{uuid7().hex}"
    key = ApiKey.objects.create(
        platform=platform or (None if user else make_platform()),
        user=user,
        name=fields.pop("name", "Key"),
        prefix=shown[:10],
        hash=hash_key(shown),
        scopes=list(scopes),
        created_at=fields.pop("created_at", NOON),
        **fields,
    )
    key.shown = shown
    return key


# --- journal ---


class Thing:
    """A subject of history that needs no table."""

    subject_kind = "thing"

    def __init__(self):
        self.id = uuid7()


def make_event(subject=None, code="happened", *, by=SYSTEM, at=NOON, **values):
    return record(subject or Thing(), code, by=by, at=at, **values)


def make_delivery(kind="test.news", *, about=None, at=NOON, **fields):
    return deliver(kind, about=about or Thing(), at=at, **fields)


# --- helpdesk ---


def make_team(*members, name="Team"):
    team = Team.objects.create(name=name)
    for user in members:
        TeamMember.objects.create(team=team, user=user, asked_at=NOON, given_at=NOON)
    return team


def make_moderator(team, name="Amir", *, role="moderator", **fields):
    """A moderator (or another role) with a place in `team`."""
    user = make_user(name, roles=[role], **fields)
    TeamMember.objects.create(team=team, user=user, asked_at=NOON, given_at=NOON)
    return user


def person(ticket):
    """Rita, as whoever holds the receipt of this case."""
    return Actor("person", ticket.pk)


def make_case(queue=None, *, by=None, at=NOON, **fields):
    """A case as a form opens it: with words, a receipt and an event. The answer of `open_ticket`."""
    letter = _letter(Letter, fields, text="Please help.")
    fields.setdefault("summary", "My channel is gone")
    queue = queue or make_queue()
    entry = Entry(queue, in_force(at), new_reference())
    return open_ticket(entry, letter, by=by or NEWCOMER, at=at, **fields)


def _letter(kind, fields, **usual):
    """A letter of this kind; takes what is its own out of `fields`."""
    names = {each.name for each in dataclasses.fields(kind)} & fields.keys()
    given = {name: fields.pop(name) for name in names}
    return kind(**{"language": "en", "token": uuid7().hex, **usual, **given})


def make_queue(*members, kind=QueueKind.COMPLAINT, **fields):
    """A queue of a team of its own, whose members are `members`."""
    number = next(_numbers)
    return Queue.objects.create(
        slug=fields.pop("slug", f"queue-{number}"),
        name=fields.pop("name", f"Queue {number}"),
        kind=kind,
        team=fields.pop("team", None) or make_team(*members),
        **fields,
    )


def contact_token(ticket):
    """The token in the mail that asks the owner of the case's address to confirm."""
    return token_of(ticket.contact.pk)


def make_policy(*rows, at=NOON - timedelta(days=365), **targets):
    """What is promised since long ago: these rows (dicts), and `targets` to everybody."""
    drafts = [*rows, targets or {"resolution": timedelta(days=5)}]
    named = [PolicyRow(**{"name": f"Row {number}"} | draft) for number, draft in enumerate(drafts, 1)]
    return publish_policy(named, by=SYSTEM, at=at, from_at=at)


def make_layer(*members, **fields):
    """A layer that is not saved: a week for each member, from the Monday before noon, at 09:00 UTC."""
    usual = {"first_on": NOON.date(), "hand_over_at": time(9), "length": 1, "unit": "weeks"}
    ids = [member.pk for member in members]
    return RotaLayer(**{"name": "First", "time_zone": "UTC", "members": ids} | usual | fields)


def make_rota(team, *layers, at=NOON - timedelta(days=1)):
    """These layers are on call for the team from `at` on; published again, they replace those before."""
    return publish_rota(team, layers, by=SYSTEM, at=at, from_at=at).rota


def make_ticket(queue=None, *, text="", **fields):
    """A ticket as Rita opened it at noon; with `text` it begins with a message of hers."""
    queue = queue or make_queue()
    at = fields.pop("opened_at", NOON)
    ticket = Ticket.objects.create(
        reference=new_reference(),
        queue=queue,
        kind=queue.kind,
        language=fields.pop("language", "en"),
        summary=fields.pop("summary", "My channel is gone"),
        opened_at=at,
        changed_at=at,
        due_at=fields.pop("due_at", at + timedelta(days=5)),
        **fields,
    )
    if text:
        make_message(ticket, text)
    return ticket


def make_message(ticket, text="Please help.", *, author=None, at=NOON, **fields):
    """A message from the person, or from `author` on the staff."""
    side = Side.STAFF if author else Side.PERSON
    return Message.objects.create(
        ticket=ticket, side=side, author=author, text=text, written_at=at, told_at=at, **fields
    )


def make_note(ticket, author, text="Looks like a mistake.", *, at=NOON):
    return Note.objects.create(ticket=ticket, author=author, text=text, written_at=at)


def bar(ticket, user, why="decided"):
    return Barred.objects.create(ticket=ticket, user=user, why=why, at=NOON)


def make_line(team):
    """The line of a team without a rota: its lead, then the head."""
    return make_moderator(team, "Lena", role="lead"), make_user("Hana", roles=["head"])


def make_alarm(about=None, *, at=NOON, **fields):
    """An alarm for a case, an incident or (given a team, or nothing) for a team itself."""
    if isinstance(about, Ticket):
        return raise_alarm(about.queue.team, by=SYSTEM, at=at, ticket=about, **fields)
    if isinstance(about, Incident):
        return raise_alarm(about.queue.team, by=SYSTEM, at=at, incident=about, **fields)
    return raise_alarm(about or make_team(), by=SYSTEM, at=at, **fields)


def make_incident(queue=None, *, at=NOON, title="promises"):
    """An incident as the clock opens it, for a case of the queue."""
    return join_incident(make_ticket(queue), title=title, at=at)


def make_alarm_endpoint(owner, *, url="", **fields):
    """A machine that is told of a team's alarms, or of those that page a user."""
    whose = {"team": owner} if isinstance(owner, Team) else {"user": owner}
    return AlarmEndpoint.objects.create(
        url=url or f"https://bridge-{next(_numbers)}.example/hooks",
        sealed_secret=seal(WEBHOOK_SECRET),
        made_at=NOON,
        **whose,
        **fields,
    )


# --- appeals ---

WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
REASONS = "The video shows a protest and breaks no rule that was in force on that day."


def make_decision(platform=None, *, puid="", person=None, **fields):
    """A restriction of a platform, taken by people whom nobody has named: content hidden, by its rules.

    `person` are fields of what `recourse` says of the affected person (user_ref, content_ref, ...).
    """
    at = fields.pop("received_at", NOON)
    defaults = {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": "Rule 4.2",
        "incompatible_content_explanation": "The video shows violence.",
        "category": "STATEMENT_CATEGORY_VIOLENCE",
        "content_type": ["CONTENT_TYPE_VIDEO"],
        "content_date": at.date(),
        "application_date": at.date(),
        "decision_facts": "A report was received.",
        "source_type": "SOURCE_ARTICLE_16",
        "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "appeal_until": window_end(at),
    }
    decision = Decision.objects.create(
        platform=platform or make_platform(),
        puid=puid or f"puid-{next(_numbers)}",
        received_at=at,
        **{**defaults, **fields},
    )
    if person is not None:
        DecisionPerson.objects.create(
            decision=decision, platform=decision.platform, reference=new_reference(), **person
        )
    return decision


def appeals_queue(*members):
    """The one queue of appeals, made when first asked for; `members` join its team."""
    queue = Queue.objects.filter(kind=QueueKind.APPEAL, ended_at=None).first()
    queue = queue or make_queue(kind=QueueKind.APPEAL)
    for user in members:
        TeamMember.objects.create(team=queue.team, user=user, asked_at=NOON, given_at=NOON)
    return queue


def make_appeal(*decisions, at=NOON, **fields):
    """An appeal as the form files it; the answer of `file_appeal`."""
    appeals_queue()
    decisions = list(decisions) or [make_decision()]
    by = Actor("person", decisions[0].pk)  # as whoever holds its signed link
    if fields.get("side") == "notifier":
        fields["notice"] = make_reported(decisions[0])
        by = person(fields["notice"].ticket)
    letter = _letter(AppealLetter, fields, text="This was news, not violence.")
    return file_appeal(decisions, letter, by=by, at=at, **fields)


def make_reported(decision, *, at=NOON, **fields):
    """Otto's report that led to this decision, decided and told."""
    make_queue(kind=QueueKind.NOTICE)
    notice = make_notice(decision.platform, at=at, **fields).ticket.notice
    notice.links.update(decision=decision, acted_at=at)
    notice.acted_at = notice.told_at = at
    notice.save()
    return notice


def make_notice(platform, *, at=NOON, **fields):
    """A report of one link, against the law; the answer of `file_notice`."""
    usual = {"category": "STATEMENT_CATEGORY_VIOLENCE", "links": ["https://t.example/post/1"]}
    letter = _letter(NoticeLetter, fields, text="He calls for a beating.", **usual)
    return file_notice(letter, platform=platform, by=NEWCOMER, at=at)


def subject_of(opened):
    """The only appealed decision of an appeal."""
    return AppealDecision.objects.select_related("appeal__ticket", "decision").get(
        appeal__ticket=opened.ticket
    )


def make_body(name="Settle", country="IE", **fields):
    """An out-of-court body that people are told of."""
    return OutOfCourtBody.objects.create(name=name, country=country, url="https://settle.example/", **fields)


def make_measure(decision=None, *, at=NOON, **fields):
    """A measure that waits: an effect of a decision to be undone."""
    decision = decision or make_decision()
    return Measure.objects.create(
        platform=decision.platform,
        kind="undo",
        decision=decision,
        effect_code=decision.effect_codes[0],
        asked_at=at,
        nag_at=at + timedelta(hours=24),
        **fields,
    )


def make_endpoint(platform, *event_types, url=""):
    return WebhookEndpoint.objects.create(
        platform=platform,
        url=url or f"https://platform-{next(_numbers)}.example/hooks",
        sealed_secret=seal(WEBHOOK_SECRET),
        event_types=list(event_types),
        told_since=NOON,
    )


def endpoints_told(event_type, platform):
    """Where word of such an event goes if it happens now; nothing is kept of it."""
    tell_platform(platform, event_type, {}, about=platform, at=NOON)
    told = Delivery.objects.filter(about_id=platform.pk)
    endpoints = [delivery.endpoint_id for delivery in told]
    told.delete()
    return endpoints
