"""When the steps of an escalation are due, and which come next. Values in, values out.

A step is known by its key for as long as a run of its clock lasts: whatever is edited meanwhile, a key that
was taken is not taken again. What the engine says of a step that is past stays so; see `clocks.Mark`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from helpdesk.calendars import Calendar, add
from helpdesk.clocks import Kind, Mark, Marks, Reading


class When(StrEnum):
    SHARE = "share"
    BEFORE = "before"
    AT = "at"
    AFTER = "after"


class What(StrEnum):
    TELL = "tell"
    RAISE = "raise"
    REASSIGN = "reassign"
    HAND = "hand"
    PAGE = "page"
    INCIDENT = "incident"


@dataclass(frozen=True)
class Doing:
    """What a kind of step is, wherever it is named: in the editor, the table, what-if and on the ticket.

    `takes_level`: it must say whom. `changes_case`: after it the policy may have another row for the case.
    """

    label: Any
    takes_level: bool = False
    changes_case: bool = False


# The one table of the kinds of step. Another kind is a line here, and what it does in `actions.escalating`.
DOINGS: dict[What, Doing] = {
    What.TELL: Doing(_("Tell somebody"), takes_level=True),
    What.RAISE: Doing(_("Raise the priority"), changes_case=True),
    What.REASSIGN: Doing(_("Take it from who has it"), changes_case=True),
    What.HAND: Doing(_("Hand it to the next level")),
    What.PAGE: Doing(_("Page who is on call")),
    What.INCIDENT: Doing(_("Open an incident")),
}
MOMENTS: dict[When, Any] = {
    When.SHARE: _("At a share of the time"),
    When.BEFORE: _("Before it is due"),
    When.AT: _("When it is due"),
    When.AFTER: _("After it was due"),
}


@dataclass(frozen=True)
class Planned:
    """A step as a policy plans it for one kind of clock; `place` orders those of the same moment."""

    kind: Kind
    key: str
    mark: Mark
    place: int = 0


@dataclass(frozen=True)
class Taken:
    """A step that was taken: which, in which run of which instance."""

    kind: str
    instance: int
    run: int
    key: str


@dataclass(frozen=True)
class Coming:
    """A step that is still to be taken in this run, and when; in the past where it is overdue."""

    kind: Kind
    instance: int
    run: int
    key: str
    due_at: datetime

    @property
    def taken(self) -> Taken:
        """As it is known once it is taken."""
        return Taken(self.kind, self.instance, self.run, self.key)


def mark_of(when: str, *, percent: int | None, length: timedelta | None) -> Mark:
    """The point on its clock's way at which a step is due."""
    if when == When.SHARE:
        return Mark(percent=percent or 0)
    if when == When.AT:
        return Mark()
    length = length or timedelta(0)
    return Mark(after=-length if when == When.BEFORE else length)


def marks_of(steps: Iterable[Planned]) -> Marks:
    """What the engine must look for."""
    marks: dict[Kind, set[Mark]] = defaultdict(set)
    for step in steps:
        marks[step.kind].add(step.mark)
    return marks


def moments(
    steps: Iterable[Planned], target: timedelta, calendar: Calendar | None, begun_at: datetime
) -> list[tuple[datetime, Planned]]:
    """When the steps of a clock are due that begins then and never stands still; none that never are."""
    reached = [(add(calendar, begun_at, target * step.mark.percent // 100), step) for step in steps]
    due = [(max(at + step.mark.after, begun_at), step) for at, step in reached if at is not None]
    return sorted(due, key=lambda each: (each[0], each[1].mark.percent == 100, each[1].place))


def coming(readings: Iterable[Reading], steps: Collection[Planned], taken: Collection[Taken]) -> list[Coming]:
    """The steps that open clocks still have before them, in the order in which they are due.

    None of a clock that is closed: what was owed is done, so there is nobody left to call. One whose point
    lies before its run (an hour before the end of half an hour) is due as the run begins.
    """
    found = []
    for reading in readings:
        if reading.closed_at is not None:
            continue
        for step in steps:
            at = reading.marks.get(step.mark) if step.kind == reading.kind else None
            if at is None:
                continue
            due_at = max(at, reading.began_at or at)
            each = Coming(reading.kind, reading.instance, reading.run, step.key, due_at)
            if each.taken not in taken:
                found.append((due_at, step.mark.percent == 100, step.mark.after, step.place, each))
    return [row[-1] for row in sorted(found, key=lambda row: row[:-1])]
