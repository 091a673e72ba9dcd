"""The small forms of acts on one ticket: the shape of what is typed. What it means is the actions' matter."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from helpdesk.actions.ending import MERGE_REASONS, SPAM_REASONS
from helpdesk.actions.writing import NO_ANSWER_REASONS
from helpdesk.models import Level, Priority, Queue, TeamMember, Ticket
from helpdesk.permissions import can_work
from journal.references import read_reference


class ActForm(forms.Form):
    """A form about one ticket, for one user."""

    def __init__(self, *args: Any, ticket: Ticket, user: Any, **kwargs: Any):
        self.ticket, self.user = ticket, user
        super().__init__(*args, **kwargs)


class NoteField(forms.CharField):
    widget = forms.Textarea(attrs={"rows": 4})


class HandOverForm(ActForm):
    to = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("To whom"), empty_label=gettext_lazy("Choose")
    )
    note = NoteField(
        label=gettext_lazy("What they need to know"),
        help_text=gettext_lazy("An internal note. The person never sees it."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = (
            User.objects.holding("moderator", "lead", "head")
            .filter(pk__in=TeamMember.objects.live().filter(team=self.ticket.queue.team_id).values("user"))
            .exclude(pk=self.user.pk)
            .exclude(pk__in=self.ticket.barred.values("user"))
            .order_by("name")
        )


class SnoozeForm(ActForm):
    LENGTHS = {
        "1": gettext_lazy("One hour"),
        "4": gettext_lazy("Four hours"),
        "24": gettext_lazy("One day"),
        "72": gettext_lazy("Three days"),
        "168": gettext_lazy("One week"),
    }
    hours = forms.ChoiceField(
        label=gettext_lazy("For how long"),
        choices=list(LENGTHS.items()),
        widget=forms.RadioSelect,
        initial="24",
    )


class OtherTicketForm(ActForm):
    other = forms.CharField(
        label=gettext_lazy("Reference of the other case"),
        max_length=20,
        widget=forms.TextInput({"dir": "ltr"}),
    )

    def clean_other(self) -> Ticket:
        reference = read_reference(self.cleaned_data["other"])
        found = Ticket.objects.visible_to(self.user).filter(reference=reference).exclude(pk=self.ticket.pk)
        if reference is None or not (other := found.first()):
            raise forms.ValidationError(_("There is no other case with this reference that you can see."))
        if not can_work(self.user, other):
            raise forms.ValidationError(_("You must stay out of that case. Ask a colleague to do this."))
        return other


MERGE_WORDS = {
    "sent_twice": gettext_lazy("The same words were sent twice"),
    "same_matter": gettext_lazy("They wrote again about the same matter"),
}


class MergeForm(OtherTicketForm):
    reason = forms.ChoiceField(
        label=gettext_lazy("Why these are one case"),
        choices=[(code, MERGE_WORDS[code]) for code in MERGE_REASONS],
        widget=forms.RadioSelect,
    )


NO_ANSWER_WORDS = {
    "thanks": gettext_lazy("They only say thank you or goodbye"),
    "nothing_asked": gettext_lazy("They ask for nothing"),
    "said_before": gettext_lazy("We have answered this already"),
    "automatic": gettext_lazy("Sent by a machine"),
}


class NoAnswerForm(ActForm):
    reason = forms.ChoiceField(
        label=gettext_lazy("Why no answer is needed"),
        choices=[(code, NO_ANSWER_WORDS[code]) for code in NO_ANSWER_REASONS],
        widget=forms.RadioSelect,
    )


SPAM_WORDS = {
    "advertising": gettext_lazy("Advertising"),
    "automatic": gettext_lazy("Sent by a machine"),
    "empty": gettext_lazy("Nothing in it can be understood"),
    "abuse_of_form": gettext_lazy("The form was misused"),
}


class SpamForm(ActForm):
    reason = forms.ChoiceField(
        label=gettext_lazy("Why this is no case"),
        choices=[(code, SPAM_WORDS[code]) for code in SPAM_REASONS],
        widget=forms.RadioSelect,
    )


class PriorityForm(ActForm):
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), choices=Priority.choices, coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("priority", self.ticket.priority)


class LevelForm(ActForm):
    level = forms.TypedChoiceField(label=gettext_lazy("To whom"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [each for each in Level.choices if each[0] < self.ticket.level]


class QueueForm(ActForm):
    to = forms.ModelChoiceField(
        Queue.objects.none(), label=gettext_lazy("Queue"), empty_label=gettext_lazy("Choose")
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # sight: a case may be handed to a queue that one does not read
        same = Queue.objects.in_use().filter(kind=self.ticket.kind)
        self.fields["to"].queryset = same.exclude(pk=self.ticket.queue_id)
