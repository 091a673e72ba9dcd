"""How a button's door answers: back to its page, with what happened above it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect

from accounts.models import User
from journal.errors import Refused


def signed_in(request: HttpRequest) -> User:
    """The user of a request that a guard has let in."""
    assert isinstance(request.user, User)  # noqa: S101 - the guard of the view let nobody else in
    return request.user


def act_and_go(
    request: HttpRequest, act: Callable[[], Any], done: Any, to: Any, *args: Any
) -> HttpResponseRedirect:
    """Do it, say so (or say why not), and go back to the page."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(to, *args)


def blame(form: BaseForm, refusal: Refused) -> None:
    """Show above the form, or at its field, why it was refused."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal))
