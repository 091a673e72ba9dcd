"""How a machine shows who it is, and what it may do."""

from datetime import date
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey, User
from accounts.models.machines import USER_SCOPES


class KeyRequest(Request):
    """A call that came with a key."""

    auth: ApiKey


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`. `request.auth` is the key; `request.user` the key's owner, or the key.

    Costs one query; the day of last use is written once a day.
    """

    def authenticate(self, request: Request) -> tuple[User | ApiKey, ApiKey] | None:
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2:
            raise AuthenticationFailed(_("Send the key as “Authorization: Bearer KEY”."), code="bad_header")
        key = ApiKey.objects.of_secret(header[1].decode("latin-1")).select_related("platform", "user").first()
        if key is None:
            raise AuthenticationFailed(
                _("This key is not known or was revoked. Ask an operator for a new one."), code="unknown_key"
            )
        note_use(key, on=now().date())
        return key.user or key, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Recourse"'


def note_use(key: ApiKey, *, on: date) -> None:
    """Keep the day on which a key was last used; nothing finer, and no write at the second request."""
    if key.last_used_on != on:
        ApiKey.objects.filter(pk=key.pk).exclude(last_used_on=on).update(last_used_on=on)
        key.last_used_on = on


class StaffSession(SessionAuthentication):
    """A signed-in person of the staff with a second factor; the pages of the console use the API so."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        if found is None or not (found[0].has_factor and found[0].is_staff):
            return None
        return found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Recourse"'


class NeedsScope(BasePermission):
    """The key has all these scopes: `permission_classes = [NeedsScope("statements:write")]`.

    What a key of a user may prepare, a signed-in person may do too; what belongs to platforms needs a key.
    """

    message = _("This key may not do that. Ask an operator for a key with the scope it needs.")
    code = "scope_needed"

    def __init__(self, *scopes: str):
        self.scopes = frozenset(scopes)

    def __call__(self) -> "NeedsScope":
        return self

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, ApiKey):
            return request.auth.may(self.scopes)
        return isinstance(request.user, User) and self.scopes <= USER_SCOPES


class NeedsPerson(BasePermission):
    """Deciding, vetting, disclosing, voting, lowering a tier and giving roles are for people.

    Source: DSA Art. 20(6), decisions on complaints are never solely automated.
    """

    message = _("This needs a signed-in person with a second factor. A key can prepare it, not do it.")
    code = "person_needed"

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.auth is None and isinstance(request.user, User) and request.user.has_factor
