"""Queues, teams, reply templates and the names of working hours change here.

Operators and leads do it; each change is an event.
Events name the fields that changed and hold their numbers, never the words that somebody gave them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from helpdesk.actions.assigning import lay_down
from helpdesk.actions.first import QUEUES
from helpdesk.desks import desk_of
from helpdesk.models import Policy, PolicyRow, Queue, ReplyTemplate, Team, Ticket, WorkCalendar
from helpdesk.permissions import can_change_settings, can_give_queue, can_see
from helpdesk.templating import unknown_fields
from journal.actions import record
from journal.errors import Refused, require
from journal.ids import Row
from journal.seen import refuse_if_changed

SILENCE = ("remind_after_days", "close_after_days")


def _change(row: Any, values: Mapping[str, Any], *, by: Any, at: datetime) -> Any:
    """Save what differs of `values` and write which fields did; numbers stand in the event."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    row.save(update_fields=changed)
    numbers = {name: values[name] for name in changed if isinstance(values[name], int)}
    record(row, "changed", by=by, at=at, fields=sorted(changed), **numbers)
    return row


def _held(row: Any, fields: Iterable[str] = (), seen: str | None = None) -> Any:
    """The row as it is now, until the commit; refused where it is not what was `seen` (journal/seen.py)."""
    held = type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)
    refuse_if_changed(held, fields, seen)
    return held


def _end(row: Any, *, by: Any, at: datetime) -> Any:
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        record(row, "ended", by=by, at=at)
    return row


def _add(row: Row, *, by: Any, at: datetime, **values: Any) -> Any:
    row.save(force_insert=True)
    record(row, "added", by=by, at=at, **values)  # type: ignore[arg-type]
    return row


@transaction.atomic
def add_team(*, by: Any, at: datetime, **fields: Any) -> Team:
    """A new team: its names in each language (`name_en`, `name_ru`, ...), and how it is paged."""
    require(can_change_settings(by))
    return _add(Team(**fields), by=by, at=at)


@transaction.atomic
def change_team(team: Team, *, by: Any, at: datetime, seen: str | None = None, **fields: Any) -> Team:
    require(can_change_settings(by))
    return _change(_held(team, fields, seen), fields, by=by, at=at)


@transaction.atomic
def end_team(team: Team, *, by: Any, at: datetime) -> Team:
    """No more work for this team. Raises Refused("has_queues") while it has a queue."""
    require(can_change_settings(by))
    team = _held(team)
    if team.queues.filter(ended_at=None).exists():
        raise Refused("has_queues", _("This team still has queues. Give them to another team first."))
    return _end(team, by=by, at=at)


def _lay_down(tickets: Iterable[Ticket], *, by: Any, at: datetime) -> None:
    for ticket in tickets:
        lay_down(ticket, by=by, at=at)


@transaction.atomic
def add_queue(*, by: Any, at: datetime, **fields: Any) -> Queue:
    """A new queue. Raises Refused("slug_taken")."""
    require(can_change_settings(by))
    _refuse_silence(Queue(**fields))
    try:
        with transaction.atomic():
            return _add(Queue(**fields), by=by, at=at, kind=fields["kind"], team=fields["team"].pk)
    except IntegrityError as error:
        raise Refused(
            "slug_taken", _("There is a queue with this short name already."), field="slug"
        ) from error


@transaction.atomic
def change_queue(queue: Queue, *, by: Any, at: datetime, seen: str | None = None, **fields: Any) -> Queue:
    """Names, team, promised hours, days kept. What is open keeps the moment that it was promised;
    a shorter retention reaches what has ended with its next purge date only. Who does not see the queue
    with its new team lays down what they had taken of it."""
    require(can_change_settings(by))
    queue = _held(queue, fields, seen)
    team = queue.team_id
    if not can_give_queue(by, queue, fields.get("team", queue.team)):
        raise Refused(
            "own_team",
            _("You would see cases that you do not see now. Ask somebody who is not in that team to do it."),
            field="team",
        )
    silent = {name: fields.get(name, getattr(queue, name)) for name in SILENCE}
    _refuse_silence(Queue(kind=queue.kind, **silent))
    _change(queue, fields, by=by, at=at)
    if queue.team_id != team:
        taken = Ticket.objects.unfinished().filter(queue=queue).select_related("queue", "assignee")
        unseen = [each for each in taken.exclude(assignee=None) if not can_see(each.assignee, each)]
        _lay_down(unseen, by=by, at=at)
    return queue


