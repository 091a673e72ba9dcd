"""The staff: who there is, what they may do, and what operators and leads do about it."""

from functools import partial

from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

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
from accounts.views.answers import button, every, fulfilled, signed_in

operators = needs_role(Role.OPERATOR)
resetters = needs_role(*RESETTERS)


@resetters
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


@resetters
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


@operators
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if fulfilled(form, actions.invite, by=signed_in(request), at=now()):
        return redirect("accounts:people")
    return render(request, "accounts/invite.html", {"form": form})


def _list(invitation: Invitation) -> str:
    return reverse("accounts:people")


def _page_of(row: User | RoleGrant | FactorReset) -> str:
    return reverse("accounts:person", args=[row.pk if isinstance(row, User) else row.user_id])


_invitation = partial(button, operators, every(Invitation), back=_list)
_user = partial(button, operators, every(User), back=_page_of)
_role = partial(button, operators, every(RoleGrant), back=_page_of)
_reset = partial(button, resetters, every(FactorReset), back=_page_of)

withdraw_invitation = _invitation(actions.withdraw_invitation, _("The invitation is withdrawn."))

ask_role = _user(
    actions.ask_role,
    _("Done. The list below shows whether a second operator must agree."),
    form=lambda typed, about: RoleForm(typed),
)
give_role = _role(actions.give_role, _("The role is given."))
end_role = _role(actions.end_role, _("The role has ended."))

ask_reset = button(
    resetters,
    every(User),
    actions.ask_factor_reset,
    _("Asked. A second person must approve it."),
    back=_page_of,
)
approve_reset = _reset(
    actions.approve_factor_reset,
    _("The second factor is off. Signing in again starts with setting up a new one."),
)
refuse_reset = _reset(actions.refuse_factor_reset, _("Turned down. Nothing has changed."))

deactivate = _user(actions.deactivate, _("Signed out everywhere, and let in no more."))
reactivate = _user(actions.reactivate, _("May sign in again. Roles must be given anew."))
empty = _user(actions.empty_user, _("The account is empty. What it did stays on record."))
