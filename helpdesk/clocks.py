"""The clocks of a ticket: what its events make of its targets. Values in, values out.

Source: the contract of the clocks, sections 3 to 5, in docs/clocks.md. The words here are its words: an
*instance* is one stretch in which something is owed, a *run* each start or restart of it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk.calendars import Calendar, add, between


class Kind(StrEnum):
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    KEEP_IN_TOUCH = "keep_in_touch"


class State(StrEnum):
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    RUNNING = "running"


Targets = Mapping[Kind, timedelta]  # a kind that is absent has no clock


@dataclass(frozen=True)
class Happening:
    """An event of the ticket as its clocks see it; `targets` and `calendar` where it changes them."""

    at: datetime
    type: str
    targets: Targets = field(default_factory=dict)
    calendar: Calendar | None = None
    number: int = 0  # in the ticket's history, where it has one
    reason: str = ""  # why, where it matters to who counts; the clocks do not look at it


@dataclass(frozen=True)
class Mark:
    """A point on the way of a clock: where this share of its target is used up, or so long after that.

    The share counts working time and stands still with the clock; `after` (negative: before) is real time.
    """

    percent: int = 100
    after: timedelta = timedelta(0)


Marks = Mapping[Kind, Collection[Mark]]


@dataclass(frozen=True)
class Reading:
    """What one instance shows. `due_at` is None while paused, and where it can never be reached.

    `marks` says the same of each mark: when it was passed in this run, or will be if nothing more happens.
    """

    kind: Kind
    instance: int
    run: int
    state: State
    due_at: datetime | None
    met_at: datetime | None
    closed_at: datetime | None
    spent: timedelta
    began_at: datetime | None = None
    marks: Mapping[Mark, datetime | None] = field(default_factory=dict)
    target: timedelta | None = None
    ended_by: Happening | None = None


@dataclass
class _Instance:
    """A clock that runs: what is spent of it in this run, and whether it was missed."""

    kind: Kind
    number: int
    run: int = 1
    spent: timedelta = timedelta(0)
    missed_at: datetime | None = None  # its due moment, once that has passed: no later event takes it back
    began_at: datetime | None = None  # this run of it
    passed: dict[Mark, datetime] = field(default_factory=dict)  # in this run: taken back as little


class Clocks:
    """All clocks of one ticket at a moment. Fed with its events in order, and then read."""

    def __init__(self, targets: Targets, calendar: Calendar | None, marks: Marks | None = None):
        self.targets, self.calendar, self.marks = targets, calendar, marks or {}
        self.now: datetime | None = None
        self.is_paused = self.is_resolved = self.is_dropped = False
        self.open: dict[Kind, _Instance] = {}
        self.begun: dict[Kind, int] = dict.fromkeys(Kind, 0)
        self.closed: list[Reading] = []
        self.kept: list[Reading] = []  # runs of "keep in touch" that words of the staff restarted in time
        self._heard: Happening | None = None

    def hear(self, event: Happening) -> None:
        """Take in the next event; the time before it is counted by what held until then."""
        self.pass_until(event.at)
        self._heard = event
        EFFECTS[event.type](self, event)

    def pass_until(self, at: datetime) -> None:
        """Let time pass in which nothing happened."""
        if self.now is not None and at > self.now:
            for instance in self.open.values():
                self._pass_marks(instance, at)
                due_at = instance.missed_at or self._due_at(instance)
                if due_at is not None and due_at < at:
                    instance.missed_at = due_at
                if not self._stands_still(instance):
                    instance.spent += between(self.calendar, self.now, at)
        self.now = at

    def next_due_at(self) -> datetime | None:
        """When the first of what is open will be due; while paused, as if it went on now."""
        return min(filter(None, self.due_by_kind().values()), default=None)

    def due_by_kind(self) -> dict[Kind, datetime | None]:
        """When each that is open will be due; while paused, as if it went on now."""
        return {kind: each.missed_at or self._runs_out_at(each) for kind, each in self.open.items()}

    def readings(self) -> list[Reading]:
        """A row for each instance that was missed or has a target, by kind and then in order of start."""
        shown = [*self.closed, *filter(None, map(self._read_open, self.open.values()))]
        return sorted(shown, key=lambda reading: (list(Kind).index(reading.kind), reading.instance))

    def ended(self) -> list[Reading]:
        """Each run that has ended, and how. The contract never meets "keep in touch", it restarts it: a run
        that was restarted in time is met here, because what was promised in it was done."""
        return [*self.closed, *self.kept]

    # What each event does. Section 3 of the contract, line by line.

    def _opened(self, event: Happening) -> None:
        self._start(Kind.FIRST_RESPONSE)
        self._start(Kind.RESOLUTION)

    def _staff_wrote(self, event: Happening) -> None:
        self._meet(Kind.FIRST_RESPONSE)
        self._meet(Kind.NEXT_RESPONSE)
        if self.is_resolved or self.is_dropped:
            return
        running = self.open.get(Kind.KEEP_IN_TOUCH)
        if running and not running.missed_at:
            if self.targets.get(running.kind):
                self.kept.append(self._reading(running, State.MET, closed_at=self.now))
            self.open[running.kind] = _Instance(
                running.kind, running.number, running.run + 1, began_at=event.at
            )
        else:
            self._cancel(Kind.KEEP_IN_TOUCH)
            self._start(Kind.KEEP_IN_TOUCH)

    def _person_wrote(self, event: Happening) -> None:
        self.is_paused = False
        self._cancel(Kind.KEEP_IN_TOUCH)
        is_answered = Kind.FIRST_RESPONSE not in self.open and Kind.NEXT_RESPONSE not in self.open
        if is_answered and not self.is_dropped:
            self._start(Kind.NEXT_RESPONSE)

    def _no_answer_needed(self, event: Happening) -> None:
        running = self.open.get(Kind.NEXT_RESPONSE)
        if running and not running.missed_at:
            self._cancel(Kind.NEXT_RESPONSE)

    def _waiting(self, event: Happening) -> None:
        if not (self.is_resolved or self.is_dropped):
            self.is_paused = True

    def _resumed(self, event: Happening) -> None:
        self.is_paused = False

    def _resolved(self, event: Happening) -> None:
        if self.is_resolved or self.is_dropped:
            return
        self.is_paused, self.is_resolved = False, True
        self._meet(Kind.RESOLUTION)
        self._cancel(Kind.KEEP_IN_TOUCH)

    def _dropped(self, event: Happening) -> None:
        self.is_paused, self.is_dropped = False, True
        for kind in tuple(self.open):
            self._cancel(kind)

    def _reopened(self, event: Happening) -> None:
        if self.is_resolved or self.is_dropped:
            self.is_resolved = self.is_dropped = False
            self._start(Kind.RESOLUTION)

    def _targets_changed(self, event: Happening) -> None:
        self.targets = event.targets

    def _calendar_changed(self, event: Happening) -> None:
        self.calendar = event.calendar

    # One instance.

    def _start(self, kind: Kind) -> None:
        self.begun[kind] += 1  # also without a target: numbers never shift
        self.open[kind] = _Instance(kind, self.begun[kind], began_at=self.now)

    def _meet(self, kind: Kind) -> None:
        self._close(kind, State.MET)

    def _cancel(self, kind: Kind) -> None:
        self._close(kind, State.CANCELLED)

    def _close(self, kind: Kind, state: State) -> None:
        instance = self.open.pop(kind, None)
        if instance and (instance.missed_at or self.targets.get(kind)):
            self.closed.append(self._reading(instance, state, closed_at=self.now))

    def _read_open(self, instance: _Instance) -> Reading | None:
        if not (instance.missed_at or self.targets.get(instance.kind)):
            return None
        return self._reading(instance, State.PAUSED if self._stands_still(instance) else State.RUNNING)

    def _reading(self, instance: _Instance, state: State, *, closed_at: datetime | None = None) -> Reading:
        return Reading(
            kind=instance.kind,
            instance=instance.number,
            run=instance.run,
            state=State.MISSED if instance.missed_at else state,
            due_at=instance.missed_at or self._due_at(instance),
            met_at=closed_at if state is State.MET else None,
            closed_at=closed_at,
            spent=instance.spent,
            began_at=instance.began_at,
            marks={mark: self._mark_at(instance, mark) for mark in self.marks.get(instance.kind, ())},
            target=self.targets.get(instance.kind),
            ended_by=self._heard if closed_at else None,
        )

    def _pass_marks(self, instance: _Instance, at: datetime) -> None:
        for mark in self.marks.get(instance.kind, ()):
            passed_at = self._mark_at(instance, mark)
            if passed_at is not None and passed_at < at:
                instance.passed[mark] = passed_at

    def _mark_at(self, instance: _Instance, mark: Mark) -> datetime | None:
        if mark in instance.passed:
            return instance.passed[mark]
        if mark.percent == 100:
            reached_at = instance.missed_at or self._due_at(instance)
        else:
            reached_at = None if self._stands_still(instance) else self._runs_out_at(instance, mark.percent)
        return reached_at + mark.after if reached_at else None

    def _stands_still(self, instance: _Instance) -> bool:
        return self.is_paused and instance.kind is Kind.RESOLUTION

    def _due_at(self, instance: _Instance) -> datetime | None:
        return None if self._stands_still(instance) else self._runs_out_at(instance)

    def _runs_out_at(self, instance: _Instance, percent: int = 100) -> datetime | None:
        """When what is left of this share of it is used up, if it runs and nothing more happens; now, where
        nothing is left."""
        target = self.targets.get(instance.kind)
        if not target or self.now is None:
            return None
        return add(self.calendar, self.now, max(target * percent // 100 - instance.spent, timedelta(0)))


EFFECTS: dict[str, Callable[[Clocks, Happening], None]] = {
    "opened": Clocks._opened,
    "staff_wrote": Clocks._staff_wrote,
    "person_wrote": Clocks._person_wrote,
    "no_answer_needed": Clocks._no_answer_needed,
    "waiting": Clocks._waiting,
    "resumed": Clocks._resumed,
    "resolved": Clocks._resolved,
    "dropped": Clocks._dropped,
    "reopened": Clocks._reopened,
    "targets_changed": Clocks._targets_changed,
    "calendar_changed": Clocks._calendar_changed,
}


def clocks_at(
    as_of: datetime,
    events: Iterable[Happening],
    *,
    targets: Targets,
    calendar: Calendar | None,
    marks: Marks | None = None,
) -> Clocks:
    """The clocks as they stand at `as_of`, of which later events are not known yet."""
    clocks = Clocks(targets, calendar, marks)
    for event in events:
        if event.at > as_of:
            break
        clocks.hear(event)
    clocks.pass_until(as_of)
    return clocks
