"""Desks: what each kind of ticket shows and can do. helpdesk never asks what kind a ticket is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk.headlines import headline


@dataclass(frozen=True)
class Card:
    """One piece of a page: a template, and a function that gives its context in a fixed number of queries.

    On the ticket page `context(ticket, user, at=at)`; on the person's case page the user is None.
    """

    name: str
    template: str
    context: Callable[..., dict[str, Any]]
    label: Any = ""  # what the tab of a form is called


@dataclass(frozen=True)
class Desk:
    """What the app that knows a kind of ticket contributes to the pages of `helpdesk`.

    `cards` stand at the end side of the ticket page, in order; `forms` are tabs of the composer beside
    Reply and Note; `sections` stand on the person's case page; `words` say its events to the person
    (code -> sentence; a code that is missing is not shown to them) and `staff_words` to the staff.
    `categories` name what a ticket of the kind may be about (code -> label); of those in
    `hides_pictures_of` no picture is ever shown to staff.
    `bulk` names the page where several tickets of the kind are decided at once (it takes `?t=reference`).
    `take_data(ticket, at)` is what the app adds to the file of everything that we hold of the person.
    `next_step(ticket, at)` is the sentence on the case page that says what happens next and by when.
    `decided_first(ticket)` are two sentences where somebody must decide first whether the case is heard:
    what is decided now, and what the person gets by the promised day; else None.
    `may_purge(ticket, at)` is False while a window or a round is open (design 9).
    `why_not_resolved(ticket)` is what staff read where the case still needs a decision, else None.
    `why_not_erased(ticket, at)` is the sentence that the person reads where erasing must wait, else None.
    `found_by(ticket)` are words by which staff find a case though nobody said them in it.
    `same_person(ticket, other)` says what the app knows beyond confirmed addresses.
    `refuse_words(ticket, *texts)` raises Refused where words of the staff (a reply, the name of a file)
    would tell the person what they must not learn.
    `decided_with(ticket)` are the other cases that one decision answers together with it: a bar of one
    holds for all of them.
    `person_may_reopen` is False where another road leads on (a second round).
    `category_is_the_persons` is False where the category says what was decided and not what the person chose.
    """

    kind: str
    cards: tuple[Card, ...] = ()
    bulk: str = ""
    forms: tuple[Card, ...] = ()
    sections: tuple[Card, ...] = ()
    categories: Mapping[str, Any] = field(default_factory=dict)
    hides_pictures_of: frozenset[str] = frozenset()
    words: Mapping[str, Any] = field(default_factory=dict)
    staff_words: Mapping[str, Any] = field(default_factory=dict)
    next_step: Callable[..., Any] | None = None
    decided_first: Callable[..., tuple[str, str] | None] | None = None
    may_purge: Callable[..., bool] | None = None
    why_not_resolved: Callable[..., Any] | None = None
    why_not_erased: Callable[..., Any] | None = None
    found_by: Callable[..., list[str]] | None = None
    same_person: Callable[..., bool] | None = None
    refuse_words: Callable[..., None] | None = None
    decided_with: Callable[..., Iterable[Any]] | None = None
    person_may_reopen: bool = True
    category_is_the_persons: bool = True
    on_erase: Callable[..., None] | None = None
    take_data: Callable[..., dict[str, Any]] | None = None


_desks: dict[str, Desk] = {}


def register(desk: Desk) -> None:
    """Called once for each kind, in `AppConfig.ready()`."""
    _desks[desk.kind] = desk


def desk_of(kind: str) -> Desk:
    """The desk of a kind; a plain one where no app has registered more."""
    return _desks.get(kind) or Desk(kind)


def category_words(kind: str, category: str) -> str:
    """A category as its desk or the app that writes it calls it; else its code in plain letters."""
    known = desk_of(kind).categories.get(category) or headline(category)
    return category.replace("_", " ") if known == category else str(known)


def decided_first(ticket: Any) -> tuple[str, str] | None:
    """What must be decided before the case itself and what comes then, where there is such a thing."""
    first = desk_of(ticket.kind).decided_first
    return first(ticket) if first and ticket.is_unfinished else None


def refuse_words(ticket: Any, *texts: str) -> None:
    """Ask the desk of a ticket whether the staff may say this to its person. Raises Refused."""
    refuse = desk_of(ticket.kind).refuse_words
    if refuse:
        refuse(ticket, *texts)
