"""Which row of a policy holds for a ticket, and why no earlier one. Values in, values out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar


class Conditional(Protocol):
    """A row of a policy: the conditions that it sets, by name and in order."""

    @property
    def conditions(self) -> Mapping[str, Any]: ...


Rule = TypeVar("Rule", bound=Conditional)


@dataclass(frozen=True)
class Passed:
    """A row that does not hold, and the first of its conditions that failed."""

    row: Any
    condition: str


def failing(row: Conditional, facts: Mapping[str, Any]) -> str | None:
    """The first condition of the row that these facts do not meet."""
    return next((name for name, value in row.conditions.items() if facts.get(name) != value), None)


def first_match(rows: Iterable[Rule], facts: Mapping[str, Any]) -> Rule | None:
    """The first row, in the order given, all of whose conditions hold."""
    return next((row for row in rows if failing(row, facts) is None), None)


def why(rows: Sequence[Rule], facts: Mapping[str, Any]) -> list[Passed]:
    """The rows that stood before the one that holds, each with the condition by which it failed."""
    passed = []
    for row in rows:
        condition = failing(row, facts)
        if condition is None:
            break
        passed.append(Passed(row, condition))
    return passed
