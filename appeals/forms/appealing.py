"""What a person asks for when they want a decision looked at again."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from appeals.actions.filing import AppealLetter
from appeals.models import DecisionPerson
from appeals.window import LAST_PLACE_ON_EARTH
from helpdesk.forms.sending import (
    ContactFields,
    FilesField,
    LanguageField,
    SendingForm,
    long_text,
    shares_fields,
)
from journal.fields import DayField
from journal.references import read_reference


class Asks(models.TextChoices):
    """What an appeal asks for, by its code."""

    UNDO = "undo", _("Undo the decision")
    LIGHTEN = "lighten", _("Make it milder: it goes too far or lasts too long")
    ANOTHER_LOOK = "another_look", _("Look at it again: something was overlooked")
    EXPLAIN = "explain", _("Explain it: I do not understand why")


class NotifierAsks(models.TextChoices):
    """The same, for the person who reported something."""

    ACT = "act", _("Do something about what I reported")
    FURTHER = "go_further", _("Do more: what was done is not enough")
    ANOTHER_LOOK = "another_look", _("Look at it again: something was overlooked")
    EXPLAIN = "explain", _("Explain it: I do not understand why")


class Told(models.TextChoices):
    """How long ago somebody was told of a decision that they cannot name by its link."""

    LATELY = "lately", _("In the last half year")
    LONG_AGO = "long_ago", _("Longer ago")
    UNSURE = "unsure", _("I am not sure")


@shares_fields(but=["zone"])  # its widget is told the moment
class AppealForm(SendingForm, ContactFields):
    letter_class = AppealLetter

    asks = forms.ChoiceField(
        choices=Asks.choices, initial=Asks.UNDO, widget=forms.RadioSelect, label=_("What do you ask for?")
    )
    text = long_text(
        _("Why should we decide differently?"),
        _("Say it in your own words and in any language. It need not sound like a lawyer."),
    )
    attachments = FilesField(
        required=False,
        label=_("Files"),
        help_text=_("Pictures or documents that support what you say."),
    )
    language = LanguageField()
    urgent_by = DayField(
        required=False,
        label=_("Is there a day by which you need the answer?"),
        help_text=_("For example an election, a court hearing or an exam. Leave it empty if there is none."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    urgent_why = forms.CharField(
        required=False, max_length=1000, label=_("What happens on that day?"), widget=forms.TextInput
    )

    late_why = forms.CharField(
        required=False,
        max_length=2000,
        label=_("Why do you come only now?"),
        help_text=_("A person decides first whether that is a good reason to hear you."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    field_order = [
        "asks",
        "text",
        "late_why",
        "attachments",
        "urgent_by",
        "urgent_why",
        "email",
        "language",
        "zone",
        "token",
    ]

    def __init__(self, *args: Any, is_late: bool = False, **options: Any):
        super().__init__(*args, **options)
        if not is_late:
            del self.fields["late_why"]

    def clean_urgent_by(self) -> date | None:
        day = self.cleaned_data["urgent_by"]
        # Nobody is told that their own today has passed, wherever on earth they live.
        if day and day < self.at.astimezone(LAST_PLACE_ON_EARTH).date():
            raise forms.ValidationError(_("This day has passed. Give a later one or leave it empty."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("urgent_by") and not cleaned.get("urgent_why"):
            self.add_error("urgent_why", _("Say in a few words why it is urgent, so that it goes ahead."))
        if cleaned.get("urgent_why") and "urgent_by" in cleaned and not cleaned["urgent_by"]:
            self.add_error("urgent_by", _("Give the day by which you need the answer."))
        return cleaned


class NotifierAppealForm(AppealForm):
    asks = forms.ChoiceField(
        choices=NotifierAsks.choices,
        initial=NotifierAsks.ACT,
        widget=forms.RadioSelect,
        label=_("What do you ask for?"),
    )
    decisions = forms.TypedMultipleChoiceField(
        label=_("Which links is it about?"), coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    field_order = ["decisions", *AppealForm.field_order]

    def __init__(self, *args: Any, links: Sequence[tuple[UUID, str]], **options: Any):
        """`links` are those that were answered, by the key of the decision on each."""
        super().__init__(*args, **options)
        self.all = [key for key, _link in links]
        if len(links) < 2:
            del self.fields["decisions"]
            return
        self.fields["decisions"].choices = links  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["decisions"].initial = self.all

    @property
    def chosen(self) -> list[UUID]:
        """The decisions that are appealed."""
        return self.cleaned_data.get("decisions", self.all)


class StartForm(AppealForm):
    """Without the signed link: by the reference that the platform gave, or by describing what happened."""

    reference = forms.CharField(
        required=False,
        max_length=40,
        label=_("Reference of the decision"),
        help_text=_("Nine letters and digits, like A7K3-9QXT-M. The platform gave it to you."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    described = forms.CharField(
        required=False,
        max_length=4000,
        label=_("Or describe the decision"),
        help_text=_(
            "Which platform, which account, channel or post, what happened to it, and when. "
            "Links help us to find it."
        ),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    told = forms.ChoiceField(
        required=False,
        choices=Told.choices,
        initial=Told.UNSURE,
        widget=forms.RadioSelect,
        label=_("When were you told of it?"),
    )
    mandate = FilesField(
        required=False,
        most=1,
        label=_("Do you write for somebody else? Add their written permission"),
        help_text=_(
            "A letter with their name, your name and what you may do for them. "
            "Two people on our staff check it before you are shown anything."
        ),
    )

    field_order = [
        "reference",
        "described",
        "told",
        "late_why",
        *(name for name in AppealForm.field_order[:-4] if name != "late_why"),
        "mandate",
        "email",
        "language",
        "zone",
    ]

    def __init__(self, *args: Any, **options: Any):
        # Asked by their own word, never by the age of the decision that a reference names: that is not
        # theirs to know before they have shown that it is theirs.
        super().__init__(*args, is_late=True, **options)

    def clean_reference(self) -> DecisionPerson | None:
        typed = self.cleaned_data["reference"].strip()
        if not typed:
            return None
        reference = read_reference(typed)
        known = DecisionPerson.objects.filter(reference=reference).select_related("decision").first()
        if reference is None or known is None:
            raise forms.ValidationError(
                _(
                    "We do not know this reference. Compare it sign by sign, "
                    "or leave it empty and describe the decision instead."
                )
            )
        return known

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("told") == Told.LATELY:  # what was typed before they chose that, and is hidden since
            cleaned["late_why"] = ""
        if "reference" in cleaned and not cleaned["reference"] and not cleaned.get("described"):
            self.add_error(
                "described", _("Give the reference of the decision, or describe it so that we can find it.")
            )
        return cleaned
