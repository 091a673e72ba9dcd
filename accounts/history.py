"""Who gave what to somebody, and who took it: read from history, worded when shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Role
from journal.models import Event

WORDS = {
    "role_asked": gettext_lazy("%(role)s: asked for"),
    "role_given": gettext_lazy("%(role)s: given"),
    "role_refused": gettext_lazy("%(role)s: turned down"),
    "role_ended": gettext_lazy("%(role)s: ended"),
    "deactivated": gettext_lazy("Let in no more"),
    "reactivated": gettext_lazy("Let in again"),
    "factor_reset_asked": gettext_lazy("Taking the second factor off: asked for"),
    "factor_reset_refused": gettext_lazy("Taking the second factor off: turned down"),
    "factor_reset": gettext_lazy("The second factor was taken off"),
}


@dataclass(frozen=True)
class Change:
    """One change to what somebody may do: when, what, and who did it."""

    at: datetime
    words: str
    who: str


def changes_of(user: User) -> list[Change]:
    """What changed in somebody's rights, newest first. Two queries."""
    events = list(
        Event.objects.filter(subject_kind="user", subject_id=user.pk, code__in=WORDS).order_by("-number")
    )
    actors = {event.actor_id for event in events if event.actor_kind == "user"}
    names = {each.pk: str(each) for each in User.objects.filter(pk__in=actors)}
    return [Change(event.at, _words(event), _who(event, names)) for event in events]


def _words(event: Event) -> str:
    role = event.values.get("role", "")
    # A role that a later release no longer has keeps its code: history is never reworded.
    label = Role(role).label if role in Role.values else role
    words = str(WORDS[event.code]) % {"role": label}
    return _("%(words)s, by one alone") % {"words": words} if event.values.get("alone") else words


def _who(event: Event, names: dict[Any, str]) -> str:
    if event.actor_kind == "user":
        return names.get(event.actor_id, _("a user of the staff"))
    return _("the command line of the server")