def _refuse_silence(queue: Queue) -> None:
    """A case that must be decided never ends because its person is silent (DSA Art. 20)."""
    remind, close = queue.remind_after_days, queue.close_after_days
    if remind is None and close is None:
        return
    if remind is None or close is None or not 0 < remind < close:
        raise Refused(
            "remind_first",
            _("Remind the person first, and end the case on a later day. Leave both empty for neither."),
            field="close_after_days",
        )
    if desk_of(queue.kind).why_not_resolved is not None:
        raise Refused(
            "needs_decision",
            _("Cases of this kind need a decision and cannot end by themselves. Leave both fields empty."),
            field="close_after_days",
        )


@transaction.atomic
def end_queue(queue: Queue, *, by: Any, at: datetime) -> Queue:
    """Take no more tickets. Raises Refused("has_tickets", "last_of_its_kind").

    A public form always leads somewhere, so the last queue of its kind stays until there is another.
    """
    require(can_change_settings(by))
    in_use = Queue.objects.in_use().filter(kind=queue.kind).order_by("pk")
    if list(in_use.select_for_update(no_key=True)) == [queue] and queue.kind in QUEUES:
        raise Refused(
            "last_of_its_kind",
            _("This is the last queue of its kind, and people write to it. Add another one first."),
        )
    queue = _held(queue)
    if Ticket.objects.unfinished().filter(queue=queue).exists():
        raise Refused("has_tickets", _("This queue still has unfinished tickets. Answer or move them first."))
    return _end(queue, by=by, at=at)


@transaction.atomic
def add_reply_template(*, by: Any, at: datetime, **fields: Any) -> ReplyTemplate:
    """Words to start replies from. Raises Refused("unknown_field") for braces that name nothing."""
    require(can_change_settings(by))
    _refuse_unknown_fields(fields)
    return _add(ReplyTemplate(**fields), by=by, at=at)


@transaction.atomic
def change_reply_template(
    template: ReplyTemplate, *, by: Any, at: datetime, seen: str | None = None, **fields: Any
) -> ReplyTemplate:
    require(can_change_settings(by))
    _refuse_unknown_fields(fields)
    return _change(_held(template, fields, seen), fields, by=by, at=at)


@transaction.atomic
def end_reply_template(template: ReplyTemplate, *, by: Any, at: datetime) -> ReplyTemplate:
    require(can_change_settings(by))
    return _end(_held(template), by=by, at=at)


@transaction.atomic
def rename_calendar(
    calendar: WorkCalendar, *, by: Any, at: datetime, seen: str | None = None, **names: Any
) -> WorkCalendar:
    """Other names for a place. Its hours are versions: `actions.policies.change_calendar`."""
    require(can_change_settings(by))
    return _change(_held(calendar, names, seen), names, by=by, at=at)


@transaction.atomic
def end_calendar(calendar: WorkCalendar, *, by: Any, at: datetime) -> WorkCalendar:
    """Nothing new is promised by these hours. Raises Refused("in_use").

    What a case was promised by them it keeps until it gets another row of the table.
    """
    require(can_change_settings(by))
    calendar = _held(calendar)
    holds = list(Policy.objects.in_force_at(at)[:1])
    coming = Policy.objects.filter(from_at__gt=at)
    if PolicyRow.objects.filter(policy__in=[*holds, *coming], calendar=calendar).exists():
        raise Refused(
            "in_use",
            _("What is promised counts by these hours, now or later. Give its rows other hours first."),
        )
    return _end(calendar, by=by, at=at)


def _refuse_unknown_fields(fields: Mapping[str, Any]) -> None:
    for name, text in fields.items():
        unknown = unknown_fields(text or "") if name.startswith("text") else []
        if unknown:
            raise Refused(
                "unknown_field",
                _("There is no field called {%(name)s}. Use one of those listed below.")
                % {"name": unknown[0]},
                field=name,
            )
