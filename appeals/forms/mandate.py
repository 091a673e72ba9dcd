"""The paper by which somebody acts for another person, sent after the appeal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.forms.sending import FilesField
from helpdesk.receipts import new_token


class MandateForm(forms.Form):
    mandate = FilesField(
        most=1,
        label=_("The written permission"),
        help_text=_(
            "A letter with their name, your name and what you may do for them. "
            "Two people on our staff check it before you are shown anything."
        ),
    )
    token = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=new_token)
