"""The steps that a row of a policy may plan: bounded, each at a moment that its clock has. Source: design,
"Clocks and escalation"; docs/clocks.md, "Steps"."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from helpdesk.calendars import add
from helpdesk.clock_words import CLOCKS
from helpdesk.clocks import Kind
from helpdesk.models import CalendarVersion, PolicyRow, Step
from helpdesk.spans import speaker
from helpdesk.steps import DOINGS, What, When
from journal.errors import Refused

MOST_STEPS = 12  # of one clock in one row; whoever is called more often hears nothing any more
LONGEST_AFTER = timedelta(days=90)
WEEK = range(7)


def refuse_bad_steps(
    rows: Sequence[PolicyRow],
    steps: Sequence[Step],
    *,
    hours: Mapping[UUID, CalendarVersion],
    at: datetime,
) -> None:
    """Steps that can all be taken, each once, and no further than is meant. Raises Refused.

    `hours` are the working hours that hold from `at` on, by calendar.
    """
    for row in rows:
        own = [step for step in steps if step.row_id == row.pk]
        for kind in Kind:
            _refuse_crowd(row, kind, [step for step in own if step.clock == kind])
        for step in own:
            _refuse_moment(row, step, hours, at)


def _refuse_crowd(row: PolicyRow, kind: Kind, steps: Sequence[Step]) -> None:
    named = {"row": row.name, "clock": CLOCKS[kind], "most": MOST_STEPS}
    if steps and kind not in row.targets:
        raise Refused(
            "step_of_no_clock",
            _(
                "The row %(row)s has steps for “%(clock)s”, which it does not promise. Promise it, or remove "
                "the steps."
            )
            % named,
        )
    if len(steps) > MOST_STEPS:
        raise Refused(
            "too_many_steps",
            _("The row %(row)s has more than %(most)d steps for “%(clock)s”. Remove some.") % named,
        )
    if _has_twins([step.key for step in steps]) or _has_twins([_content(step) for step in steps]):
        raise Refused(
            "same_step_twice",
            _("The row %(row)s has the same step twice for “%(clock)s”. Remove one of the two.") % named,
        )


def _content(step: Step) -> tuple[object, ...]:
    return step.when, step.percent, step.length, step.what, step.level


def _has_twins(keys: Iterable[object]) -> bool:
    listed = list(keys)
    return len(set(listed)) < len(listed)


def _refuse_moment(row: PolicyRow, step: Step, hours: Mapping[UUID, CalendarVersion], at: datetime) -> None:
    named = {"row": row.name, "clock": CLOCKS[Kind(step.clock)]}
    length = step.length or timedelta(0)
    if step.when == When.SHARE and not 1 <= (step.percent or 0) <= 99:
        raise Refused(
            "bad_share",
            _("A share of the time is between 1 and 99 percent. The row %(row)s has another one.") % named,
        )
    if step.when in (When.BEFORE, When.AFTER) and length <= timedelta(0):
        raise Refused(
            "no_length",
            _("A step of the row %(row)s does not say how long before or after. Write hours.") % named,
        )
    if step.when == When.BEFORE and length >= _longest(row, Kind(step.clock), hours, at):
        raise Refused(
            "before_it_begins",
            _(
                "A step of the row %(row)s would be due before its clock “%(clock)s” has begun. Make it "
                "shorter."
            )
            % named,
        )
    if step.when == When.AFTER and length > LONGEST_AFTER:
        raise Refused(
            "too_long_after",
            _("A step of the row %(row)s comes later than %(time)s after the end. Make it shorter.")
            % {**named, "time": speaker()(LONGEST_AFTER)},
        )
    if DOINGS[What(step.what)].takes_level and step.level is None:
        raise Refused("level_needed", _("Choose who is told, in each step that tells somebody."))


def _longest(row: PolicyRow, kind: Kind, hours: Mapping[UUID, CalendarVersion], at: datetime) -> timedelta:
    """How long this clock takes at most in real time, begun on any day of the week from `at` on."""
    target = row.targets.get(kind, timedelta(0))
    version = hours.get(row.calendar_id) if row.calendar_id else None
    if version is None:
        return target
    begun = [at + timedelta(days=day) for day in WEEK]
    ends = [(start, add(version.working, start, target)) for start in begun]
    return max(end - start if end else timedelta.max for start, end in ends)


def new_key(step: Step, used: Iterable[str]) -> str:
    """A key for a step that has none yet: the same for the same step in another row, so that a case which
    changes its row takes it once."""
    amount = step.percent or int((step.length or timedelta(0)).total_seconds()) // 60
    key = "-".join(str(part) for part in (step.when, amount or "", step.what, step.level or "") if part != "")
    taken = set(used)
    return next(
        name for name in (key, *(f"{key}-{n}" for n in range(2, len(taken) + 3))) if name not in taken
    )
