"""The console's lists around appeals: measures and deciders."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import StaffRequest, needs_role
from appeals.actions.deciders import AlreadyMapped, count_attested, map_decider, questioned_reviews
from appeals.actions.measures import confirm_measure
from appeals.actions.reviews import set_aside
from appeals.forms.console import DeciderForm
from appeals.labels import label
from appeals.models import Decider, Review
from appeals.permissions import measures_visible_to
from helpdesk.models import Ticket
from helpdesk.views.console.frame import page
from journal.errors import Refused

A_PAGE = 50


@needs_role("moderator", "lead", "head")
def measures(request: StaffRequest) -> HttpResponse:
    """What platforms have not confirmed yet, longest waiting first. Two queries, however many there are."""
    waiting = (
        measures_visible_to(request.user)
        .unconfirmed()
        .select_related("platform", "ticket", "decision", "effect")
    )
    shown = Paginator(waiting.order_by("asked_at", "id"), A_PAGE).get_page(request.GET.get("page"))
    rows = [{"measure": each, "effect": label(each.effect_code)} for each in shown]
    context = {
        "here": "appeals_console:measures",
        "rows": rows,
        "page": shown,
        "may_confirm": request.user.has_role("lead", "head"),
    }
    return page(request, "appeals/console/measures.html", context)


@require_POST
@needs_role("lead", "head")
def confirm(request: StaffRequest, measure_id: UUID) -> HttpResponse:
    """A lead heard by other means that it is done."""
    measure = get_object_or_404(measures_visible_to(request.user), pk=measure_id)
    try:
        confirm_measure(measure, by=request.user, at=now())
        messages.success(request, _("Noted as done."))
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("appeals_console:measures")


@needs_role("lead", "head")
def deciders(request: StaffRequest) -> HttpResponse:
    """Which users the platforms' opaque ids are; a new mapping is held against answers already given."""
    form = DeciderForm(request.POST or None)
    stands_for = None
    if request.method == "POST" and form.is_valid():
        try:
            _map(request, form)
        except AlreadyMapped as refusal:
            stands_for = refusal.decider.user
            form.add_error(refusal.field, str(refusal))
        else:
            return redirect("appeals_console:deciders")
    known = Decider.objects.select_related("platform", "user", "mapped_by").order_by(
        "platform__name", "decided_by"
    )
    shown = Paginator(known, A_PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "appeals/console/deciders.html",
        {
            "here": "appeals_console:deciders",
            "form": form,
            "stands_for": stands_for,
            "page": shown,
            "questioned": questioned_reviews(request.user),
            "word": count_attested(request.user, at=now()),
        },
        status=409 if form.errors else 200,
    )


def _map(request: StaffRequest, form: DeciderForm) -> None:
    """Call the action, and say which answers the mapping brings into question. Raises AlreadyMapped."""
    replaces = request.POST.get("replaces")
    _decider, wrong = map_decider(**form.cleaned_data, by=request.user, at=now(), replaces=replaces)
    for subject in wrong:
        messages.error(
            request,
            _("Case %(reference)s was answered by the person who decided first. It needs another answer.")
            % {"reference": subject.appeal.ticket.reference},
        )
    messages.success(request, _("Noted."))


@require_POST
@needs_role("lead", "head")
def put_aside(request: StaffRequest, review_id: UUID) -> HttpResponse:
    """Take an answer out of force that somebody gave on their own decision."""
    seen = Ticket.objects.visible_to(request.user)
    review = get_object_or_404(Review, pk=review_id, subject__appeal__ticket__in=seen)
    try:
        set_aside(review, by=request.user, at=now())
        messages.success(request, _("The answer no longer holds. The case waits for somebody else."))
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("appeals_console:deciders")
