"""What a lead looks after: what will be late within the hour, what is late and why, and who has too much.

Read from clocks by the index of each queue, so that a million open cases cost what ten thousand do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median
from uuid import UUID

from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.actions.clocks import standing
from helpdesk.clock_words import SHORT
from helpdesk.clocks import Kind
from helpdesk.counts import MOST, capped
from helpdesk.headlines import headline
from helpdesk.late import READ, Story, story_of
from helpdesk.models import NEVER, Barred, Clock, Priority, Queue, Status, TeamMember, Ticket
from helpdesk.permissions import WORKERS
from helpdesk.rows import Pill, clock_pills
from helpdesk.spans import speaker
from helpdesk.steps import DOINGS, What
from journal.models import Event
from journal.prepared import execute

SOON = timedelta(hours=1)
DUE_WORK = timedelta(hours=24)
SHOWN = 50
COUNTED = 200  # beyond it a heading says "199+"
# By queue, so that a small team beside large ones pays for its own; in the order of `clock_due_in_queue`.
DUE_IN = """
SELECT clock.id FROM unnest($1::uuid[]) AS queue(id), LATERAL (
    SELECT id, due_at FROM helpdesk_clock
    WHERE queue_id = queue.id AND closed_at IS NULL AND due_at IS NOT NULL AND due_at >= $2 AND due_at < $3
    ORDER BY due_at LIMIT $4
) AS clock ORDER BY clock.due_at, clock.id LIMIT $4
"""
EARLIEST = datetime(1, 1, 2, tzinfo=NEVER.tzinfo)
_OPEN = "t.assignee_id = accounts_user.id AND t.status IN ('new', 'open', 'waiting')"
_DUE = "t.assignee_id = accounts_user.id AND t.status IN ('new', 'open') AND t.priority IN (1, 2, 3, 4)"
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM helpdesk_ticket t WHERE {} LIMIT {}) counted"


@dataclass(frozen=True)
class LeadRow:
    """A clock that is late or soon will be, in words, with what one can do about it in one click."""

    ticket: Ticket
    kind: str
    instance: int
    due_at: datetime
    key: str
    url: str
    summary: str
    clock: str
    pill: Pill
    row: str
    holder: str
    told: str
    why: list[str]
    clicks: list["Click"]


@dataclass(frozen=True)
class Click:
    """What one click on a row does: its name in the address, its words, and to whom it gives."""

    name: str
    words: str
    to: str = ""


@dataclass(frozen=True)
class Found:
    """The first rows of a list and how many there are, counted up to a limit."""

    rows: list[LeadRow]
    number: int

    @property
    def count(self) -> str:
        return f"{COUNTED - 1}+" if self.number >= COUNTED else str(self.number)


@dataclass
class Colleague:
    """Somebody of a team with what they hold. `is_over`: much more than the median of their team."""

    user: User
    open: int
    due: int
    is_over: bool = False

    @property
    def open_count(self) -> str:
        return capped(self.open)

    @property
    def due_count(self) -> str:
        return capped(self.due)


@dataclass
class TeamLoad:
    """A team, its people with most work first, and its medians."""

    id: UUID
    name: str
    people: list[Colleague] = field(default_factory=list)
    open: float = 0
    due: float = 0


@dataclass(frozen=True)
class LeadPage:
    soon: Found
    late: Found
    teams: list[TeamLoad]


def lead_page(user: User, at: datetime) -> LeadPage:
    """What this lead looks after, at `at`. Fourteen queries at most, however much there is."""
    queues = list(Queue.objects.visible_to(user).select_related("team"))
    teams = team_loads(queues, at)
    soon, soon_number = _clocks(queues, at, at + SOON)
    late, late_number = _clocks(queues, EARLIEST, at)
    worder = _Worder(user, at, teams, [*soon, *late])
    return LeadPage(
        Found([worder.row(clock, is_late=False) for clock in soon], soon_number),
        Found([worder.row(clock, is_late=True) for clock in late], late_number),
        teams,
    )


def _clocks(queues: Sequence[Queue], since: datetime, until: datetime) -> tuple[list[Clock], int]:
    """Open clocks due from `since` on and before `until`, the earliest first. A clock that stands still is
    due at no moment. Two queries."""
    ids = [
        pk for (pk,) in execute(DUE_IN, [[queue.pk for queue in queues], since, until, COUNTED]).fetchall()
    ]
    found = Clock.objects.filter(pk__in=ids[:SHOWN]).select_related(
        "ticket__queue", "ticket__assignee", "row"
    )
    return sorted(found, key=lambda clock: (clock.due_at, clock.pk)), len(ids)


def team_loads(queues: Iterable[Queue], at: datetime) -> list[TeamLoad]:
    """The people of the teams of these queues. Two queries.

    Somebody is over where they hold more than half as much again as the median of their team and at least
    three more, in open cases or in due work: cases that wait for us and are late or due within a day.
    """
    teams = {queue.team_id: TeamLoad(queue.team_id, str(queue.team)) for queue in queues}
    places = list(TeamMember.objects.live().filter(team__in=teams).values_list("team_id", "user_id"))
    people = User.objects.holding(*WORKERS).filter(pk__in={user for _team, user in places})
    counted = people.annotate(
        open_cases=RawSQL(_COUNT.format(_OPEN, MOST), ()),  # noqa: S611 - conditions are ours
        due_work=RawSQL(_COUNT.format(f"{_DUE} AND t.due_at < %s", MOST), (at + DUE_WORK,)),  # noqa: S611 - the moment is bound
    )
    by_id = {user.pk: user for user in counted}
    for team, member in places:
        if user := by_id.get(member):
            teams[team].people.append(Colleague(user, user.open_cases, user.due_work))
    for load in teams.values():
        _weigh(load)
    return [load for load in teams.values() if load.people]


def _weigh(load: TeamLoad) -> None:
    if not load.people:
        return
    load.open = median(each.open for each in load.people)
    load.due = median(each.due for each in load.people)
    for each in load.people:
        each.is_over = is_over(each.open, load.open) or is_over(each.due, load.due)
    load.people.sort(key=lambda each: (-each.due, -each.open, str(each.user)))


def is_over(number: int, middle: float) -> bool:
    """Much more than the others: half as much again, and three at least, so that 2 beside 1 is no alarm."""
    return number > 1.5 * middle and number >= middle + 3


class _Worder:
    """Words the rows of both lists; asks once for all of them what their words need. Four queries."""

    def __init__(self, user: User, at: datetime, teams: Sequence[TeamLoad], clocks: Sequence[Clock]):
        self.user, self.at = user, at
        self.pill, self.say = clock_pills(at), speaker()
        self.teams = {load.id: load for load in teams}
        tickets = {clock.ticket_id for clock in clocks}
        self.barred = set(Barred.objects.filter(ticket__in=tickets).values_list("ticket_id", "user_id"))
        self.events = _histories(tickets)
        self.stories = {clock.pk: self._story(clock) for clock in clocks}
        held = {pk for story in self.stories.values() for pk in story.had_by}
        self.names = {each.pk: str(each) for each in User.objects.filter(pk__in=held)}

    def _story(self, clock: Clock) -> Story:
        events, due_at = self.events.get(clock.ticket_id, []), clock.due_at or self.at
        return story_of(events, clock=clock.kind, instance=clock.instance, due_at=due_at, at=self.at)

    def row(self, clock: Clock, *, is_late: bool) -> LeadRow:
        ticket, due_at = clock.ticket, clock.due_at or self.at
        return LeadRow(
            ticket=ticket,
            kind=clock.kind,
            instance=clock.instance,
            due_at=due_at,
            key=f"{ticket.reference}-{clock.kind}",
            url=reverse("console:ticket", args=[ticket.reference]),
            summary=headline(ticket.summary),
            clock=str(SHORT[Kind(clock.kind)]),
            pill=self.pill(Status.OPEN, due_at, None),
            row=str(clock.row),
            holder=str(ticket.assignee) if ticket.assignee else "",
            told=self._told(ticket),
            why=self._why(clock) if is_late else [],
            clicks=list(self._clicks(ticket)),
        )

    def _clicks(self, ticket: Ticket) -> Iterator[Click]:
        if not ticket.is_unfinished:
            return
        is_barred = (ticket.pk, self.user.pk) in self.barred
        if ticket.assignee_id is None and not is_barred:
            yield Click("take", _("Take"))
        if somebody := self._give_to(ticket):
            yield Click("give", _("Give to %(name)s") % {"name": somebody}, str(somebody.pk))
        if ticket.priority > Priority.TOP and not is_barred:
            yield Click("raise", _("Raise the priority"))

    def _told(self, ticket: Ticket) -> str:
        priority = str(Priority(ticket.priority).label) if ticket.priority != Priority.NORMAL else ""
        tier = _("tier %(number)s") % {"number": ticket.tier} if ticket.tier else ""
        return " · ".join(filter(None, (str(ticket.queue), priority, tier, str(Status(ticket.status).label))))

    def _why(self, clock: Clock) -> list[str]:
        """Why it is late: what its history says, each a sentence of its own."""
        story = self.stories[clock.pk]
        said = []
        if not story.had_by:
            said.append(_("Nobody has ever taken it."))
        elif story.nobody_at_due:
            said.append(_("Nobody had it when it fell due."))
        if names := [self.names[pk] for pk in story.had_by if pk in self.names]:
            said.append(_("Had by: %(names)s.") % {"names": ", ".join(names)})
        if story.paused:
            said.append(_("Stood still for %(time)s.") % {"time": self.say(story.paused)})
        steps = [str(DOINGS[What(what)].label) for what in story.steps if what in list(What)]
        if steps:
            said.append(_("Steps taken: %(steps)s.") % {"steps": ", ".join(dict.fromkeys(steps))})
        else:
            said.append(_("No step was taken."))
        return said

    def _give_to(self, ticket: Ticket) -> User | None:
        """Who of the team holds least and may work on it: not barred, reads its language, has it not yet."""
        load = self.teams.get(ticket.queue.team_id)
        if load is None:
            return None
        fit = [
            each
            for each in load.people
            if each.user.pk not in (ticket.assignee_id, self.user.pk)
            and (ticket.pk, each.user.pk) not in self.barred
            and (not each.user.languages or ticket.language in each.user.languages)
        ]
        least = min(fit, key=lambda each: (each.due, each.open, str(each.user)), default=None)
        return least.user if least else None


def _histories(tickets: Iterable[UUID]) -> dict[UUID, list[Event]]:
    """What the histories of these cases say that tells why, nothing undone among it. One query."""
    events = Event.objects.filter(subject_kind="ticket", subject_id__in=list(tickets), code__in=READ)
    by_case = groupby(events.order_by("subject_id", "number"), key=lambda event: event.subject_id)
    return {pk: standing(list(each)) for pk, each in by_case}
