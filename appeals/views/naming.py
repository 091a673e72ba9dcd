"""The console's door to naming the decision that a person could only describe."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals.actions.proofs import name_decision
from appeals.models import Appeal, Decision, DecisionKind, DecisionPerson, Puid
from helpdesk.models import QueueKind, Ticket
from helpdesk.views.console.acts import Act, ActForm, register
from journal.references import read_reference


class NameForm(ActForm):
    decision = forms.CharField(
        label=gettext_lazy("Reference of the decision, or the platform's own id of it"),
        max_length=500,
        widget=forms.TextInput({"dir": "ltr"}),
    )

    def clean_decision(self) -> Decision:
        found = list(Decision.objects.filter(pk__in=_keys(self.cleaned_data["decision"].strip()))[:2])
        if len(found) != 1 or found[0].kind != DecisionKind.RESTRICTION:
            raise forms.ValidationError(_("There is no one decision with this reference or id."))
        return found[0]


def _keys(typed: str) -> list[Any]:
    named = DecisionPerson.objects.filter(reference=read_reference(typed) or "").values_list("pk", flat=True)
    return list(named) or list(Puid.objects.filter(puid=typed).values_list("decision_id", flat=True)[:2])


def _name(ticket: Ticket, user: Any, at: datetime, data: dict[str, Any]) -> None:
    for appeal in Appeal.objects.filter(ticket=ticket):  # sight: the door of the act has looked
        name_decision(appeal, data["decision"], by=user, at=at)


def _is_offered(user: Any, ticket: Any) -> bool:
    return ticket.kind == QueueKind.APPEAL and ticket.is_unfinished and not ticket.is_barred


register(
    Act(
        "name-decision",
        gettext_lazy("Name the decision that is described"),
        gettext_lazy("This is the decision"),
        _name,
        NameForm,
        gettext_lazy("The person is shown nothing of it before they prove that it is theirs."),
        is_offered=_is_offered,
    )
)
