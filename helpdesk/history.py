"""The history of a case in words for the staff: events hold codes, the wording is made when read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from helpdesk.desks import desk_of
from helpdesk.models import Ticket
from journal.models import Event

WORDS = {
    "opened": gettext_lazy("The case was opened."),
    "taken": gettext_lazy("Somebody took the case."),
    "taken.reserved": gettext_lazy("Somebody took the case, which had waited longest."),
    "assigned": gettext_lazy("The case was given to somebody."),
    "handed_over": gettext_lazy("The case was handed over."),
    "released": gettext_lazy("The case was laid down."),
    "taken_from_barred": gettext_lazy("The case was taken from somebody who must stay out of it."),
    "barred": gettext_lazy("Somebody must stay out of this case."),
    "snoozed": gettext_lazy("The case was put aside."),
    "woken": gettext_lazy("The case was taken up again."),
    "staff_wrote": gettext_lazy("Staff wrote to the person."),
    "person_wrote": gettext_lazy("The person wrote."),
    "reply_undone": gettext_lazy("A reply was taken back before it was told."),
    "note_added": gettext_lazy("A note was added."),
    "waiting": gettext_lazy("The case waits for the person."),
    "resumed": gettext_lazy("The case goes on."),
    "resolved": gettext_lazy("The case was ended as answered."),
    "resolved.silence": gettext_lazy("The case was ended, as the person did not answer."),
    "reminded": gettext_lazy("The person was reminded that we wait for an answer."),
    "reopened": gettext_lazy("The case was reopened."),
    "dropped": gettext_lazy("The case was ended without an answer."),
    "no_answer_needed": gettext_lazy("The last words need no answer."),
    "merged_from": gettext_lazy("Another case was joined with this one."),
    "linked": gettext_lazy("The case was linked with another."),
    "unlinked": gettext_lazy("A link was removed."),
    "escalated": gettext_lazy("The clock took a step, so that what is promised is kept."),
    "given_back": gettext_lazy("The case was handed back to a lower level."),
    "alarm_raised": gettext_lazy("Whoever is on call was paged."),
    "alarm_acknowledged": gettext_lazy("Somebody who was paged came."),
    "incident_joined": gettext_lazy("The case was added to an incident."),
    "priority_set": gettext_lazy("The priority was changed."),
    "queue_changed": gettext_lazy("The case was moved to another queue."),
    "attached": gettext_lazy("A file was added."),
    "zone_set": gettext_lazy("The person chose how times are told to them."),
    "contact_set": gettext_lazy("A way to reach the person was set."),
    "contact_removed": gettext_lazy("The way to reach the person was removed."),
    "contact_confirmed": gettext_lazy("The person confirmed their address."),
    "erased": gettext_lazy("The words of the case were erased."),
    "purged": gettext_lazy("The words of the case were erased, as its time had come."),
}

STEPS_SHOWN = 20


@dataclass(frozen=True)
class Told:
    """One event in words, and who acted."""

    at: datetime
    words: str
    who: str
    code: str


def escalated_events(ticket_id: Any) -> QuerySet[Event]:
    """The latest steps that the clock took in a case, newest first."""
    events = Event.objects.filter(subject_kind="ticket", subject_id=ticket_id, code="escalated")
    return events.order_by("-number")[:STEPS_SHOWN]


def told_events(ticket: Ticket) -> list[Told]:
    """The events of a case, oldest first. Two queries."""
    events = list(Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).order_by("number"))
    ids = {event.actor_id for event in events if event.actor_kind == "user"}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
    words = {**WORDS, **desk_of(ticket.kind).staff_words}
    return [
        Told(
            event.at,
            str(words.get(_code(event), event.code.replace("_", " ").replace(".", " "))),
            _who(event, names),
            event.code,
        )
        for event in events
    ]


def _code(event: Event) -> str:
    if event.code == "resolved" and event.values.get("reason") == "silence":
        return "resolved.silence"
    return "taken.reserved" if event.code == "taken" and event.values.get("reserved") else event.code


def _who(event: Any, names: dict[Any, str]) -> str:
    if event.actor_kind == "user":
        return names.get(event.actor_id, _("a user of the staff"))
    kinds = {
        "person": _("the person"),
        "key": _("a machine"),
        "panel": _("the panel"),
        "system": _("the clock"),
    }
    return kinds.get(event.actor_kind, event.actor_kind)
