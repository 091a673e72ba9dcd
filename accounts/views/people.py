"""The staff: who there is, what they may do, and what operators and leads do about it."""

from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.forms import InvitationForm, RoleForm
from accounts.history import changes_of
from accounts.models import FactorReset, Invitation, RoleGrant, User
from accounts.permissions import (
    RESETTERS,
    can_approve_reset,
    can_ask_reset,
    can_ask_role,
    can_end_role,
    can_give_role,
    is_operator,
    needs_role,
)
from accounts.roles import Role
from accounts.views.answers import act_and_go, blame, signed_in
from journal.errors import Refused


@needs_role(*RESETTERS)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    grants = Prefetch(
        "roles_given", RoleGrant.objects.filter(ended_at=None).order_by("role"), to_attr="grants"
    )
    reset = FactorReset.objects.open().filter(user=OuterRef("pk"))
    found = User.objects.filter(emptied_at=None).annotate(reset_waits=Exists(reset)).prefetch_related(grants)
    context = {
        "people": found.order_by("-is_active", "name", "pk"),
        "invitations": Invitation.objects.open(now()).order_by("pk"),
        "is_operator": is_operator(signed_in(request)),
    }
    return render(request, "accounts/people.html", context)


@needs_role(*RESETTERS)
@require_safe
def person(request: HttpRequest, pk: str) -> HttpResponse:
    user = signed_in(request)
    about = get_object_or_404(User, pk=pk)
    grants = [
        {"grant": grant, "can_give": can_give_role(user, grant), "can_end": can_end_role(user, grant)}
        for grant in about.roles_given.filter(ended_at=None).select_related("user", "asked_by", "given_by")
    ]
    reset = about.factor_resets.open().select_related("asked_by", "user").first()
    context = {
        "about": about,
        "grants": grants,
        "role_form": RoleForm() if can_ask_role(user, about) else None,
        "reset": reset,
        "can_ask_reset": reset is None and can_ask_reset(user, about) and about.has_factor,
        "can_approve_reset": reset is not None and can_approve_reset(user, reset),
        "is_operator": is_operator(user) and user.pk != about.pk,
        "changes": changes_of(about),
    }
    return render(request, "accounts/person.html", context)


@needs_role(Role.OPERATOR)
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.invite(**form.cleaned_data, by=signed_in(request), at=now())
        except Refused as refusal:
            blame(form, refusal)
        else:
            return redirect("accounts:people")
    return render(request, "accounts/invite.html", {"form": form})


@needs_role(Role.OPERATOR)
@require_POST
def withdraw_invitation(request: HttpRequest, pk: str) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk)
    return act_and_go(
        request,
        lambda: actions.withdraw_invitation(invitation, by=signed_in(request), at=now()),
        _("The invitation is withdrawn."),
        "accounts:people",
    )


@needs_role(Role.OPERATOR)
@require_POST
def ask_role(request: HttpRequest, pk: str) -> HttpResponse:
    about = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return redirect("accounts:person", about.pk)
    return act_and_go(
        request,
        lambda: actions.ask_role(about, form.cleaned_data["role"], by=signed_in(request), at=now()),
        _("Done. The list below shows whether a second operator must agree."),
        "accounts:person",
        about.pk,
    )


@needs_role(Role.OPERATOR)
@require_POST
def give_role(request: HttpRequest, pk: str) -> HttpResponse:
    grant = get_object_or_404(RoleGrant, pk=pk)
    return act_and_go(
        request,
        lambda: actions.give_role(grant, by=signed_in(request), at=now()),
        _("The role is given."),
        "accounts:person",
        grant.user_id,
    )


@needs_role(Role.OPERATOR)
@require_POST
def end_role(request: HttpRequest, pk: str) -> HttpResponse:
    grant = get_object_or_404(RoleGrant, pk=pk)
    return act_and_go(
        request,
        lambda: actions.end_role(grant, by=signed_in(request), at=now()),
        _("The role has ended."),
        "accounts:person",
        grant.user_id,
    )


@needs_role(*RESETTERS)
@require_POST
def ask_reset(request: HttpRequest, pk: str) -> HttpResponse:
    about = get_object_or_404(User, pk=pk)
    return act_and_go(
        request,
        lambda: actions.ask_factor_reset(about, by=signed_in(request), at=now()),
        _("Asked. A second person must approve it."),
        "accounts:person",
        about.pk,
    )


@needs_role(*RESETTERS)
@require_POST
def approve_reset(request: HttpRequest, pk: str) -> HttpResponse:
    reset = get_object_or_404(FactorReset, pk=pk)
    return act_and_go(
        request,
        lambda: actions.approve_factor_reset(reset, by=signed_in(request), at=now()),
        _("The second factor is off. Signing in again starts with setting up a new one."),
        "accounts:person",
        reset.user_id,
    )


@needs_role(*RESETTERS)
@require_POST
def refuse_reset(request: HttpRequest, pk: str) -> HttpResponse:
    reset = get_object_or_404(FactorReset, pk=pk)
    return act_and_go(
        request,
        lambda: actions.refuse_factor_reset(reset, by=signed_in(request), at=now()),
        _("Turned down. Nothing has changed."),
        "accounts:person",
        reset.user_id,
    )


@needs_role(Role.OPERATOR)
@require_POST
def change_standing(request: HttpRequest, pk: str, to: str) -> HttpResponse:
    """Let somebody in no more, in again, or forget who they were; `to` names the action."""
    about = get_object_or_404(User, pk=pk)
    act, done = {
        "deactivate": (actions.deactivate, _("Signed out everywhere, and let in no more.")),
        "reactivate": (actions.reactivate, _("May sign in again. Roles must be given anew.")),
        "empty": (actions.empty_user, _("The account is empty. What it did stays on record.")),
    }[to]
    return act_and_go(
        request, lambda: act(about, by=signed_in(request), at=now()), done, "accounts:person", about.pk
    )
