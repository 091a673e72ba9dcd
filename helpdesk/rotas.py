"""Who is on call: the turns that the layers of a rota give, and who stands in for whom.

Moments are aware datetimes in UTC; every stretch holds its start and not its end. A hand-over is a time on
the wall clock of a layer, by the rules of a start in docs/clocks.md: never counted from the one before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from helpdesk.calendars import Calendar, Stretch, shown_at, stretches_between


@dataclass(frozen=True)
class Layer:
    """People who take turns. `first` is the wall clock at a hand-over to the first of them.

    Turns are counted from there forwards and backwards: since when a layer holds is said by its plan.
    `hours` is when anybody of this layer is on call at all; None is always.
    """

    name: str
    zone: ZoneInfo
    order: tuple[UUID, ...]
    first: datetime
    length: timedelta
    hours: Calendar | None = None

    def hand_over(self, number: int) -> datetime:
        """When this turn begins."""
        return shown_at(self.zone, self.first + number * self.length)

    def turn_at(self, at: datetime) -> int:
        """The number of the turn at this moment."""
        wall = at.astimezone(self.zone).replace(tzinfo=None)
        # Where the clock was set, the wall is off by more than a short turn: so it is only where to begin.
        number = (wall - self.first) // self.length
        while self.hand_over(number) > at:
            number -= 1
        while self.hand_over(number + 1) <= at:
            number += 1
        return number


@dataclass(frozen=True)
class Plan:
    """The layers of a rota from a moment on. Of two that have begun, the one with the higher number holds."""

    number: int
    from_at: datetime
    layers: tuple[Layer, ...]
    version: UUID | None = None  # the row that it was read from; a draft has none


@dataclass(frozen=True)
class StandIn:
    """One person instead of another; nobody, where `person` is None.

    Where `out` is None they are there while nobody else is, in any layer: they fill a gap and end none.
    """

    out: UUID | None
    person: UUID | None
    start: datetime
    end: datetime


# What two people agreed on at once: the two ways of a swap must not undo each other.
Change = tuple[StandIn, ...]


@dataclass(frozen=True)
class Duty:
    """A stretch in which `person` is on call in one layer. `turn` is the hand-over at which it was given.

    `due` is whose turn it is; None where it is nobody's, and `person` fills a gap. `person` is None where
    they were taken out and nobody was put in.
    """

    place: int
    layer: str
    due: UUID | None
    person: UUID | None
    start: datetime
    end: datetime
    turn: datetime


def timetable(plans: Iterable[Plan], changes: Iterable[Change], start: datetime, end: datetime) -> list[Duty]:
    """Who is on call from `start` to `end`, in order of time and then of layers.

    Changes apply one after the other, each to what those before it left: so whoever stands in for
    somebody can be stood in for.
    """
    held = in_force(plans, start, end)
    duties = [
        duty
        for begins, ends, plan in held
        for place, layer in enumerate(plan.layers)
        for duty in turns(layer, place, begins, ends)
    ]
    for change in changes:
        duties = [piece for duty in duties for piece in _changed(duty, change)]
        duties += [piece for way in change if way.out is None for piece in _filled(duties, way, held)]
    return sorted(_joined(duties), key=lambda duty: (duty.start, duty.place))


def in_force(plans: Iterable[Plan], start: datetime, end: datetime) -> list[tuple[datetime, datetime, Plan]]:
    """Which plan holds from when to when. A later one replaces all that was to begin after it."""
    found = []
    for plan in sorted(plans, key=lambda plan: plan.number, reverse=True):
        begins = max(plan.from_at, start)
        if begins < end:
            found.append((begins, end, plan))
            end = begins
    return found[::-1]


def turns(layer: Layer, place: int, start: datetime, end: datetime) -> Iterator[Duty]:
    """The turns of a layer, as nobody has changed them."""
    for begins, ends in stretches_between(layer.hours, start, end):
        number = layer.turn_at(begins)
        while begins < ends:
            person, until = layer.order[number % len(layer.order)], layer.hand_over(number + 1)
            # A turn that the clock jumps over has no length, and nobody has it.
            if begins < until:
                turn = layer.hand_over(number)
                yield Duty(place, layer.name, person, person, begins, min(until, ends), turn)
                begins = until
            number += 1


def _changed(duty: Duty, change: Change) -> Iterator[Duty]:
    ways = [way for way in change if way.out is not None and way.out == duty.person]
    within = {moment for way in ways for moment in (way.start, way.end) if duty.start < moment < duty.end}
    for begins, ends in pairwise(sorted({duty.start, duty.end, *within})):
        way = next((way for way in ways if way.start <= begins < way.end), None)
        yield replace(duty, start=begins, end=ends, person=way.person if way else duty.person)


def _filled(
    duties: Sequence[Duty], way: StandIn, held: Sequence[tuple[datetime, datetime, Plan]]
) -> Iterator[Duty]:
    """Where nobody is on call, in the first layer: one who is there for a gap is called before the leads."""
    for begins, ends, plan in held:
        start, end = max(begins, way.start), min(ends, way.end)
        if start < end and plan.layers:
            there = [duty for duty in duties if duty.start < end and start < duty.end]
            for gap_start, gap_end in gaps(there, start, end):
                yield Duty(0, plan.layers[0].name, None, way.person, gap_start, gap_end, way.start)


def _joined(duties: Iterable[Duty]) -> Iterator[Duty]:
    """The same with one duty for one turn, though a new plan or a change that came to nothing cut it."""
    last: Duty | None = None
    for duty in sorted(duties, key=lambda duty: (duty.place, duty.turn, duty.start)):
        if last and duty.start == last.end and duty == replace(last, start=duty.start, end=duty.end):
            last = replace(last, end=duty.end)
            continue
        if last:
            yield last
        last = duty
    if last:
        yield last


def on_call_at(duties: Iterable[Duty], at: datetime) -> list[UUID]:
    """Who is on call at this moment, layer by layer."""
    now = sorted((duty for duty in duties if duty.start <= at < duty.end), key=lambda duty: duty.place)
    return list(dict.fromkeys(duty.person for duty in now if duty.person))


def gaps(duties: Iterable[Duty], start: datetime, end: datetime) -> list[Stretch]:
    """When nobody is on call in any layer."""
    found, covered = [], start
    for duty in sorted(duties, key=lambda duty: duty.start):
        if duty.person is None:
            continue
        if duty.start > covered:
            found.append((covered, duty.start))
        covered = max(covered, duty.end)
    return [*found, (covered, end)] if covered < end else found


def twice(duties: Sequence[Duty]) -> list[tuple[UUID, datetime, datetime]]:
    """Who is on call in two places at once, and when; `duties` may be those of several rotas."""
    found: list[tuple[UUID, datetime, datetime]] = []
    until: dict[UUID, datetime] = {}
    for duty in sorted(duties, key=lambda duty: duty.start):
        if duty.person is None:
            continue
        before = until.get(duty.person, duty.start)
        if duty.start < before:
            found.append((duty.person, duty.start, min(before, duty.end)))
        until[duty.person] = max(before, duty.end)
    return found
