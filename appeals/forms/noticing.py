"""Reporting something unlawful or against a rule (DSA Art. 16)."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Platform
from appeals.actions.notices import NoticeLetter
from appeals.kinds import CHILD_ABUSE, KEYWORDS_OF, UNSPECIFIED, is_child_abuse
from appeals.labels import label
from appeals.models import Ground
from appeals.statements.vocabulary import KEYWORD_OTHER
from helpdesk.forms.sending import ContactFields, FilesField, LanguageField, SendingForm, long_text
from rulebook.models import RuleVersion

MOST_LINKS = 50


def read_links(typed: str) -> list[str]:
    """The links somebody typed or pasted, one to a line or apart by spaces. Raises ValidationError."""
    links = list(dict.fromkeys(typed.split()))
    if len(links) > MOST_LINKS:
        raise forms.ValidationError(
            _("Give %(most)s links at most in one report."), params={"most": MOST_LINKS}
        )
    return [_read_link(link) for link in links]


def _read_link(link: str) -> str:
    whole = link if "://" in link else f"https://{link}"
    try:
        parts = urlsplit(whole)
        is_link = parts.scheme == "tg" or (
            parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
        )
    except ValueError:
        is_link = False
    if not is_link or len(whole) > 2000:
        raise forms.ValidationError(
            _("“%(link)s” is not a link. Copy each link whole, one to a line."), params={"link": link[:100]}
        )
    return whole


def rule_codes(day: date) -> list[str]:
    """The rules that bind on that day, in their order."""
    binding = RuleVersion.objects.in_force_on(day).select_related("rule")
    rules = [version.rule for version in binding if not version.is_repeal]
    return [rule.code for rule in sorted(rules, key=lambda rule: (rule.place, rule.code))]


def keyword_choices(category: str) -> list[tuple[str, Any]]:
    """What somebody may say more exactly: within the category, or of all where none was chosen.

    The abuse of children is never among them: it has a page of its own, which takes no file and asks no name.
    """
    kept = {each: [key for key in KEYWORDS_OF[each] if not is_child_abuse(key)] for each in KEYWORDS_OF}
    unsure = ("", _("I am not sure"))
    if category in kept:
        return [unsure, *((key, label(key)) for key in kept[category])]
    named = {each: [key for key in keys if key != KEYWORD_OTHER] for each, keys in kept.items()}
    groups = [(label(each), [(key, label(key)) for key in keys]) for each, keys in named.items()]
    return [unsure, *sorted(groups, key=lambda group: str(group[0]).lower())]


class NoticeForm(SendingForm, ContactFields):
    """What, exactly where, why, by whom, in good faith."""

    letter_class = NoticeLetter

    platform = forms.ModelChoiceField(
        Platform.objects.none(), label=_("On which platform is it?"), empty_label=None
    )
    links = forms.CharField(
        label=_("Links"),
        help_text=_("The exact link of each thing, one to a line. We cannot act without it."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "spellcheck": "false"}),
    )
    keyword = forms.ChoiceField(required=False, label=_("What is it more exactly?"))
    ground = forms.ChoiceField(
        choices=Ground.choices, initial=Ground.LAW, widget=forms.RadioSelect, label=_("Why is it wrong?")
    )
    rule_code = forms.ChoiceField(required=False, label=_("Which rule?"))
    law = forms.CharField(
        required=False,
        max_length=500,
        label=_("Which law, in which country?"),
        help_text=_("If you know it."),
    )
    text = long_text(_("Explain what is wrong with it"), _("What do we see there, and whom does it harm?"))
    attachments = FilesField(
        required=False, label=_("Files"), help_text=_("Pictures or documents that show it.")
    )
    name = forms.CharField(
        max_length=200,
        label=_("Your name"),
        help_text=_("The law asks for it. Whoever it is about never learns it from us."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    language = LanguageField()
    good_faith = forms.BooleanField(
        label=_("I believe in good faith that what I say here is accurate and complete.")
    )

    field_order = [
        "platform", "links", "keyword", "ground", "rule_code", "law", "text", "attachments", "name", "email",
        "language", "zone", "good_faith", "token",
    ]  # fmt: skip

    def __init__(self, *args: Any, category: str = UNSPECIFIED, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["keyword"].choices = self.keywords(category)  # type: ignore[attr-defined]  # a ChoiceField
        platforms = Platform.objects.filter(is_active=True).order_by("name")
        self.fields["platform"].queryset = platforms  # type: ignore[attr-defined]
        if len(platforms) == 1:
            self.fields["platform"].initial = platforms[0]
            self.fields["platform"].widget = forms.HiddenInput()
        choices = [("", _("I am not sure")), *((code, code) for code in rule_codes(self.at.date()))]
        self.fields["rule_code"].choices = choices  # type: ignore[attr-defined]
        self.fields["email"].required = True
        self.fields["email"].help_text = _(
            "The law asks for it, so that we can tell you what we decided. "
            "We first ask this address to confirm."
        )

    def keywords(self, category: str) -> list[tuple[str, Any]]:
        return keyword_choices(category)

    def clean_links(self) -> list[str]:
        return read_links(self.cleaned_data["links"])


class ChildAbuseNoticeForm(NoticeForm):
    """Links only: no file is taken, and nobody must say who they are."""

    attachments = None  # type: ignore[assignment]
    keyword = forms.ChoiceField(
        required=False, label=_("What is it more exactly?"), initial=CHILD_ABUSE[0], widget=forms.RadioSelect
    )
    name = forms.CharField(
        required=False,
        max_length=200,
        label=_("Your name"),
        help_text=_("You need not give it."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("ground", "rule_code", "law"):
            del self.fields[name]
        self.fields["text"].required = False
        self.fields["text"].help_text = _("Describe it in words. Please do not copy or send any picture.")
        self.fields["email"].required = False
        self.fields["email"].help_text = _("Only if you want to hear what we decided.")

    def keywords(self, category: str) -> list[tuple[str, Any]]:
        return [(key, label(key)) for key in CHILD_ABUSE]

    def clean_keyword(self) -> str:
        return self.cleaned_data["keyword"] or CHILD_ABUSE[0]
