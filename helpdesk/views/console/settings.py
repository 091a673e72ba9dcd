"""Settings of queues, teams and reply templates, for leads, heads and operators."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import needs_role
from helpdesk.actions import members
from helpdesk.actions import settings as actions
from helpdesk.languages import language_names
from helpdesk.models import Queue, QueueKind, ReplyTemplate, Team, TeamMember, WorkCalendar
from helpdesk.permissions import can_agree_to_member
from helpdesk.templating import FIELDS
from helpdesk.views.console.frame import page
from journal.errors import Refused
from journal.seen import say_refusal, seen_of

setter = needs_role("lead", "head", "operator")


def in_all_languages(*names: str) -> list[str]:
    """The columns of translated fields, field by field, in the order of the languages."""
    return [f"{name}_{code.replace('-', '_')}" for name in names for code in language_names()]


class TranslatedForm(forms.ModelForm):
    """A form of a row with names in every language; English is needed, the others are not."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        names = {code.replace("-", "_"): name for code, name in language_names().items()}
        for name, field in self.fields.items():
            base, _line, code = name.partition("_")
            if base in {"name", "text"} and code in names:
                field.label = f"{self.labels[base]}: {names[code]}"
                field.required = code == "en"
                field.widget.attrs |= {"dir": "auto", "lang": code.replace("_", "-")}

    labels = {"name": pgettext_lazy("of a thing", "Name"), "text": gettext_lazy("Text")}

    @property
    def short(self) -> list[Any]:
        """Fields of one line; `long` are texts, which need more room."""
        return [field for field in self if not field.name.startswith("text_")]

    @property
    def long(self) -> list[Any]:
        return [field for field in self if field.name.startswith("text_")]

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields}


class QueueForm(TranslatedForm):
    class Meta:
        model = Queue
        fields = [
            *in_all_languages("name"),
            "slug",
            "kind",
            "team",
            "keep_for_days",
            "reserved_share",
            "remind_after_days",
            "close_after_days",
            "place",
        ]
        labels = {"slug": gettext_lazy("Short name in the address")}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["team"].empty_label = _("Choose")
        self.fields["team"].queryset = Team.objects.filter(ended_at=None)
        if self.instance.pk and not self.instance._state.adding:
            del self.fields["slug"], self.fields["kind"]


class TeamForm(TranslatedForm):
    class Meta:
        model = Team
        fields = [*in_all_languages("name"), "page_next_after"]


class ReplyTemplateForm(TranslatedForm):
    class Meta:
        model = ReplyTemplate
        fields = ["kind", *in_all_languages("name", "text")]
        widgets = {name: forms.Textarea({"rows": 4}) for name in in_all_languages("text")}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("every kind of case")), *QueueKind.choices]


class PlaceForm(TranslatedForm):
    """The names of a place whose working hours are known; the hours have a page of their own."""

    class Meta:
        model = WorkCalendar
        fields = in_all_languages("name")


