"""Many like appeals answered at once: each with its own answer, its own event and its own refusal."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import StaffRequest, needs_role
from appeals.actions.reviews import decide
from appeals.forms.console import BulkReviewForm
from appeals.labels import label
from appeals.models import AppealDecision
from helpdesk.models import Ticket
from helpdesk.views.console.frame import page
from journal.errors import Refused

MOST = 50


@needs_role("moderator", "lead", "head")
def bulk(request: StaffRequest) -> HttpResponse:
    """The chosen appeals and one answer to all of them. Those that were not answered stay, with why."""
    given = request.POST if request.method == "POST" else request.GET
    subjects = _chosen(request, given.getlist("t")[:MOST])
    form = BulkReviewForm(request.POST or None)
    why: dict[Any, str] = {}
    if request.method == "POST" and form.is_valid():
        why = {each.pk: said for each in subjects if (said := _answer(request, each, form))}
        done = len(subjects) - len(why)
        if done:
            messages.success(request, _told(done))
        if not why:
            return redirect("console:mine")
        subjects = [each for each in subjects if each.pk in why]
    rows = [{"subject": each, "effects": _effects(each), "why": why.get(each.pk)} for each in subjects]
    status = 409 if why or form.errors else 200
    return page(request, "appeals/console/bulk.html", {"rows": rows, "form": form}, status=status)


def _chosen(request: StaffRequest, references: list[str]) -> list[AppealDecision]:
    """The decisions under these appeals that still need an answer."""
    tickets = Ticket.objects.visible_to(request.user).filter(reference__in=references)
    waiting = AppealDecision.objects.filter(appeal__ticket__in=tickets, outcome="")
    return list(
        waiting.select_related("appeal__ticket", "decision__platform").order_by("appeal__ticket", "id")
    )


def _effects(subject: AppealDecision) -> list[Any]:
    return [label(code) for code in subject.decision.effect_codes]


def _answer(request: StaffRequest, subject: AppealDecision, form: BulkReviewForm) -> str:
    """Answer one in a transaction of its own. Why it was not done, or nothing."""
    try:
        decide(subject, by=request.user, at=now(), **form.cleaned_data)
    except Refused as refused:
        return str(refused)
    except PermissionDenied:
        return _("You must not work on this case.")
    return ""


def _told(count: int) -> str:
    words = ngettext("%(count)d decision was answered.", "%(count)d decisions were answered.", count)
    return words % {"count": count}
