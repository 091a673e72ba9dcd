"""Makers of rows for all tests, one section for each app. Plain functions; name only what a test is about."""

from datetime import UTC, datetime
from itertools import count

from accounts.models import ApiKey, Platform, RoleGrant, Scope, User
from accounts.models.machines import hash_key
from journal.actions import record
from journal.actors import SYSTEM
from journal.ids import uuid7
from journal.outbox import deliver

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
_numbers = count(1)

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
