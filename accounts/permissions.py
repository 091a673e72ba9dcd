"""Who may come in, and who may change what about people and machines."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from accounts.models import FactorReset, RoleGrant, User, UserSession
from accounts.roles import Role
from journal.actors import SYSTEM, Actor, Acts

View = Callable[..., HttpResponseBase]

ALONE_AFTER = timedelta(days=7)
RESETTERS = (Role.OPERATOR, Role.HEAD, Role.LEAD)


class StaffRequest(HttpRequest):
    """A request that `needs_role` has let through: its user is signed in and on the staff."""

    user: User


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


def is_operator(user: Actor | Acts) -> bool:
    """A person who is an operator now; no key and no clock is one."""
    return isinstance(user, User) and user.has_role(Role.OPERATOR)


def can_operate(by: Actor | Acts) -> bool:
    """Operators run people and platforms; so does the command line of the server itself."""
    return by == SYSTEM or is_operator(by)


def is_alone(user: User, at: datetime) -> bool:
    """There is no other operator, and there was none lately: so nobody gets alone by sending others away."""
    others = RoleGrant.objects.filter(role=Role.OPERATOR, given_at__isnull=False).exclude(user=user)
    return not others.filter(
        Q(ended_at=None, user__is_active=True) | Q(ended_at__gt=at - ALONE_AFTER)
    ).exists()


def can_see_people(user: Actor | Acts) -> bool:
    return isinstance(user, User) and user.has_role(*RESETTERS)


def can_ask_role(user: Actor | Acts, about: User) -> bool:
    """Operators propose roles, never their own."""
    return isinstance(user, User) and is_operator(user) and user.pk != about.pk and about.is_active


def can_give_role(user: Actor | Acts, grant: RoleGrant) -> bool:
    """The second operator, not the one who asked and not the one whom it is for."""
    return isinstance(user, User) and can_ask_role(user, grant.user) and user.pk != grant.asked_by_id


def can_end_role(user: Actor | Acts, grant: RoleGrant) -> bool:
    """An operator ends anybody's role; anybody lays down their own."""
    return isinstance(user, User) and user.is_active and (is_operator(user) or user.pk == grant.user_id)


def can_end_session(user: Actor | Acts, session: UserSession) -> bool:
    return isinstance(user, User) and user.is_active and user.pk == session.user_id


def can_ask_reset(user: Actor | Acts, about: User) -> bool:
    """A colleague's second factor; never one's own."""
    return isinstance(user, User) and can_see_people(user) and user.pk != about.pk and about.is_active


def can_approve_reset(user: Actor | Acts, reset: FactorReset) -> bool:
    return isinstance(user, User) and can_ask_reset(user, reset.user) and user.pk != reset.asked_by_id
