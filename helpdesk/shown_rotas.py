"""Rotas as pages show them: four weeks day by day, and who is on call now. Values in, values out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from helpdesk.calendars import shown_at
from helpdesk.on_call import Board, Problem
from helpdesk.rotas import Duty
from journal.moments import short_moment_words

HUES = 8
DAY = timedelta(days=1)
Name = Callable[[UUID | None], str]


@dataclass(frozen=True)
class Piece:
    """Who is on call in one layer in a day. Without `begins` or `ends` it reaches over the day's edge."""

    name: str
    hue: int
    begins: datetime | None
    ends: datetime | None
    stands_in_for: str = ""
    fills_gap: bool = False


@dataclass
class ShownDay:
    """One local date: what each layer says of it, what it said before a draft, and what is wrong."""

    day: date
    layers: list[list[Piece]] = field(default_factory=list)
    before: list[list[Piece]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def cells(self) -> list[tuple[list[Piece], list[Piece]]]:
        """Each layer as it is, and as it was where that differs."""
        empty: list[list[Piece]] = [[]] * len(self.layers)
        was = self.before + empty[len(self.before) :]
        pairs = zip(self.layers, was, strict=False)
        return [(now, then if self.before and _said(now) != _said(then) else []) for now, then in pairs]

    @property
    def is_changed(self) -> bool:
        return bool(self.before) and [_said(each) for each in self.layers] != [
            _said(each) for each in self.before
        ]


def _said(pieces: Iterable[Piece]) -> list[tuple[str, datetime | None, datetime | None]]:
    return [(each.name, each.begins, each.ends) for each in pieces]


def shown_days(
    board: Board,
    zone: ZoneInfo,
    *,
    problems: Sequence[Problem] = (),
    before: Board | None = None,
) -> list[ShownDay]:
    """The local dates of a reader over the stretch of a board."""
    names = people_of(board, *([before] if before else []))
    duties, was = board.duties, before.duties if before else []
    width = max((duty.place + 1 for duty in duties), default=1)
    days = []
    day = board.start.astimezone(zone).date()
    while (begins := shown_at(zone, datetime.combine(day, time()))) < board.end:
        ends = shown_at(zone, datetime.combine(day + DAY, time()))
        begins, ends = max(begins, board.start), min(ends, board.end)
        shown = ShownDay(day, _layers(duties, begins, ends, names, width))
        shown.before = _layers(was, begins, ends, names, width) if before else []
        shown.problems = [each for each in problems if each.start < ends and begins < each.end]
        days.append(shown)
        day += DAY
    return days


def people_of(*boards: Board) -> dict[UUID, tuple[str, int]]:
    """The name of everybody on these boards, and the colour that is theirs on this page."""
    people = {pk: user for board in boards for pk, user in board.people.items()}
    return {pk: (str(people[pk]), number % HUES) for number, pk in enumerate(sorted(people))}


def _layers(
    duties: Sequence[Duty],
    begins: datetime,
    ends: datetime,
    names: dict[UUID, tuple[str, int]],
    width: int,
) -> list[list[Piece]]:
    layers: list[list[Piece]] = [[] for _place in range(width)]
    for duty in duties:
        if duty.person is None or not (duty.start < ends and begins < duty.end) or duty.place >= width:
            continue
        name, hue = names[duty.person]
        piece = Piece(
            name,
            hue,
            duty.start if duty.start > begins else None,
            duty.end if duty.end < ends else None,
            names[duty.due][0] if duty.due and duty.due != duty.person else "",
            fills_gap=duty.due is None,
        )
        layers[duty.place].append(piece)
    return layers


TURNS_EACH = 20  # more of one person nobody looks through in one list


def turn_key(duty: Duty) -> str:
    """How a form names a turn. By its end, as the one that goes on now begins anew with every look."""
    return f"{duty.place}.{duty.person}.{duty.end.timestamp():.0f}"


def turns_by_person(board: Board, *, first: UUID) -> list[tuple[str, list[tuple[Duty, str]]]]:
    """The coming turns of each, with how each is said; those of `first` before all others.

    What reaches over the end of the board is left out: nobody knows its end.
    """
    names, found = people_of(board), dict[UUID, list[Duty]]()
    for duty in board.duties:
        if duty.person is not None and duty.end < board.end:
            found.setdefault(duty.person, []).append(duty)
    many = len({duty.place for duties in found.values() for duty in duties}) > 1
    order = sorted(found, key=lambda person: (person != first, names[person]))
    return [
        (names[person][0], [(duty, _words_of(duty, many=many)) for duty in found[person][:TURNS_EACH]])
        for person in order
    ]


def _words_of(duty: Duty, *, many: bool) -> str:
    said = {
        "start": short_moment_words(duty.start),
        "end": short_moment_words(duty.end),
        "layer": duty.layer,
    }
    if many:
        return _("%(start)s until %(end)s, %(layer)s") % said
    return _("%(start)s until %(end)s") % said


@dataclass(frozen=True)
class Standing:
    """Who is on call now in one layer, until when, and who is next. Without `until` it is long from now."""

    layer: str
    person: UUID | None
    until: datetime | None
    next_person: UUID | None
    next_at: datetime | None


def standings(board: Board) -> list[Standing]:
    """Each layer as it stands at the start of a board; whoever cannot be on call is nobody."""
    places: dict[int, list[Duty]] = {}
    for duty in board.duties:
        if board.can_be(duty.person):
            places.setdefault(duty.place, []).append(duty)
    names = {place: layer.name for plan in board.plans[:1] for place, layer in enumerate(plan.layers)}
    return [_standing(board, name, places.get(place, [])) for place, name in names.items()]


def _standing(board: Board, layer: str, duties: Sequence[Duty]) -> Standing:
    person, until = None, board.start
    for duty in duties:  # turns that follow each other are one stretch for whoever asks "until when"
        if duty.start == until and (person is None or duty.person == person):
            person, until = duty.person, duty.end
    following = next((duty for duty in duties if duty.start >= until), None)
    return Standing(
        layer,
        person,
        until if person and until < board.end else None,
        following.person if following else None,
        following.start if following else None,
    )
