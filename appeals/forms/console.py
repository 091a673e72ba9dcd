"""What moderators and leads fill in about appeals, reports and measures."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Platform, User
from appeals.models import Outcome
from journal.fields import DayField

OUTCOMES = [
    (Outcome.UPHELD, _("Uphold: the decision stands")),
    (Outcome.OVERTURNED, _("Overturn: the decision falls and is undone")),
    (Outcome.MODIFIED, _("Modify: another decision replaces it")),
    (Outcome.REMITTED, _("Remit: the platform must decide anew")),
]


class ReviewForm(forms.Form):
    """The answer to one appealed decision."""

    turn = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES, widget=forms.RadioSelect)
    reasons = forms.CharField(
        label=_("Reasons"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("The person reads these words. Say what you looked at, which rule applies and why."),
    )
    remit_until = DayField(
        label=_("The platform decides by"),
        required=False,
        help_text=_("Only when you remit. Without an answer by then the decision falls."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    attested = forms.BooleanField(label=_("I did not take part in this decision"), required=False)

    def __init__(self, *args: Any, asks_attestation: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not asks_attestation:
            del self.fields["attested"]


class BulkReviewForm(forms.Form):
    """One answer to many like appeals. What needs words or a date of its own is answered one by one."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES[:2], widget=forms.RadioSelect)
    reasons = forms.CharField(
        label=_("Reasons"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Each person reads these words as the answer to their own case."),
    )
    attested = forms.BooleanField(label=_("I took part in none of these decisions"), required=False)


class LinksField(forms.TypedMultipleChoiceField):
    """Some of the links of a report. Which of them are still open, the action says in words of its own."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any):
        super().__init__(coerce=UUID, **options)

    def valid_value(self, value: str) -> bool:
        try:
            return bool(UUID(value))
        except ValueError:
            return False


class NoticeForm(forms.Form):
    """The answer to a report: no action with reasons, or a restriction (with a StatementForm beside it).

    Of several `links` all are ticked at first; of one there is nothing to choose.
    """

    ACTIONS = [("no_action", _("No action")), ("restriction", _("Restrict"))]

    turn = forms.IntegerField(widget=forms.HiddenInput)
    links = LinksField(
        label=_("Which links"),
        help_text=_("What you leave out waits for an answer of its own."),
        error_messages={"required": _("Tick at least one link.")},
    )
    action = forms.ChoiceField(label=_("Answer"), choices=ACTIONS, widget=forms.RadioSelect)
    reasons = forms.CharField(
        label=_("Reasons, where nothing is done"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Everybody who reported this link reads these words."),
    )
    rule = forms.CharField(
        label=_("Rule"), required=False, max_length=40, help_text=_("Its code, if one applies.")
    )

    def __init__(self, *args: Any, links: Sequence[tuple[UUID, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.only = [key for key, _words in links]
        if len(links) < 2:
            del self.fields["links"]
            return
        self.fields["links"].choices = links  # type: ignore[attr-defined]  # a ChoiceField
        self.initial.setdefault("links", self.only)
        self.fields["reasons"].help_text = _(
            "Everybody who reported one of these links reads these words. Name no link in them."
        )

    @property
    def chosen(self) -> list[UUID]:
        """The links that are answered now."""
        return self.cleaned_data.get("links", self.only)


class LeaveForm(forms.Form):
    reasons = forms.CharField(label=_("Why it is not heard"), widget=forms.Textarea(attrs={"rows": 4}))


class DeciderForm(forms.Form):
    """Which user a platform's opaque id is."""

    platform = forms.ModelChoiceField(Platform.objects.order_by("name"), label=_("Platform"))
    decided_by = forms.CharField(label=_("The platform's id"), max_length=100)
    user = forms.ModelChoiceField(User.objects.none(), label=_("User"))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        staff = User.objects.holding("moderator", "lead", "head")
        self.fields["user"].queryset = staff.order_by("name")  # type: ignore[attr-defined]
