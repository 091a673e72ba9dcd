"""Who reported something stays unknown to everybody outside: their names leave in no words of ours."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from appeals.models import Decision, Notice
from journal.errors import Refused


def names_of(notices: Iterable[Notice]) -> list[str]:
    """Names and addresses of private notifiers, the longest first. One query, as the contacts come along."""
    names: set[str] = set()
    for notice in notices:
        contact = getattr(notice.ticket, "contact", None)
        if contact is not None and not notice.trusted_flagger:
            names |= {contact.name.strip(), contact.address.strip()}
    return sorted((name for name in names if len(name) > 1), key=len, reverse=True)


def notifiers_of(decision: Decision) -> list[str]:
    """The private notifiers whose reports led to this decision."""
    return names_of(Notice.objects.filter(decision=decision).select_related("ticket__contact"))


def refuse_names(names: Iterable[str], *texts: Any) -> None:
    """Stop words of ours that name who reported. Raises Refused("names_notifier")."""
    said = "\n".join(_strings(texts)).casefold()
    if any(name.casefold() in said for name in names):
        raise Refused(
            "names_notifier",
            _("Your text names the person who reported it, or their address. Take it out, then send again."),
            field="reasons",
        )


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings(list(value.values()))
    elif isinstance(value, Iterable):
        for each in value:
            yield from _strings(each)
