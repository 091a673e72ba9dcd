"""The clocks of a ticket as its page shows them, and why this and no other row of the policy holds for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.actions.clocks import facts_of
from helpdesk.clock_words import CLOCKS, condition_words, length_words, value_words
from helpdesk.clocks import Kind, State
from helpdesk.models import Clock, PolicyRow, Queue, Ticket
from helpdesk.policies import why
from helpdesk.rows import NEAR
from helpdesk.spans import speaker
from journal.templatetags.look import icon


@dataclass(frozen=True)
class ShownClock:
    """One clock in words: what it is for, its pill, its moment, and what there is to say about it."""

    name: str
    look: str
    drawing: SafeString
    words: str
    due_at: datetime | None
    text: str
    is_open: bool


@dataclass(frozen=True)
class Reason:
    """Why this row: its name, and for each row before it the first condition by which that one failed."""

    row: PolicyRow
    passed: list[str]


def clocks_of(ticket: Ticket) -> list[Clock]:
    """Its clocks, what is due first before what stands still, and closed ones last. One query."""
    clocks = ticket.clocks.select_related("row__policy", "calendar__calendar")
    never = datetime.max.replace(tzinfo=ticket.opened_at.tzinfo)
    return sorted(clocks, key=lambda clock: (clock.closed_at is not None, clock.due_at or never))


def shown_clocks(clocks: Iterable[Clock], at: datetime) -> list[ShownClock]:
    """Each clock as it stands at `at`."""
    return [_shown(clock, at) for clock in clocks]


def _shown(clock: Clock, at: datetime) -> ShownClock:
    state = clock.state_at(at)
    look, drawing, words = _pill(clock, state, at)
    name = str(CLOCKS[Kind(clock.kind)])
    if clock.instance > 1:
        name = f"{name} ({clock.instance})"
    text = ""
    if state == State.PAUSED:
        text = _("It stands still: we asked the person something and wait for the answer.")
    elif clock.calendar is not None and clock.closed_at is None:
        text = _("Counts the working hours of %(place)s.") % {"place": clock.calendar.calendar}
    return ShownClock(name, look, icon(drawing), words, clock.due_at, text, clock.closed_at is None)


def _pill(clock: Clock, state: str, at: datetime) -> tuple[str, str, str]:
    say = speaker()
    if state == State.MET:
        return "is-done", "check-circle", _("in time")
    if state == State.CANCELLED:
        return "", "circle", _("no longer owed")
    if state == State.PAUSED:
        target = clock.row.targets.get(Kind(clock.kind), clock.spent)
        left = length_words(
            max(target - clock.spent, timedelta(0)), is_working=clock.row.calendar_id is not None
        )
        return "is-paused", "pause-circle", _("stands still, %(time)s left") % {"time": left}
    if state == State.MISSED and clock.due_at:
        late = (clock.closed_at or at) - clock.due_at
        return "is-late", "exclamation-triangle", _("late %(time)s") % {"time": say(late)}
    if clock.due_at is None:
        return "", "clock", _("nothing due")
    left_for = clock.due_at - at
    return "is-wait" if left_for < NEAR else "", "clock", _("%(time)s left") % {"time": say(left_for)}


def reason_for(ticket: Ticket, clocks: Sequence[Clock]) -> Reason | None:
    """Why the ticket is promised what it is promised, by its facts of now. Two queries."""
    if not clocks:
        return None
    row = max((clock.row for clock in clocks), key=lambda row: row.policy.number)
    rows = list(PolicyRow.objects.filter(policy=row.policy_id).order_by("place"))
    return Reason(row, why_words(rows, facts_of(ticket)))


def queue_names() -> dict[Any, str]:
    """The names of all queues: what is promised where is no secret among those who set it. One query."""
    return {queue.pk: str(queue) for queue in Queue.objects.all()}


def why_words(rows: Sequence[PolicyRow], facts: dict[str, Any]) -> list[str]:
    """For each row before the one that holds: its name and the condition by which it failed. One query."""
    queues = queue_names()
    return [
        _("%(row)s is not it: that is for %(condition)s, and here it is %(fact)s.")
        % {
            "row": passed.row.name,
            "condition": condition_words(passed.condition, passed.row.conditions[passed.condition], queues),
            "fact": value_words(passed.condition, facts.get(passed.condition), queues),
        }
        for passed in why(rows, facts)
    ]
