"""Who may come in, and who may change what about people and machines."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from accounts.models import FactorReset, RoleGrant, User
from accounts.roles import CASE_ROLES, Role

View = Callable[..., HttpResponseBase]

RESETTERS = (Role.OPERATOR, Role.HEAD, Role.LEAD)


def turned_away(request: HttpRequest, roles: tuple[str, ...]) -> HttpResponse | None:
    """What somebody gets who may not come in: the sign-in page, the set-up of a factor, or a 404.

    Without `roles`, any role will do. None: come in.
    """
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login(request.get_full_path())
    if not user.has_factor:
        return redirect("mfa_index")
    if not (user.has_role(*roles) if roles else user.is_staff):
        raise Http404
    return None


def needs_role(*roles: str) -> Callable[[View], View]:
    """Let a view be seen by signed-in people with a second factor who hold one of `roles` (or any)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return turned_away(request, roles) or view(request, *args, **kwargs)

        guarded.needs_roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def needs_role_class(*roles: str) -> Callable[[type], type]:
    """The same for a class-based view."""
    return method_decorator(needs_role(*roles), name="dispatch")


def is_operator(user: User) -> bool:
    return user.is_active and user.has_role(Role.OPERATOR)


def can_see_people(user: User) -> bool:
    return user.is_active and user.has_role(*RESETTERS)


def can_ask_role(user: User, about: User) -> bool:
    """Operators propose and end roles, never their own."""
    return is_operator(user) and user.pk != about.pk and about.is_active


def can_give_role(user: User, grant: RoleGrant, *, is_alone: bool) -> bool:
    """A role that reads cases is given by a second operator, where there is one."""
    if not can_ask_role(user, grant.user):
        return False
    return grant.role not in CASE_ROLES or user.pk != grant.asked_by_id or is_alone


def can_end_role(user: User, grant: RoleGrant) -> bool:
    """An operator ends anybody's role; anybody lays down their own."""
    return user.is_active and (is_operator(user) or user.pk == grant.user_id)


def can_ask_reset(user: User, about: User) -> bool:
    return can_see_people(user) and user.pk != about.pk


def can_approve_reset(user: User, reset: FactorReset) -> bool:
    return can_ask_reset(user, reset.user) and user.pk != reset.asked_by_id
