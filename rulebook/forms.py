"""What a policy editor types: a rule, its day, and its words in each language of the pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from journal.fields import DayField
from rulebook.actions import Words


class RuleForm(forms.Form):
    """The rule and the day; the words stand in a form of their own for each language."""

    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        label=_("Code of the rule"),
        max_length=40,
        help_text=_("A new code makes a new rule; a known one gives that rule a new version."),
        error_messages={"invalid": _("A code consists of letters, digits, points and hyphens.")},
    )
    in_force_on = DayField(
        label=_("In force from"),
        help_text=_("From 00:00 UTC of that day on. Tomorrow at the earliest."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    binding = forms.ChoiceField(label=_("Language that binds"), choices=settings.LANGUAGES)
    is_repeal = forms.BooleanField(label=_("The rule ends on that day"), required=False)


class WordsForm(forms.Form):
    """What the rule says in one language; empty where there is no translation yet."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    text = forms.CharField(
        label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 8}), help_text=_("Markdown.")
    )
    summary = forms.CharField(
        label=_("In plain words"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any):
        super().__init__(*args, prefix=language, **kwargs)
        self.language = language

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("title")) != bool(given.get("text")):
            raise forms.ValidationError(_("Give both a title and a text, or neither."))
        return given

    def words(self, *, binding: str) -> Words | None:
        """The words as the action takes them; None where there are none."""
        if not self.cleaned_data["text"]:
            return None
        return Words(self.language, **self.cleaned_data, is_authoritative=self.language == binding)
