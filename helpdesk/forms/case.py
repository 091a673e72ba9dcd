"""Forms of a person's own case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.forms.sending import LONGEST_TEXT, FilesField, long_text
from helpdesk.receipts import new_token
from journal.references import read_reference


class EnterForm(forms.Form):
    """Reference and receipt, in any spelling. `draft` brings along words typed before the session ended."""

    reference = forms.CharField(
        label=_("Reference"),
        max_length=40,
        help_text=_("Nine letters and digits, like A7K3-9QXT-M."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    receipt = forms.CharField(
        label=_("Receipt"),
        max_length=600,
        help_text=_("The words or digits that you were shown once, in their order. Capitals do not matter."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false", "dir": "auto"}),
    )
    draft = forms.CharField(required=False, max_length=LONGEST_TEXT, widget=forms.HiddenInput)

    def clean_reference(self) -> str:
        reference = read_reference(self.cleaned_data["reference"])
        if reference is None:
            raise forms.ValidationError(
                _("This is not a reference of ours. Compare it sign by sign with what you kept.")
            )
        return reference


class WriteForm(forms.Form):
    """Words, or a file, or both."""

    text = long_text(_("Write to us"))
    attachments = FilesField(required=False, label=_("Files"))
    token = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=new_token)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["text"].error_messages["required"] = _("Write something or choose a file, then send it.")
        if self.is_bound and self.files.getlist("attachments"):
            self.fields["text"].required = False


class AddressForm(forms.Form):
    address = forms.EmailField(
        required=False,
        max_length=254,
        label=_("E-mail"),
        help_text=_("Empty: we do not write to you. You read our answers here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )
