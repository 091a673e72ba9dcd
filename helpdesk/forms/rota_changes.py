"""Who stands in for whom, and who fills a gap: a turn that is chosen, or times that are typed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from helpdesk.actions.rotas import Stretch
from helpdesk.forms.promises import MomentField
from helpdesk.on_call import Board
from helpdesk.rotas import Duty
from helpdesk.shown_rotas import turn_key, turns_by_person

TYPED = ("out", "from_at", "until_at", "back_from_at", "back_until_at")


class TurnField(forms.ChoiceField):
    """One of the coming turns of a team, each under the name of whose it is; without a choice None."""

    default_error_messages = {
        "invalid_choice": gettext_lazy("This turn is over, or it was changed. Choose another.")
    }

    def __init__(self, **kwargs: Any):
        super().__init__(required=False, **kwargs)
        self.turns: dict[str, Duty] = {}

    def offer(self, groups: Iterable[tuple[str, Sequence[tuple[Duty, str]]]]) -> None:
        """The turns to choose from: (whose, (turn, how it is said) each)."""
        self.turns = {turn_key(duty): duty for _whose, turns in groups for duty, _words in turns}
        choices = [(whose, [(turn_key(duty), words) for duty, words in turns]) for whose, turns in groups]
        self.choices = [("", _("none chosen")), *choices]

    def clean(self, value: Any) -> Duty | None:
        return self.turns.get(super().clean(value))


class ChangeForm(forms.Form):
    """Somebody instead of somebody else; with a turn in return, a swap; instead of nobody, in a gap.

    A turn is chosen. What is typed cuts a part out of it, or says a time for which no turn is offered.
    """

    turn = TurnField(label=gettext_lazy("Which turn"), help_text=gettext_lazy("In your own time zone."))
    stand_in = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Who is there instead"))
    back_turn = TurnField(
        label=gettext_lazy("In return, which turn"),
        help_text=gettext_lazy("For a swap: a turn of whoever stands in, which the other takes for it."),
    )
    out = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Instead of whom"),
        help_text=gettext_lazy("Only where you chose no turn. Nobody: to fill a gap."),
        empty_label=gettext_lazy("nobody"),
        required=False,
    )
    from_at = MomentField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("In your own time zone. Empty: from the beginning of the turn, or at once."),
    )
    until_at = MomentField(
        label=gettext_lazy("Until"), help_text=gettext_lazy("Empty: until the end of the turn.")
    )
    back_from_at = MomentField(label=gettext_lazy("In return, from"))
    back_until_at = MomentField(label=gettext_lazy("In return, until"))

    def __init__(self, *args: Any, people: Any, board: Board, by: Any, leads: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.by, self.leads = by, leads
        for name in ("out", "stand_in"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]  # a choice of rows
        groups = turns_by_person(board, first=by.pk)
        for name in ("turn", "back_turn"):
            self.fields[name].offer(groups)  # type: ignore[attr-defined]  # a TurnField
        # Whoever gives the turn in return stands in: they need not be chosen twice.
        self.fields["stand_in"].required = False
        self.fields["stand_in"].empty_label = _("nobody") if leads else _("Choose")  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[Any]:
        return [field for field in self if field.name not in TYPED]

    @property
    def typed(self) -> list[Any]:
        return [field for field in self if field.name in TYPED]

    @property
    def is_typed(self) -> bool:
        """Whether there is something to see among what is typed."""
        return any(field.errors or field.value() for field in self.typed)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            self._read_turn(given)
            self._read_return(given)
        if not self.errors:
            self._refuse_third_people(given)
        return given

    def _read_turn(self, given: dict[str, Any]) -> None:
        turn = given["turn"]
        if turn is None:
            if given["until_at"] is None:
                self.add_error("turn", _("Choose a turn, or write until when."))
            return
        if given["out"] and given["out"].pk != turn.person:
            self.add_error("out", _("The turn that you chose is not theirs. Choose one of both."))
        given["out"] = User.objects.get(pk=turn.person)
        self._cut(given, turn, "from_at", "until_at")

    def _read_return(self, given: dict[str, Any]) -> None:
        turn = given["back_turn"]
        if turn is None:
            if (given["back_from_at"] is None) != (given["back_until_at"] is None):
                self.add_error("back_until_at", _("Write both times, or none."))
            return
        given["stand_in"] = (
            given["stand_in"] or self.fields["stand_in"].queryset.filter(pk=turn.person).first()
        )  # type: ignore[attr-defined]
        if given["stand_in"] is None or given["stand_in"].pk != turn.person:
            self.add_error("back_turn", _("Choose a turn of whoever stands in."))
        self._cut(given, turn, "back_from_at", "back_until_at")

    def _cut(self, given: dict[str, Any], turn: Duty, start: str, end: str) -> None:
        """The part of a turn that was typed; without one, all of it."""
        for name, edge in ((start, turn.start), (end, turn.end)):
            given[name] = given[name] or edge
            if not turn.start <= given[name] <= turn.end:
                self.add_error(name, _("This is outside of the turn that you chose."))

    def _refuse_third_people(self, given: dict[str, Any]) -> None:
        if self.leads:
            return
        if given["stand_in"] is None:
            self.add_error("stand_in", _("Choose who is there instead."))
        elif self.by.pk not in {each.pk for each in (given["out"], given["stand_in"]) if each}:
            self.add_error(None, _("One of the two must be you. A lead may put in somebody else."))

    def stretches(self, at: datetime) -> dict[str, Stretch | None]:
        """As the action takes them."""
        given = self.cleaned_data
        back = Stretch(given["back_from_at"], given["back_until_at"]) if given["back_from_at"] else None
        return {"there": Stretch(given["from_at"] or at, given["until_at"]), "back": back}


class GapForm(forms.Form):
    """Somebody where nobody is on call; whoever sends it, where nobody is chosen."""

    stand_in = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Who is on call"), empty_label=gettext_lazy("I am")
    )
    from_at = forms.DateTimeField(widget=forms.HiddenInput)
    until_at = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].queryset = people  # type: ignore[attr-defined]  # a choice of rows
        self.fields["stand_in"].required = False
