"""A case as its person reads it: where it stands, what comes next and by when, and every word so far."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.actions.erasing import told_events
from helpdesk.actions.silence import ended_in_silence, is_silent
from helpdesk.clock_words import TO_PEOPLE, due_words, long_words
from helpdesk.clocks import Kind, State
from helpdesk.desks import Desk, decided_first, desk_of
from helpdesk.models import Clock, Message, Side, Status, Ticket
from journal.models import Event

WORDS = {
    "opened": gettext_lazy("We received it."),
    "waiting": gettext_lazy("We asked you something."),
    "resumed": gettext_lazy("You answered."),
    "resolved": gettext_lazy("We answered."),
    "reminded": gettext_lazy("We reminded you of our question."),
    "reopened": gettext_lazy("It was opened again."),
}
DROPPED = {
    "withdrawn": gettext_lazy("You took it back."),
    "merged": gettext_lazy("It was joined with another case of yours."),
    "spam": gettext_lazy("It was closed, because it did not look like a request to us."),
}


@dataclass(frozen=True)
class CasePage:
    """Everything that the pages of one case show. Sections come from the desk of its kind."""

    ticket: Ticket
    at: datetime

    @property
    def desk(self) -> Desk:
        return desk_of(self.ticket.kind)

    @cached_property
    def messages(self) -> list[Message]:
        """What the person may read by now: nothing that can still be undone."""
        told = self.ticket.messages.filter(told_at__lte=self.at)
        messages = list(told.prefetch_related("attachments"))
        for message in messages:
            kept = [each for each in message.attachments.all() if each.erased_at is None]
            message.files = kept  # type: ignore[attr-defined]
        return messages

    @cached_property
    def questions(self) -> list[Message]:
        """Questions of ours that nothing of the person's has followed yet."""
        unanswered: list[Message] = []
        for message in self.messages:
            if message.side == Side.PERSON:
                unanswered = []
            elif message.is_question:
                unanswered.append(message)
        return unanswered if self.ticket.is_unfinished else []

    @cached_property
    def sections(self) -> list[dict[str, Any]]:
        return [
            {"name": card.name, "template": card.template, **card.context(self.ticket, None, at=self.at)}
            for card in self.desk.sections
        ]

    @cached_property
    def ended_in_silence(self) -> bool:
        return ended_in_silence(self.ticket)

    def _silence(self) -> Iterator[dict[str, Any]]:
        """When a silent person is reminded, and when their case ends; nothing where it never does."""
        ticket, silence = self.ticket, self.ticket.queue.silence
        if silence is None or not is_silent(ticket) or ticket.waiting_since is None:
            return
        reminded_at = ticket.reminded_at
        if reminded_at is None:
            # A sweep may be late: from the reminder on there is always the whole time to answer.
            reminded_at = max(ticket.waiting_since + silence.remind_after, self.at)
            yield {"state": "next", "title": _("We remind you of our question."), "at": reminded_at}
        ends_at = reminded_at + silence.time_to_answer
        yield {"state": "next", "title": _("Without an answer from you the case ends."), "at": ends_at}

    @property
    def standing(self) -> str:
        """Where it stands, in one sentence."""
        if self.ended_in_silence:
            return _("This case has ended, because we heard nothing from you. You can open it again below.")
        return {
            Status.NEW: _("Your case waits for a person on our staff."),
            Status.OPEN: _("A person on our staff is working on your case."),
            Status.WAITING: _("We need an answer from you before we can go on."),
            Status.RESOLVED: _("We have answered. The answer is below."),
            Status.DROPPED: _("This case has ended without an answer."),
        }[Status(self.ticket.status)]

    @property
    def may_withdraw(self) -> bool:
        return self.ticket.is_unfinished

    @property
    def may_reopen(self) -> bool:
        return not self.ticket.is_unfinished and getattr(self.desk, "person_may_reopen", False)

    @cached_property
    def steps(self) -> list[dict[str, Any]]:
        return [*self._happened(), *self._coming()]

    def _happened(self) -> Iterator[dict[str, Any]]:
        last = None
        for event in told_events(self.ticket, at=self.at):
            title = self._title(event)
            if title and title != last:
                last = title
                yield {"state": "past", "title": title, "at": event.at}

    def _title(self, event: Event) -> Any:
        if event.code == "resolved" and event.values.get("reason") == "silence":
            return _("It ended, because we heard nothing from you.")
        if event.code == "dropped":
            return DROPPED.get(event.values.get("why", ""))
        return self.desk.words.get(event.code) or WORDS.get(event.code)

    def _coming(self) -> Iterator[dict[str, Any]]:
        next_step = None if self.ticket.status == Status.WAITING else self.desk.next_step
        said = next_step(self.ticket, self.at) if next_step else ""
        if not self.ticket.is_unfinished:
            if said:
                yield {"state": "past", "title": said}
            return
        first = decided_first(self.ticket)
        title, answer = first or (said or self.standing, None)
        yield {"state": "now", "title": title, "when": _("now")}
        yield from self._silence()
        clocks = list(self.ticket.clocks.open().select_related("row").order_by("due_at"))
        if clocks:
            yield from filter(None, (self._promised(clock, answer) for clock in clocks))
        elif self.ticket.status != Status.WAITING:
            yield self._due(answer or _("You get an answer with reasons."), self.ticket.answer_by)

    def _promised(self, clock: Clock, answer: Any) -> dict[str, Any] | None:
        """What one clock means to the person: what comes and by when, or why it stands still.

        `answer` is what the desk decides first, where that is not yet the decision itself.
        """
        kind = Kind(clock.kind)
        title = answer if answer and kind == Kind.RESOLUTION else TO_PEOPLE[kind]
        if clock.state_at(self.at) == State.PAUSED:
            left = long_words(
                max(clock.row.targets.get(kind, clock.spent) - clock.spent, timedelta(0)),
                is_working=clock.row.calendar_id is not None,
            )
            when = _("The time stands still until you answer. After that we have %(time)s left.")
            return {"state": "next", "title": title, "when": when % {"time": left}}
        return self._due(title, clock.due_at) if clock.due_at else None

    def _due(self, title: Any, due_at: datetime | None) -> dict[str, Any]:
        if due_at is None or due_at >= self.at:
            words = due_words(due_at, self.at) if due_at else ""
            return {"state": "next", "title": title, "at": due_at, "words": words}
        return {
            "state": "overdue",
            "title": _("You should have had an answer by now."),
            "at": due_at,
            "text": _("We are late. The people in charge see this too."),
        }
