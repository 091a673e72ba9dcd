"""What leads and operators fill in about out-of-court bodies."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals.countries import countries
from appeals.models import OutOfCourtBody
from journal.fields import DayField


class OutOfCourtBodyForm(forms.ModelForm):
    """A certified body that people are told of."""

    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        choices=lambda: [("", _("Choose")), *countries()],
        help_text=gettext_lazy("The country that certified it."),
    )
    url = forms.URLField(label=gettext_lazy("Address"), assume_scheme="https")
    certified_until = DayField(
        label=gettext_lazy("Certified until"),
        required=False,
        help_text=gettext_lazy("After this day nobody is told of it. Empty: no end is known."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = OutOfCourtBody
        fields = ["name", "country", "languages", "url", "certified_until"]
        help_texts = {
            "languages": gettext_lazy("Codes with commas between them, like en, de. Empty: not said.")
        }
