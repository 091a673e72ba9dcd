"""The steps that everything given by two people shares: roles here, places in teams in the app above."""

from datetime import datetime
from typing import Any, TypeVar, cast

from django.utils.translation import gettext as _

from accounts.models import Grant, User
from journal.errors import Refused

G = TypeVar("G", bound=Grant)


def held(grant: G) -> G:
    """The row as it is now, locked until the commit."""
    kept: Any = type(grant)._default_manager.select_for_update(no_key=True, of=("self",))
    return cast(G, kept.select_related("user").get(pk=grant.pk))


def refuse_settled(grant: Grant) -> None:
    """Two people answer one request: the later one is told so. Raises Refused("was_settled")."""
    if grant.given_at or grant.ended_at:
        raise Refused("was_settled", _("This request was settled in the meantime. Load the page again."))


def give(grant: Grant, *, by: User, at: datetime, alone: bool = False) -> None:
    grant.given_by, grant.given_at, grant.given_alone = by, at, alone
    grant.save(update_fields=["given_by", "given_at", "given_alone"])


def end(grant: Grant, *, by: User, at: datetime) -> None:
    grant.ended_by, grant.ended_at = by, at
    grant.save(update_fields=["ended_by", "ended_at"])
