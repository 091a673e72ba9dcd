"""The link in an invitation."""

from django.contrib import messages
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.forms import JoinForm
from accounts.invitations import read_token
from accounts.models import Invitation
from accounts.views.answers import fulfilled


def _invited(token: str) -> Invitation | None:
    try:
        pk = read_token(token)
    except BadSignature:
        return None
    return Invitation.objects.open(now()).filter(pk=pk).first()


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Make the account that was kept. An ended and an invented link look the same."""
    invitation = _invited(token)
    if invitation is None:
        return render(request, "accounts/invitation_ended.html", status=404)
    form = JoinForm(request.POST or None, email=invitation.email, initial={"name": invitation.name})
    if fulfilled(form, actions.accept_invitation, invitation, at=now()):
        messages.success(request, _("Your account is ready. Sign in, then set up your second factor."))
        return redirect("account_login")
    return render(request, "accounts/join.html", {"form": form, "email": invitation.email})
