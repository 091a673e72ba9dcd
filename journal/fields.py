"""What Django's form fields say when something is missing or wrong: in our words, for every form alike.

Django says "This field is required." of all of them, which does not tell a frightened person what to do.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from journal.references import latin_digits

CHOOSE_ONE = {"required": _("Choose one."), "invalid_choice": _("Choose one of those that are offered.")}
CHOOSE_SOME = {
    "required": _("Choose at least one."),
    "invalid_choice": _("Choose among those that are offered."),
}


class DayField(forms.DateField):
    """A day, typed in the digits of any script; Python reads months and days in Latin ones alone."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(latin_digits(value) if isinstance(value, str) else value)


WORDS: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": _("Fill this in.")},
    forms.CharField: {
        "required": _("Write something here."),
        "max_length": _("Make this shorter: %(limit_value)d characters fit, and there are %(show_value)d."),
        "min_length": _("Make this longer: it needs %(limit_value)d characters and has %(show_value)d."),
    },
    forms.EmailField: {
        "required": _("Write an e-mail address."),
        "invalid": _("Write a whole e-mail address, for example name@example.org."),
    },
    forms.URLField: {
        "required": _("Write an address of a page."),
        "invalid": _("Write the whole address of the page; it begins with https://."),
    },
    forms.IntegerField: {"required": _("Write a number."), "invalid": _("Write a whole number in digits.")},
    forms.DateField: {
        "required": _("Give a day as year, month and day, for example 2026-01-31."),
        "invalid": _("Write the day as year, month and day, for example 2026-01-31."),
    },
    forms.BooleanField: {"required": _("Tick this to go on.")},
    forms.ChoiceField: CHOOSE_ONE,
    forms.ModelChoiceField: CHOOSE_ONE,
    forms.MultipleChoiceField: CHOOSE_SOME,
    forms.ModelMultipleChoiceField: CHOOSE_SOME,
    forms.FileField: {"required": _("Choose a file."), "empty": _("This file is empty. Choose another one.")},
}


def speak_plainly() -> None:
    """Put our words where every field looks for its own. Before any form is read, at the start."""
    for field, words in WORDS.items():
        field.default_error_messages = {**vars(field).get("default_error_messages", {}), **words}
