"""A complete statement of reasons by form, held to the same rules as one that comes by the API."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appeals.kinds import CATEGORY_OF_KEYWORD, KEYWORDS_OF
from appeals.labels import label
from appeals.models import Decision
from appeals.statements.check import check_statement
from appeals.statements.vocabulary import VOCABULARY
from journal.fields import DayField

NOTHING = ("", _("Nothing"))
COPIED = (
    "decision_visibility",
    "decision_monetary",
    "decision_provision",
    "decision_account",
    "decision_ground",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "category",
    "category_specification",
    "content_type",
    "content_language",
)


def choices(name: str) -> list[tuple[str, Any]]:
    """The codes of a field of the EU schema, with our words for them."""
    return [(code, label(code)) for code in VOCABULARY[name]]


def keywords() -> list[tuple[Any, Any]]:
    """All keywords, under the category that each belongs to; those of several or none at the end."""
    known = KEYWORDS_OF.items()
    groups = [
        (label(each), [(key, label(key)) for key in keys if key in CATEGORY_OF_KEYWORD])
        for each, keys in known
    ]
    rest = [
        (key, words) for key, words in choices("category_specification") if key not in CATEGORY_OF_KEYWORD
    ]
    return [*groups, *rest]


class StatementForm(forms.Form):
    """What is done, where, why and on which ground. `statement` is the checked result, in EU names."""

    decision_visibility = forms.MultipleChoiceField(
        label=_("What happens to the content"), required=False, widget=forms.CheckboxSelectMultiple
    )
    decision_account = forms.ChoiceField(label=_("What happens to the account"), required=False)
    decision_provision = forms.ChoiceField(label=_("What happens to the service"), required=False)
    decision_monetary = forms.ChoiceField(label=_("What happens to payments"), required=False)
    end_date = DayField(
        label=_("Until"),
        required=False,
        help_text=_("Empty: without an end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    decision_ground = forms.ChoiceField(label=_("On which ground"))
    ground = forms.CharField(label=_("Law or rule"), max_length=500)
    explanation = forms.CharField(label=_("Why it applies"), max_length=2000, widget=forms.Textarea)
    category = forms.ChoiceField(label=_("Category"))
    category_specification = forms.MultipleChoiceField(
        label=_("More exactly"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    content_type = forms.MultipleChoiceField(label=_("Kind of content"), widget=forms.CheckboxSelectMultiple)
    content_date = DayField(
        label=_("Date of the content"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    decision_facts = forms.CharField(label=_("Facts"), max_length=5000, widget=forms.Textarea)

    def __init__(self, *args: Any, source: str = "SOURCE_ARTICLE_16", today: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.source, self.today = source, today
        for name in ("decision_visibility", "content_type", "decision_ground", "category"):
            self.fields[name].choices = choices(name)  # type: ignore[attr-defined]
        self.fields["category_specification"].choices = keywords()  # type: ignore[attr-defined]  # a ChoiceField
        for name in ("decision_account", "decision_provision", "decision_monetary"):
            self.fields[name].choices = [NOTHING, *choices(name)]  # type: ignore[attr-defined]

    @staticmethod
    def start_from(decision: Decision) -> dict[str, Any]:
        """Initial values that repeat a decision, to be changed where it goes too far."""
        initial = {name: getattr(decision, name) for name in COPIED}
        illegal = decision.decision_ground == "DECISION_GROUND_ILLEGAL_CONTENT"
        kind = "illegal_content_legal_ground" if illegal else "incompatible_content_ground"
        why = "illegal_content_explanation" if illegal else "incompatible_content_explanation"
        return initial | {
            "ground": getattr(decision, kind),
            "explanation": getattr(decision, why),
            "content_date": decision.content_date,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            self.statement, errors = check_statement(self._raw(data))
            for name, sentences in errors.items():
                for sentence in sentences:
                    self.add_error(name if name in self.fields else None, sentence)
        return data

    def _raw(self, data: Mapping[str, Any]) -> dict[str, Any]:
        illegal = data["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
        kind = "illegal_content" if illegal else "incompatible_content"
        ground = "illegal_content_legal_ground" if illegal else "incompatible_content_ground"
        ends = data["end_date"].isoformat() if data["end_date"] else None
        return {
            **{name: data[name] or None for name in COPIED if name in data and name.startswith("decision_")},
            "category": data["category"],
            "category_specification": data["category_specification"] or None,
            "content_type": data["content_type"],
            ground: data["ground"],
            f"{kind}_explanation": data["explanation"],
            "content_date": data["content_date"].isoformat(),
            "application_date": self.today.isoformat(),
            "decision_facts": data["decision_facts"],
            "source_type": self.source,
            "automated_detection": "No",
            "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
            "puid": "of-our-own",
            **{
                f"end_date_{part}_restriction": ends
                for part, name in (
                    ("visibility", "decision_visibility"),
                    ("account", "decision_account"),
                    ("service", "decision_provision"),
                    ("monetary", "decision_monetary"),
                )
                if data[name]
            },
        }
