"""The steps of a ticket as its page shows them: those that were taken, and those to come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from helpdesk.actions.clocks import steps_ahead
from helpdesk.clock_words import CLOCKS
from helpdesk.clocks import Kind
from helpdesk.models import Clock, Ticket
from helpdesk.spans import speaker
from helpdesk.step_words import what_words, when_words

NOTICED = timedelta(minutes=1)  # a sweep comes every ten seconds: less than this is not late
SHOWN = 20


@dataclass(frozen=True)
class ShownStep:
    """One step in words: what is done, of which clock, when it was due, and what there is to say of it."""

    words: str
    clock: str
    at: datetime | None
    text: str = ""
    is_late: bool = False


def taken_steps(events: Iterable[Mapping[str, Any]]) -> list[ShownStep]:
    """What the clock did in a case, by the values of its `escalated_events`, each with how late it was."""
    return [_taken(values) for values in events]


def _taken(values: Mapping[str, Any]) -> ShownStep:
    late = timedelta(seconds=values["late"])
    is_late = late >= NOTICED
    text = _("late %(time)s") % {"time": speaker()(late)} if is_late else _("in time")
    words = what_words(values["what"], values["level"])
    clock = str(CLOCKS[Kind(values["clock"])])
    return ShownStep(words, clock, parse_datetime(values["due"]), text, is_late)


def coming_steps(ticket: Ticket, clocks: Iterable[Clock], at: datetime) -> list[ShownStep]:
    """What the clock will do if nothing happens. No query without steps ahead."""
    if not any(clock.next_step_at for clock in clocks):
        return []
    return [
        ShownStep(
            what_words(step.what, step.level),
            str(CLOCKS[each.kind]),
            each.due_at,
            when_words(step.when, step.percent, step.length),
        )
        for each, step in steps_ahead(ticket, at=at)[:SHOWN]
    ]
