"""Rows of lists: tickets as plain values, worded once, so that a page of fifty costs little.

One row has two lines: clock, reference and summary; then what one sorts by when choosing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.clock_words import SHORT
from helpdesk.headlines import headline
from helpdesk.models import NEVER, Clock, Level, Priority, Status
from helpdesk.spans import speaker
from journal.templatetags.look import icon

NEAR = timedelta(hours=24)
FIELDS = (
    "id", "reference", "summary", "status", "priority", "tier", "language", "due_at", "opened_at",
    "snoozed_until", "assignee_id", "assignee__name", "turn", "erased_at", "level",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pill:
    """The clock of a ticket: its class, its icon and its words."""

    look: str
    drawing: SafeString
    words: str


@dataclass(frozen=True, slots=True)
class TicketRow:
    id: UUID
    url: str
    reference: str
    summary: str
    pill: Pill
    second: str
    language: str
    turn: int
    place: tuple[int, datetime, UUID]


def clock_pills(at: datetime) -> Callable[..., Pill]:
    """A function that gives the pill of a ticket at `at`, in the active language."""
    say = speaker()
    done, pause, bell, warning, clock = map(
        icon, ("check-circle", "pause-circle", "bell", "exclamation-triangle", "clock")
    )
    nothing_due = _("nothing due")
    late, paused, asleep = _("late %(time)s"), _("waiting"), _("asleep %(time)s")
    ended = {Status.RESOLVED: _("answered"), Status.DROPPED: _("ended")}

    def pill(
        status: str, due_at: datetime, snoozed_until: datetime | None, leading: str | None = None
    ) -> Pill:
        if status in ended:
            return Pill("is-done", done, ended[Status(status)])
        # While we wait for the person only the decision stands still: another clock may lead, and be late.
        if status == Status.WAITING and leading is None:
            return Pill("is-paused", pause, paused)
        if snoozed_until is not None and snoozed_until > at:
            return Pill("is-paused", bell, asleep % {"time": say(snoozed_until - at)})
        if due_at >= NEVER:
            return Pill("", clock, nothing_due)
        left = due_at - at
        if left < timedelta(0):
            return Pill("is-late", warning, late % {"time": say(left)})
        return Pill("is-wait" if left < NEAR else "", clock, say(left))

    return pill


def rows_of(tickets: Any, *, at: datetime, user: Any) -> list[TicketRow]:
    """Rows of an ordered set of tickets. One query."""
    leading = Clock.objects.open().filter(ticket=OuterRef("pk"), due_at=OuterRef("due_at")).values("kind")[:1]
    values = tickets.annotate(leading=Subquery(leading)).values_list(*FIELDS, "leading")
    return list(_worded(values, at, user.pk))


def _worded(values: Iterable[tuple[Any, ...]], at: datetime, me: UUID) -> Iterable[TicketRow]:
    say, pill = speaker(), clock_pills(at)
    base = reverse("console:ticket", args=["-"])[:-2]
    nobody, mine, ago = _("unassigned"), _("yours"), _("%(time)s ago")
    erased, tiers = _("The words of this case were erased."), _("tier %(number)s")
    priorities = {int(value): str(label) for value, label in Priority.choices if value != Priority.NORMAL}
    levels = {
        int(value): _("level: %(level)s") % {"level": label}
        for value, label in Level.choices
        if value != Level.MODERATOR
    }
    leads = {kind.value: _("clock: %(name)s") % {"name": name} for kind, name in SHORT.items()}
    statuses = {value: str(label) for value, label in Status.choices}
    for (
        pk, reference, summary, status, priority, tier, language, due_at, opened_at,
        snoozed_until, assignee_id, assignee, turn, erased_at, level, leading,
    ) in values:  # fmt: skip
        who = nobody if assignee_id is None else mine if assignee_id == me else assignee
        tier_words = tiers % {"number": tier} if tier else ""
        told = (
            priorities.get(priority),
            tier_words,
            levels.get(level),
            statuses[status],
            leads.get(leading),
            who,
            ago % {"time": say(at - opened_at)},
        )
        yield TicketRow(
            id=pk,
            url=f"{base}{reference}/",
            reference=reference,
            summary=erased if erased_at else headline(summary),
            pill=pill(status, due_at, snoozed_until, leading),
            second=" · ".join(filter(None, told)),
            language=language,
            turn=turn,
            place=(priority, due_at, pk),
        )
