"""Every address by every visitor: the tables of the apps, and who the visitors are.

An app keeps `ROUTES: dict[name, Route]` in tests/<app>/routes.py; tests/test_routes.py fails when an address
is missing from it. A route that takes several methods has further entries, `name+post`.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models.machines import USER_SCOPES
from accounts.roles import Role
from tests.factories import make_api_key, make_user

NOBODY = "nobody"
NO_FACTOR = "no factor"  # signed in and holding every role, without a second factor
NO_ROLE = "no role"  # signed in with a second factor, without a role
PLATFORM_KEY = "platform key"
USER_KEY = "user key"  # of somebody who holds every role, with the scopes of users
NO_SCOPE = "key without scope"
ROLES = tuple(Role.values)
PEOPLE = (NOBODY, NO_FACTOR, NO_ROLE, *ROLES)
KEYS = (PLATFORM_KEY, USER_KEY, NO_SCOPE)


def _nothing() -> Sequence[Any]:
    return ()


@dataclass(frozen=True)
class Route:
    """What each visitor gets; `args` makes the rows that the address speaks of, anew for each visitor."""

    expected: dict[str, int]
    method: str = "get"
    args: Callable[[], Sequence[Any]] = _nothing
    data: Any = field(default_factory=dict)
    content_type: str = ""

    def status(self, client: Client, name: str) -> int:
        path = reverse(name.partition("+")[0], args=self.args())
        extra = {"content_type": self.content_type} if self.content_type else {}
        cookies = deepcopy(client.cookies)
        try:
            return getattr(client, self.method)(path, self.data, **extra).status_code
        finally:  # whoever signed out here is signed in again for the next address
            client.cookies = cookies


def everyone(status: int = 200, **details: Any) -> Route:
    """The same for all, except that whoever has no second factor yet is sent to set one up."""
    return Route({who: 302 if who == NO_FACTOR else status for who in PEOPLE}, **details)


def signed_in(status: int = 200, **details: Any) -> Route:
    """For everybody with an account and a second factor."""
    return staff(NO_ROLE, *ROLES, status=status, **details)


def staff(*roles: str, status: int = 200, **details: Any) -> Route:
    """For these roles; a 404 for other people, the sign-in page for nobody."""
    expected = dict.fromkeys(PEOPLE, 404) | {NOBODY: 302, NO_FACTOR: 302}
    return Route(expected | dict.fromkeys(roles, status), **details)


def machines(*keys: str, status: int = 200, people: dict[str, int] | None = None, **details: Any) -> Route:
    """An address of the API for these keys; 403 for others; people are 401 or as `people` says."""
    expected = dict.fromkeys(PEOPLE, 401) | dict.fromkeys(KEYS, 403) | {NO_FACTOR: 302}
    return Route(expected | (people or {}) | dict.fromkeys(keys, status), **details)


def names(patterns: Sequence[URLPattern | URLResolver] = (), space: str = "") -> Iterator[str]:
    """The names of all addresses, with their namespaces. An address without a name is an error."""
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern.url_patterns, inner)
        else:
            assert pattern.name, f"{pattern} has no name"
            yield f"{space}{pattern.name}"


def clients() -> dict[str, Client]:
    """A browser or a program for each visitor."""
    users = {NO_FACTOR: make_user(roles=ROLES, factor=False), NO_ROLE: make_user()}
    users |= {role: make_user(roles=[role]) for role in ROLES}
    keys = {
        PLATFORM_KEY: make_api_key(),
        USER_KEY: make_api_key(user=make_user(roles=ROLES), scopes=list(USER_SCOPES)),
        NO_SCOPE: make_api_key(scopes=[]),
    }
    found = {NOBODY: Client(raise_request_exception=False)}
    for who, user in users.items():
        found[who] = Client(raise_request_exception=False)
        found[who].force_login(user)
    for who, key in keys.items():
        found[who] = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {key.shown}"})
    return found
