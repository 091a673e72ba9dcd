"""What staff do with a ticket beside writing: one small form for each act, all drawn by one page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from helpdesk import actions
from helpdesk.forms.acts import (
    ActForm,
    HandOverForm,
    LevelForm,
    MergeForm,
    NoAnswerForm,
    OtherTicketForm,
    PriorityForm,
    QueueForm,
    SnoozeForm,
    SpamForm,
)
from helpdesk.models import Level, Ticket
from helpdesk.permissions import standing_of, stands_high_enough
from helpdesk.views.console.frame import case_reader, page
from journal.errors import Refused, require

Do = Callable[..., Any]


@dataclass(frozen=True)
class Act:
    """One act: its words, its form, what it calls, and whether it is offered on a ticket now."""

    name: str
    title: Any
    button: Any
    do: Do
    form: type[ActForm] = ActForm
    warning: Any = ""
    is_offered: Callable[[Any, Any], bool] = lambda user, ticket: ticket.is_unfinished
    key: str = ""
    leaves: bool = False  # afterwards one does not stay on the ticket


def _given(**names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda data: {keyword: data[field] for keyword, field in names.items()}


def _simply(action: Do, values: Callable[[dict[str, Any]], dict[str, Any]] = lambda data: {}) -> Do:
    def do(ticket: Ticket, user: Any, at: datetime, data: dict[str, Any]) -> None:
        action(ticket, by=user, at=at, **values(data))

    return do


def _snooze(ticket: Ticket, user: Any, at: datetime, data: dict[str, Any]) -> None:
    actions.snooze(ticket, by=user, at=at, until=at + timedelta(hours=int(data["hours"])))


ACTS: dict[str, Act] = {}


def register(act: Act) -> None:
    ACTS[act.name] = act


def acts_for(user: Any, ticket: Any) -> list[Act]:
    """What is offered on this ticket now, in the order of the menu. No query."""
    return [act for act in ACTS.values() if act.is_offered(user, ticket)]


def _free(user: Any, ticket: Any) -> bool:
    return (
        ticket.is_unfinished
        and not ticket.is_barred
        and ticket.assignee_id is None
        and stands_high_enough(user, ticket)
    )


def _mine(user: Any, ticket: Any) -> bool:
    return ticket.is_unfinished and ticket.assignee_id == user.pk


def _workable(user: Any, ticket: Any) -> bool:
    return ticket.is_unfinished and not ticket.is_barred


for each in (
    Act(
        "take",
        gettext_lazy("Take this case"),
        gettext_lazy("Take this case"),
        _simply(actions.take),
        is_offered=_free,
        key="t",
    ),
    Act(
        "hand-over",
        gettext_lazy("Hand over"),
        gettext_lazy("Hand over with this note"),
        _simply(actions.hand_over, _given(to="to", note="note")),
        HandOverForm,
        key="h",
        is_offered=_workable,
    ),
    Act(
        "release",
        gettext_lazy("Lay down"),
        gettext_lazy("Lay down, for anybody to take"),
        _simply(actions.release),
        is_offered=_mine,
    ),
    Act(
        "snooze",
        gettext_lazy("Put aside"),
        gettext_lazy("Put aside"),
        _snooze,
        SnoozeForm,
        key="s",
        is_offered=_workable,
    ),
    Act(
        "wake",
        gettext_lazy("Take up again"),
        gettext_lazy("Take up again now"),
        _simply(actions.wake),
        is_offered=lambda user, ticket: _workable(user, ticket) and ticket.snoozed_until is not None,
    ),
    Act(
        "priority",
        gettext_lazy("Priority"),
        gettext_lazy("Set the priority"),
        _simply(actions.set_priority, _given(priority="priority")),
        PriorityForm,
        key="e",
        is_offered=_workable,
    ),
    Act(
        "give-back",
        gettext_lazy("Give back to a lower level"),
        gettext_lazy("Give back"),
        _simply(actions.give_back, _given(level="level")),
        LevelForm,
        is_offered=lambda user, ticket: (
            _workable(user, ticket) and Level.MODERATOR < ticket.level <= standing_of(user)
        ),
    ),
    Act(
        "move",
        gettext_lazy("Move to another queue"),
        gettext_lazy("Move"),
        _simply(actions.move_to_queue, _given(queue="to")),
        QueueForm,
        is_offered=_workable,
        leaves=True,
    ),
    Act(
        "link",
        gettext_lazy("Link with another case"),
        gettext_lazy("Link"),
        _simply(actions.link, _given(other="other")),
        OtherTicketForm,
        key="l",
        warning=gettext_lazy("Links are for the staff; neither person sees them."),
        is_offered=_workable,
    ),
    Act(
        "unlink",
        gettext_lazy("Take the link away"),
        gettext_lazy("Take the link away"),
        _simply(actions.unlink, _given(other="other")),
        OtherTicketForm,
        is_offered=lambda user, ticket: False,  # its button stands beside each linked case
    ),
    Act(
        "screened",
        gettext_lazy("This is a case"),
        gettext_lazy("Let it wait in line with the others"),
        _simply(actions.screen),
        is_offered=lambda user, ticket: _workable(user, ticket) and not ticket.is_screened,
    ),
    Act(
        "merge",
        gettext_lazy("Join with another case of the same person"),
        gettext_lazy("End this case and join it with the other"),
        _simply(actions.merge, _given(into="other", reason="reason")),
        MergeForm,
        key="m",
        warning=gettext_lazy(
            "This case ends. Its receipt opens the other case from then on, and the person is told."
        ),
        is_offered=_workable,
    ),
    Act(
        "spam",
        gettext_lazy("This is no case"),
        gettext_lazy("End it without an answer"),
        _simply(actions.mark_spam, _given(reason="reason")),
        SpamForm,
        gettext_lazy("The case ends without an answer. It can be reopened."),
        is_offered=_workable,
        leaves=True,
    ),
    Act(
        "conflict",
        gettext_lazy("I must stay out of this case"),
        gettext_lazy("Declare the conflict and leave the case"),
        _simply(actions.declare_conflict),
        warning=gettext_lazy(
            "You declare a conflict of interest. The case is taken from you, and you cannot work on it again."
        ),
        is_offered=_workable,
        leaves=True,
    ),
    Act(
        "resolve",
        gettext_lazy("End as answered"),
        gettext_lazy("End as answered"),
        _simply(actions.resolve),
        is_offered=_workable,
    ),
    Act(
        "no-answer",
        gettext_lazy("The last words need no answer"),
        gettext_lazy("No answer is needed"),
        _simply(actions.no_answer_needed, _given(reason="reason")),
        NoAnswerForm,
        is_offered=lambda user, ticket: not ticket.is_barred and ticket.unanswered_since is not None,
    ),
    Act(
        "reopen",
        gettext_lazy("Reopen"),
        gettext_lazy("Reopen this case"),
        _simply(actions.reopen),
        is_offered=lambda user, ticket: (
            not ticket.is_unfinished
            and not ticket.is_barred
            and not ticket.merged_into_id
            and not ticket.erased_at
        ),
    ),
):
    register(each)


@require_http_methods(["GET", "POST"])
@case_reader
def act(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """The small form of one act, and the act itself."""
    from helpdesk.views.console.ticket import ticket_of

    found = ticket_of(request, reference)
    chosen = ACTS.get(name)
    if chosen is None:
        raise Http404
    require(not found.is_barred)  # else a form would promise what the act refuses
    data = request.POST if request.method == "POST" else None
    form = chosen.form(data, ticket=found, user=request.user)
    if request.method == "POST" and form.is_valid() and _done(request, chosen, found, form):
        return (
            redirect("console:queue", found.queue.slug)
            if chosen.leaves
            else redirect("console:ticket", reference)
        )
    status = 200 if request.method == "GET" else 409
    context = {"ticket": found, "act": chosen, "form": form, "here": found.queue.slug}
    return page(request, "helpdesk/console/act.html", context, status=status)


def _done(request: HttpRequest, chosen: Act, ticket: Ticket, form: ActForm) -> bool:
    try:
        chosen.do(ticket, request.user, timezone.now(), form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    messages.success(
        request, _("%(reference)s: %(act)s. Done.") % {"reference": ticket.reference, "act": chosen.title}
    )
    return True
