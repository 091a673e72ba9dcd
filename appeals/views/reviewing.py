"""The console's doors to deciding appeals and reports."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.permissions import StaffRequest, needs_role
from appeals.actions.filing import mapped_decider
from appeals.actions.leave import give_leave, refuse_leave
from appeals.actions.notice_decisions import decide_notice
from appeals.actions.proofs import check_mandate, refuse_mandate
from appeals.actions.reviews import UNDO_FOR, decide, undo_review
from appeals.cards import links_to_decide, reports_beside, what_it_leaves
from appeals.forms.console import LeaveForm, NoticeForm, ReviewForm
from appeals.forms.statement import StatementForm
from appeals.models import Appeal, AppealDecision, Notice, Outcome, Review
from helpdesk.models import Ticket
from helpdesk.views.console.frame import page
from journal.errors import Refused

CASE_ROLES = ("moderator", "lead", "head")


def ticket_page(ticket: Ticket) -> HttpResponse:
    return redirect("console:ticket", ticket.reference)


def asks_attestation(subject: AppealDecision) -> bool:
    """Whether nobody knows who decided first, and it was not a machine alone."""
    decision = subject.decision
    return not (decision.was_automated or decision.decided_by_user_id or mapped_decider(decision))


def say(form: Any, refusal: Refused, ticket: Ticket) -> None:
    """Put a refusal where the person who typed will see it; sent again, the form knows what is new by now."""
    if refusal.code == "changed_meanwhile":
        form.data = form.data.copy()
        form.data["turn"] = ticket.turn
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))


@needs_role(*CASE_ROLES)
def review(request: StaffRequest, subject_id: UUID) -> HttpResponse:
    """The form that answers one appealed decision; what it leaves behind stands beside each outcome."""
    subject = get_object_or_404(
        AppealDecision.objects.select_related("appeal__ticket", "decision__platform"),
        pk=subject_id,
        appeal__ticket__in=Ticket.objects.visible_to(request.user),
    )
    at = now()
    asks = asks_attestation(subject)
    initial = {"turn": subject.appeal.ticket.turn, **_taken_back(subject, request.user)}
    form = ReviewForm(request.POST or None, initial=initial, asks_attestation=asks)
    replaces = request.POST.get("outcome") == Outcome.MODIFIED
    statement = StatementForm(
        request.POST if replaces else None,
        initial=StatementForm.start_from(subject.decision),
        source=subject.decision.source_type or "SOURCE_VOLUNTARY",
        today=at.date(),
    )
    if request.method == "POST" and form.is_valid() and (not replaces or statement.is_valid()):
        answer = _decide(request, subject, form, statement if replaces else None, at)
        if answer is not None:
            return answer
    context = {"subject": subject, "ticket": subject.appeal.ticket, "form": form, "statement": statement}
    context["leaves"] = what_it_leaves(subject.decision, at=at)
    fragment = request.headers.get("HX-Request") and request.method == "GET"
    template = "appeals/console/_review_form.html" if fragment else "appeals/console/review.html"
    return page(request, template, context, status=409 if form.errors or statement.errors else 200)


def _taken_back(subject: AppealDecision, user: User) -> dict[str, Any]:
    """What this reviewer answered last and took back: theirs to correct, not to type again."""
    taken_back = subject.reviews.filter(reviewer=user).exclude(undone_at=None).order_by("decided_at").last()
    if taken_back is None:
        return {}
    return {name: getattr(taken_back, name) for name in ("outcome", "reasons", "remit_until")}


def _decide(
    request: StaffRequest, subject: AppealDecision, form: ReviewForm, statement: StatementForm | None, at: Any
) -> HttpResponse | None:
    """Call the action; None where it was refused and the form says why."""
    data = form.cleaned_data
    try:
        review = decide(
            subject,
            by=request.user,
            at=at,
            outcome=data["outcome"],
            reasons=data["reasons"],
            turn=data["turn"],
            attested=data.get("attested", False),
            replacement=statement.statement if statement else None,
            remit_until=data["remit_until"],
        )
    except Refused as refusal:
        say(form, refusal, subject.appeal.ticket)
        return None
    url = reverse("appeals_console:undo", args=[review.pk])
    request.session["undo"] = {
        "url": url,
        "ticket": str(subject.appeal.ticket_id),
        "until": (at + UNDO_FOR).isoformat(),
    }
    messages.success(request, _("Answered. It is told in ten seconds; until then you can take it back."))
    return ticket_page(subject.appeal.ticket)


@require_POST
@needs_role(*CASE_ROLES)
def undo(request: StaffRequest, review_id: UUID) -> HttpResponse:
    review = get_object_or_404(
        Review.objects.select_related("subject__appeal__ticket"),
        pk=review_id,
        subject__appeal__ticket__in=Ticket.objects.visible_to(request.user),
    )
    request.session.pop("undo", None)  # taken back or told: it is offered no more
    try:
        undo_review(review, by=request.user, at=now())
        messages.success(request, _("Taken back. Nobody was told."))
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return ticket_page(review.subject.appeal.ticket)


def _appeal(request: StaffRequest, appeal_id: UUID) -> Appeal:
    return get_object_or_404(
        Appeal.objects.select_related("ticket"),
        pk=appeal_id,
        ticket__in=Ticket.objects.visible_to(request.user),
    )


@require_POST
@needs_role(*CASE_ROLES)
def leave(request: StaffRequest, appeal_id: UUID) -> HttpResponse:
    """Hear a late appeal, or (with reasons, by a lead) do not."""
    appeal = _appeal(request, appeal_id)
    form = LeaveForm(request.POST)
    try:
        if "give" in request.POST:
            give_leave(appeal, by=request.user, at=now())
        elif form.is_valid():
            refuse_leave(appeal, by=request.user, at=now(), reasons=form.cleaned_data["reasons"])
        else:
            messages.error(request, _("Write why the appeal is not heard; the person reads it."))
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return ticket_page(appeal.ticket)


@require_POST
@needs_role(*CASE_ROLES)
def mandate(request: StaffRequest, appeal_id: UUID) -> HttpResponse:
    """The mandate of a proxy is in order, or it is not and they read why."""
    appeal = _appeal(request, appeal_id)
    known = {"by": request.user, "at": now(), "paper": request.POST.get("paper", "")}
    try:
        if "refuse" in request.POST:
            refuse_mandate(appeal, reasons=request.POST.get("reasons", ""), **known)
            messages.success(request, _("The person is told why, and may send another mandate."))
        else:
            check_mandate(appeal, **known)
            messages.success(request, _("Noted that you have checked the mandate."))
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return ticket_page(appeal.ticket)


def _notice(request: StaffRequest, notice_id: UUID) -> Notice:
    return get_object_or_404(
        Notice.objects.select_related("ticket", "platform"),
        pk=notice_id,
        ticket__in=Ticket.objects.visible_to(request.user),
    )


@needs_role(*CASE_ROLES)
def notice(request: StaffRequest, notice_id: UUID) -> HttpResponse:
    """The form that answers links of a report, for everybody who reported them."""
    notice = _notice(request, notice_id)
    at = now()
    lines = links_to_decide(notice, request.user)
    form = NoticeForm(
        request.POST or None,
        initial={"turn": notice.ticket.turn, "rule": notice.rule_code},
        links=[(line["link"].pk, line["link"].link) for line in lines if not line["why_not"]],
    )
    restricts = request.POST.get("action") == "restriction"
    statement = StatementForm(
        request.POST if restricts else None,
        initial={"category": notice.category, "category_specification": [notice.keyword]},
        source="SOURCE_TRUSTED_FLAGGER" if notice.trusted_flagger else "SOURCE_ARTICLE_16",
        today=at.date(),
    )
    is_whole = request.method == "POST" and form.is_valid() and (not restricts or statement.is_valid())
    if is_whole and _answer(request, notice, form, statement if restricts else None, at):
        return ticket_page(notice.ticket)
    context = {"notice": notice, "ticket": notice.ticket, "form": form, "statement": statement}
    context |= {"lines": lines, "others": reports_beside(lines)}
    fragment = request.headers.get("HX-Request") and request.method == "GET"
    template = "appeals/console/_notice_decision.html" if fragment else "appeals/console/notice.html"
    return page(request, template, context, status=409 if form.errors or statement.errors else 200)


def _answer(
    request: StaffRequest, notice: Notice, form: NoticeForm, statement: StatementForm | None, at: Any
) -> bool:
    """Call the action; False where it was refused and the form says why."""
    try:
        decide_notice(
            notice,
            by=request.user,
            at=at,
            statement=statement.statement if statement else None,
            reasons=form.cleaned_data["reasons"],
            rule=form.cleaned_data["rule"],
            turn=form.cleaned_data["turn"],
            links=form.chosen,
        )
    except Refused as refusal:
        say(form, refusal, notice.ticket)
        return False
    left = notice.links.filter(acted_at=None).count()
    still = ngettext(
        "Answered. %(left)s link of this report still waits for its answer.",
        "Answered. %(left)s links of this report still wait for their answer.",
        left,
    )
    done = _("Answered. Everybody who reported this link is told.")
    messages.success(request, still % {"left": left} if left else done)
    return True
