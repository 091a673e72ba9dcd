"""Steps of an escalation in words: in the table, the preview, what-if and on the ticket."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.clock_words import CLOCKS
from helpdesk.clocks import Kind
from helpdesk.models import Level, Step
from helpdesk.spans import speaker
from helpdesk.steps import DOINGS, MOMENTS, What, When


def when_words(when: str, percent: int | None, length: timedelta | None) -> str:
    """The moment of a step: "1 h 0 min before it is due"."""
    if when == When.SHARE:
        return _("at %(percent)s%% of the time") % {"percent": percent}
    if when == When.AT or not length:
        return str(MOMENTS[When.AT])
    say = speaker()
    if when == When.BEFORE:
        return _("%(time)s before it is due") % {"time": say(length)}
    return _("%(time)s after it was due") % {"time": say(length)}


def what_words(what: str, level: int | None) -> str:
    """What is done, and to whom it is told where the step says so; a kind that is no more, by its code."""
    if what not in DOINGS:
        return what
    words = str(DOINGS[What(what)].label)
    return f"{words}: {Level(level).label}" if level else words


def step_words(step: Step) -> str:
    """A step as one reads it in the table."""
    return f"{when_words(step.when, step.percent, step.length)} · {what_words(step.what, step.level)}"


def steps_by_clock(steps: Any) -> list[tuple[str, list[str]]]:
    """The steps of a row, clock by clock, in the order in which they stand."""
    named: dict[str, list[str]] = {}
    for step in sorted(steps, key=lambda step: (list(Kind).index(Kind(step.clock)), step.place)):
        named.setdefault(str(CLOCKS[Kind(step.clock)]), []).append(step_words(step))
    return list(named.items())
