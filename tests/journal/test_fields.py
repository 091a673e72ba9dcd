"""A form says what to do, by the kind of field, and never only that something is required."""

import pytest
from django import forms
from django.urls import get_resolver
from django.utils.translation import override

DJANGOS = "This field is required."


def said(field, value=""):
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(value)
    return caught.value.messages[0]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (forms.CharField(), "", "Write something here."),
        (forms.CharField(max_length=2), "abc", "Make this shorter: 2 characters fit, and there are 3."),
        (forms.EmailField(), "", "Write an e-mail address."),
        (forms.EmailField(), "otto@", "Write a whole e-mail address, for example name@example.org."),
        (forms.DateField(), "soon", "Write the day as year, month and day, for example 2026-01-31."),
        (forms.BooleanField(), False, "Tick this to go on."),
        (forms.ChoiceField(choices=[("a", "A")]), "", "Choose one."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "Choose one of those that are offered."),
        (forms.MultipleChoiceField(choices=[("a", "A")]), [], "Choose at least one."),
        (forms.FileField(), None, "Choose a file."),
    ],
)
def test_each_kind_of_field_says_what_to_do(field, value, words):
    assert said(field, value) == words


@pytest.mark.parametrize("language", ["ru", "fa"])
def test_in_the_readers_language(language):
    with override("en"):
        english = said(forms.BooleanField(), False)
    with override(language):
        assert said(forms.BooleanField(), False) != english


def all_forms(of=forms.BaseForm):
    for each in of.__subclasses__():
        yield each
        yield from all_forms(each)


def test_no_form_of_ours_only_says_that_something_is_required():
    assert get_resolver().url_patterns  # reads every view, and with it every form
    ours = [
        each for each in all_forms() if each.__module__.split(".")[0] in {"accounts", "helpdesk", "appeals"}
    ]
    silent = [
        f"{form.__name__}.{name}"
        for form in ours
        for name, field in form.base_fields.items()
        if field.required and str(field.error_messages["required"]) == DJANGOS
    ]
    assert (len(ours) > 20, silent) == (True, [])
