"""What the page of the look shows: one of everything, made up. Nothing here is stored."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.forms.promises import StepForm
from helpdesk.on_call import Problem
from helpdesk.plots import bars, lines
from helpdesk.shown_rotas import Piece, ShownDay
from helpdesk.spans import speaker

WEEK = ((21, 3), (24, 1), (0, 0), (18, 6), (30, 2))  # answers in time and late; one week without any


class Sample(forms.Form):
    """One of every control."""

    what = forms.CharField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("In your own words."),
        widget=forms.Textarea,
    )
    where = forms.URLField(label=gettext_lazy("Address"), assume_scheme="https")
    when = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[("a", gettext_lazy("Account")), ("b", gettext_lazy("Channel"))]
    )
    ask = forms.ChoiceField(
        label=gettext_lazy("What do you ask for?"),
        choices=[("undo", gettext_lazy("Undo all of it")), ("less", gettext_lazy("Make it milder"))],
        widget=forms.RadioSelect,
    )
    sure = forms.BooleanField(label=gettext_lazy("This is true as far as I know"))
    file = forms.FileField(label=gettext_lazy("File"), required=False)


def samples(at: datetime) -> dict[str, Any]:
    """The context of the page."""
    return {
        "form": Sample({"where": "x"}),
        "steps": _timeline(at),
        "reference": "A7K3-9QXT-M",
        "words": "canoe forest idea lamp orbit quiet timber zebra".split(),
        "submit": _("Send this"),
        "ringing": [{"pk": "sample", "label": "A7K3-9QXT-M"}],
        "titles": [_("Appeals"), _("Alerts")],
        "days": _days(at),
        "gaps": _gaps(at),
        "clock": _numbers(at),
        "steps_form": {"prefix": "0", "steps": [StepForm(prefix="0-step-0")]},
    }


def _timeline(at: datetime) -> list[dict[str, Any]]:
    return [
        {"state": "past", "title": _("We have received it."), "at": at - timedelta(days=2)},
        {"state": "now", "title": _("A person reads it."), "when": _("now")},
        {"state": "overdue", "title": _("We should have answered."), "at": at - timedelta(hours=2)},
        {"state": "next", "title": _("You get an answer with reasons."), "at": at + timedelta(days=3)},
    ]


def _days(at: datetime) -> list[ShownDay]:
    """A quiet day, one that a draft changes, and one on which nobody stands in the second layer."""
    amir, lena = Piece("Amir", 0, None, None), Piece("Lena", 3, None, None)
    until, since = Piece("Amir", 0, None, at), Piece("Lena", 3, at, None, stands_in_for="Amir")
    problem = Problem("gap", UUID(int=0), at, at + timedelta(days=1))
    today = at.date()
    return [
        ShownDay(today, [[amir], [lena]]),
        ShownDay(today + timedelta(days=1), [[until, since], [lena]], before=[[amir], [lena]]),
        ShownDay(today + timedelta(days=2), [[lena], []], problems=[problem]),
    ]


def _gaps(at: datetime) -> list[Any]:
    rota = SimpleNamespace(team_id=UUID(int=0), team=_("Appeals"))
    return [SimpleNamespace(rota=rota, from_at=at + timedelta(days=2), until_at=at + timedelta(days=3))]


def _numbers(at: datetime) -> dict[str, Any]:
    say, first = speaker(), at.date() - timedelta(weeks=len(WEEK))
    hours = [5.0 if met else None for met, _late in WEEK]
    longest = say(timedelta(hours=20))
    weeks = [
        {"met": met, "missed": late, "cancelled": 0, "percent": 100 * met // (met + late) if met else None}
        for met, late in WEEK
    ]
    return {
        "bars": bars(WEEK),
        "lines": lines(hours, [each and each * 4 for each in hours]),
        "longest": longest,
        "weeks": [(first + timedelta(weeks=number), week) for number, week in enumerate(weeks)],
    }
