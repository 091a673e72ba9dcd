"""How doors answer: a button goes back to its page, a form says why it was refused."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.permissions import View
from journal.errors import Refused

Done = TypeVar("Done")


def signed_in(request: HttpRequest) -> User:
    """The user of a request that a guard has let in."""
    assert isinstance(request.user, User)  # noqa: S101 - the guard of the view let nobody else in
    return request.user


def act_and_go(request: HttpRequest, act: Callable[[], Any], done: Any, to: str) -> HttpResponseRedirect:
    """Do it, say so (or say why not), and go back to the page."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(to)


def every(model: type[Model]) -> Callable[[User], QuerySet[Any]]:
    """All rows of a kind: the reach of those who look after everybody's."""
    return lambda user: model._default_manager.all()


def button(
    guard: Callable[[View], View],
    rows: Callable[[User], QuerySet[Any]],
    action: Callable[..., Any],
    done: Any,
    *,
    back: Callable[[Any], str],
    form: Callable[..., BaseForm] | None = None,
) -> View:
    """A door without a page of its own: one action upon the row that the address names.

    `rows` is what the user may reach at all; anything else is a 404. `form` reads what the action takes
    besides. The guard comes first and has no default, so that no button stands open because it was forgotten.
    """

    @require_POST
    def press(request: HttpRequest, **named: Any) -> HttpResponseBase:
        user = signed_in(request)
        row = get_object_or_404(rows(user), **named)
        asked = form(request.POST, row) if form else None
        if asked is not None and not asked.is_valid():
            messages.error(request, " ".join(error for each in asked.errors.values() for error in each))
            return redirect(back(row))
        details = asked.cleaned_data if asked is not None else {}
        return act_and_go(request, lambda: action(row, **details, by=user, at=now()), done, back(row))

    return guard(press)


def fulfilled(form: BaseForm, action: Callable[..., Done], *args: Any, **details: Any) -> Done | None:
    """What the action gave for a form that was sent; None where there is none yet, or it says why not."""
    if not form.is_valid():
        return None
    try:
        return action(*args, **form.cleaned_data, **details)
    except Refused as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, str(refusal))
        return None
