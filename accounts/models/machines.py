"""Machines: the services of the operator, their keys, and where they want to be told."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.people import User
from accounts.sealing import unseal
from journal.actors import Actor
from journal.ids import Row


class Platform(Row):
    """A service of the operator: it sends its decisions by a key and carries measures out."""

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100)
    slug = models.SlugField(_("short name"), max_length=50, unique=True)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    subject_kind = "platform"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="one_platform_per_name")]

    def __str__(self) -> str:
        return self.name


class Scope(models.TextChoices):
    """What a key may do. Deciding is no scope: it needs a person."""

    STATEMENTS_READ = "statements:read", _("Read its own statements")
    STATEMENTS_WRITE = "statements:write", _("Send statements")
    NOTICES_WRITE = "notices:write", _("Send notices")
    MEASURES_READ = "measures:read", _("List measures")
    MEASURES_WRITE = "measures:write", _("Confirm measures")
    TICKETS_READ = "tickets:read", _("Read tickets within its owner's sight")
    TICKETS_WRITE = "tickets:write", _("Prepare tickets: assign, note, draft, attach, reply")
    ALARMS_WRITE = "alarms:write", _("See what pages its owner, and acknowledge it")
    ON_CALL_READ = "on_call:read", _("Read who is on call, by name")


PLATFORM_SCOPES = frozenset(
    {
        Scope.STATEMENTS_READ,
        Scope.STATEMENTS_WRITE,
        Scope.NOTICES_WRITE,
        Scope.MEASURES_READ,
        Scope.MEASURES_WRITE,
    }
)
USER_SCOPES = frozenset({Scope.TICKETS_READ, Scope.TICKETS_WRITE, Scope.ALARMS_WRITE, Scope.ON_CALL_READ})


def hash_key(secret: str) -> bytes:
    """What is stored of a key. Its 256 random bits need no slow hash."""
    return sha256(secret.encode()).digest()


class ApiKeySet(models.QuerySet["ApiKey"]):
    def live(self) -> "ApiKeySet":
        return self.filter(revoked_at=None).filter(Q(platform__is_active=True) | Q(user__is_active=True))

    def of_secret(self, secret: str) -> "ApiKeySet":
        return self.live().filter(hash=hash_key(secret))


class ApiKey(Row):
    """A key of a platform, or of a user for a machine that prepares that user's work. Shown once."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, null=True, related_name="keys")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="keys")
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100)
    prefix = models.CharField(max_length=12)
    hash = models.BinaryField(unique=True)
    scopes = ArrayField(
        models.CharField(max_length=30, choices=Scope), verbose_name=_("rights"), default=list
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    subject_kind = "key"
    is_authenticated = True
    is_anonymous = False

    objects = ApiKeySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(platform__isnull=True, user__isnull=False)
                | Q(platform__isnull=False, user__isnull=True),
                name="key_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        return Actor("key", self.id)

    @property
    def roles(self) -> frozenset[str]:
        """A platform's key has no role; a user's key sees what its owner sees."""
        return self.user.roles if self.user else frozenset()

    def has_role(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def may(self, scopes: Iterable[str]) -> bool:
        return set(scopes) <= set(self.scopes)


# Endpoints in use of a platform that asked for a type of event; one that names none wants all. So does one
# that is gone, until an operator has looked: what it is told then waits as dead letters, where otherwise
# nobody would ever tell the platform.
WANTING = """
SELECT endpoint.id FROM accounts_webhookendpoint endpoint
JOIN accounts_platform platform ON platform.id = endpoint.platform_id
WHERE platform.id = %s AND platform.is_active AND (endpoint.disabled_at IS NULL OR endpoint.is_gone)
    AND (endpoint.event_types = '{}' OR %s = ANY (endpoint.event_types))
"""


class EventType(models.TextChoices):
    """What a platform may be told. The app that tells it sends these and no others: a test compares them."""

    APPEAL_FILED = "appeal.filed", _("Somebody appealed")
    APPEAL_DECIDED = "appeal.decided", _("An appeal was decided")
    MEASURE_REQUIRED = "measure.required", _("The platform is asked to do something")
    MEASURE_WITHDRAWN = "measure.withdrawn", _("What was asked of the platform is taken back")
    LINK_REQUESTED = "link.requested", _("Somebody needs a fresh link")
    PERSON_NOTIFY = "person.notify", _("There is news to pass on to a person")


class SignedTo(Row):
    """An address that is told by signed webhooks. While its secret changes, two are valid and both sign."""

    sealed_secret = models.TextField()
    sealed_previous_secret = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def secrets(self, at: datetime) -> list[str]:
        """The secrets to sign with at this moment, newest first (`whsec_` and base64)."""
        sealed = [self.sealed_secret]
        if self.sealed_previous_secret and self.previous_until and self.previous_until > at:
            sealed.append(self.sealed_previous_secret)
        return [unseal(each) for each in sealed]


class WebhookEndpointSet(models.QuerySet["WebhookEndpoint"]):
    def gone(self) -> "WebhookEndpointSet":
        """Those that an operator must look at, of platforms that are still told anything."""
        return self.filter(is_gone=True, platform__is_active=True)


class WebhookEndpoint(SignedTo):
    """Where a platform wants to be told.

    `is_gone`: it said itself (HTTP 410) that it wants nothing more, and no operator has looked yet.
    """

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="endpoints")
    url = models.URLField(_("address"), max_length=500)
    event_types = ArrayField(models.CharField(max_length=40), verbose_name=_("events"), default=list)
    told_since = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    is_gone = models.BooleanField(default=False, db_default=False)

    subject_kind = "endpoint"

    objects = WebhookEndpointSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "url"], condition=Q(disabled_at=None), name="one_endpoint_per_address"
            )
        ]

    def __str__(self) -> str:
        return self.url
