"""Forms about alarms, where they go, and incidents."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.models import Incident, Queue, Team
from helpdesk.permissions import can_raise_alarm, can_set_alarm_endpoint


class CallForm(forms.Form):
    """Which team is needed now."""

    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), empty_label=_("Choose"))

    def __init__(self, *args: Any, by: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        allowed = [team.pk for team in Team.objects.filter(ended_at=None) if can_raise_alarm(by, team)]
        self.fields["team"].queryset = Team.objects.filter(pk__in=allowed)  # type: ignore[attr-defined]  # a choice of rows

    @property
    def is_offered(self) -> bool:
        return self.fields["team"].queryset.exists()  # type: ignore[attr-defined]  # a choice of rows


class AlarmEndpointForm(forms.Form):
    """A machine to tell: of what pages me, or of all alarms of a team."""

    whose = forms.ChoiceField(label=_("Of which alarms"))
    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=_("It is told by signed webhooks, as Standard Webhooks say."),
    )

    def __init__(self, *args: Any, by: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.teams = {
            str(team.pk): team
            for team in Team.objects.filter(ended_at=None)
            if can_set_alarm_endpoint(by, team)
        }
        own = [("me", _("Those that page me"))] if can_set_alarm_endpoint(by, by) else []
        teams = [(pk, str(team)) for pk, team in self.teams.items()]
        self.fields["whose"].choices = [*own, *teams]  # type: ignore[attr-defined]  # a ChoiceField
        self.by = by

    @property
    def owner(self) -> Any:
        return self.teams.get(self.cleaned_data["whose"], self.by)


class IncidentForm(forms.ModelForm):
    """What goes wrong, and where."""

    class Meta:
        model = Incident
        fields = ["title", "queue"]
        labels = {"queue": _("In which queue")}

    def __init__(self, *args: Any, by: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["queue"].queryset = Queue.objects.visible_to(by).in_use()  # type: ignore[attr-defined]  # a choice of rows
        self.fields["queue"].empty_label = _("Choose")  # type: ignore[attr-defined]  # a choice of rows


class CloseForm(forms.Form):
    """Why it is over. Staff read it; it names nobody who wrote in."""

    reason = forms.CharField(
        label=_("How it ended"),
        max_length=500,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
        help_text=_("For your colleagues. Name nobody who wrote to us."),
    )
