"""Who does something: a person on the staff, a person who writes in, a key, a panel, or a clock."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """The one who acts, as history names it: a kind and an internal id, never a name.

    Kinds: `user` (signed in), `person` (holds a receipt or a signed link; the id is the ticket's or
    the decision's), `key` (a machine), `panel`, `system` (a clock of ours, without id).
    """

    kind: str
    id: UUID | None = None


SYSTEM = Actor("system")


class Acts(Protocol):
    """Anything that can act: a User, an ApiKey."""

    @property
    def actor(self) -> Actor: ...


def actor_of(by: Actor | Acts) -> Actor:
    """The actor behind `by`. There is no action without one, so None is an error."""
    if isinstance(by, Actor):
        return by
    return by.actor