class MemberForm(forms.Form):
    user = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Who"), empty_label=gettext_lazy("Choose")
    )

    def __init__(self, *args: Any, team: Team, by: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        there = TeamMember.objects.filter(team=team, ended_at=None).values("user")
        others = User.objects.active().exclude(pk=by.pk).exclude(pk__in=there)
        self.fields["user"].queryset = others.order_by("name")


@dataclass(frozen=True)
class Kind:
    """One kind of thing that is set here."""

    slug: str
    model: Any
    form: type[TranslatedForm]
    title: Any
    new: Any
    add: Callable[..., Any] | None
    change: Callable[..., Any]
    end: Callable[..., Any]
    facts: Callable[[Any], list[str]] = lambda row: []


def facts_of_queue(queue: Queue) -> list[str]:
    """What matters of a queue at a glance."""
    days = queue.keep_for_days
    return [
        str(queue.team),
        ngettext("kept for %(count)d day", "kept for %(count)d days", days) % {"count": days},
    ]


def facts_of_template(template: ReplyTemplate) -> list[str]:
    """For what it is, and in which languages it can be sent."""
    written = [
        name
        for code, name in language_names().items()
        if getattr(template, f"text_{code.replace('-', '_')}", "")
    ]
    return [template.get_kind_display() if template.kind else _("every kind of case"), *written]


KINDS = {
    each.slug: each
    for each in (
        Kind(
            "queues",
            Queue,
            QueueForm,
            gettext_lazy("Queues"),
            gettext_lazy("New queue"),
            actions.add_queue,
            actions.change_queue,
            actions.end_queue,
            facts_of_queue,
        ),
        Kind(
            "teams",
            Team,
            TeamForm,
            gettext_lazy("Teams"),
            gettext_lazy("New team"),
            actions.add_team,
            actions.change_team,
            actions.end_team,
        ),
        Kind(
            "templates",
            ReplyTemplate,
            ReplyTemplateForm,
            gettext_lazy("Reply templates"),
            gettext_lazy("New reply template"),
            actions.add_reply_template,
            actions.change_reply_template,
            actions.end_reply_template,
            facts_of_template,
        ),
        Kind(
            "hours",
            WorkCalendar,
            PlaceForm,
            gettext_lazy("Working hours"),
            gettext_lazy("Add working hours"),
            None,
            actions.rename_calendar,
            actions.end_calendar,
        ),
    )
}


def kind_of(slug: str) -> Kind:
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


@require_safe
@setter
def settings(request: HttpRequest) -> HttpResponse:
    """Everything that is set here, by kind."""
    kinds = [(kind, [(row, kind.facts(row)) for row in _in_use(kind)]) for kind in KINDS.values()]
    return page(request, "helpdesk/console/settings.html", {"kinds": kinds, "here": "settings"})


def _in_use(kind: Kind) -> Any:
    rows = kind.model.objects.filter(ended_at=None)
    return rows.select_related("team") if kind.model is Queue else rows


@require_http_methods(["GET", "POST"])
@setter
def add(request: HttpRequest, slug: str) -> HttpResponse:
    kind = kind_of(slug)
    if kind.add is None:
        return redirect("console:add_calendar")
    form = kind.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = _tried(form, partial(kind.add, by=request.user, at=timezone.now(), **form.values))
        if row is not None:
            messages.success(request, _("Added."))
            return redirect("console:setting", slug, row.pk)
    return _form_page(request, kind, form, None)


@require_http_methods(["GET", "POST"])
@setter
def setting(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    kind = kind_of(slug)
    row = get_object_or_404(kind.model, pk=pk, ended_at=None)
    # A copy, since a form writes what was typed into its row before anybody has allowed it.
    form = kind.form(request.POST or None, instance=copy(row))
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen")
        at = timezone.now()
        if _tried(form, lambda: kind.change(row, by=request.user, at=at, seen=seen, **form.values)):
            messages.success(request, _("Saved."))
            return redirect("console:setting", slug, pk)
    return _form_page(request, kind, form, row)


def _tried(form: Any, act: Callable[[], Any]) -> Any:
    """What the action gives; None where it refused, with the reason in the form."""
    try:
        return act()
    except Refused as refused:
        say_refusal(form, refused, getattr(form, "instance", None))
        return None


def _form_page(
    request: HttpRequest, kind: Kind, form: Any, row: Any, member_form: Any = None
) -> HttpResponse:
    context = {"kind": kind, "form": form, "row": row, "here": "settings"}
    if row is not None:
        # What is saved now: who was refused has read it beside the fields, and may save over it knowingly.
        context["seen"] = seen_of(kind.model.objects.get(pk=row.pk), form.fields)
    if kind.model is ReplyTemplate:
        context["template_fields"] = [(f"{{{name}}}", _(words)) for name, words in FIELDS.items()]
    if kind.model is Team and row is not None:
        context["members"] = _places(row, request.user)
        context["member_form"] = member_form or MemberForm(team=row, by=request.user)
    status = 409 if request.method == "POST" else 200
    return page(request, "helpdesk/console/setting.html", context, status=status)


def _places(team: Team, user: Any) -> list[dict[str, Any]]:
    """Who is in a team and who is asked for, and whether `user` may agree to that."""
    places = team.memberships.filter(ended_at=None).select_related("user", "asked_by", "team")
    return [
        {"place": place, "can_agree": place.given_at is None and can_agree_to_member(user, place)}
        for place in places.order_by("user__name")
    ]


@require_POST
@setter
def end(request: HttpRequest, slug: str, pk: Any) -> HttpResponse:
    kind = kind_of(slug)
    row = get_object_or_404(kind.model, pk=pk, ended_at=None)
    try:
        kind.end(row, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("console:setting", slug, pk)
    messages.success(request, _("Ended."))
    return redirect("console:settings")


@require_POST
@setter
def add_member(request: HttpRequest, pk: Any) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk, ended_at=None)
    form = MemberForm(request.POST, team=team, by=request.user)
    if form.is_valid():
        user = form.cleaned_data["user"]
        place = _tried(form, lambda: members.add_member(team, user, by=request.user, at=timezone.now()))
        if place is not None:
            added = _("Added.") if place.given_at else _("Asked. A second person must agree.")
            messages.success(request, added)
            return redirect("console:setting", "teams", pk)
    return _form_page(request, KINDS["teams"], TeamForm(instance=team), team, form)


@require_POST
@setter
def agree_to_member(request: HttpRequest, pk: Any, user: Any) -> HttpResponse:
    place = get_object_or_404(TeamMember, team=pk, user=user, ended_at=None)
    try:
        members.agree_to_member(place, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Added."))
    return redirect("console:setting", "teams", pk)


@require_POST
@setter
def remove_member(request: HttpRequest, pk: Any, user: Any) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk)
    members.remove_member(team, get_object_or_404(User, pk=user), by=request.user, at=timezone.now())
    return redirect("console:setting", "teams", pk)
