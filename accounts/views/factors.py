"""allauth's pages about second factors, where they need something of ours around them."""

from functools import wraps

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as allauth
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from accounts.permissions import View
from accounts.views.answers import signed_in


def _alone_with_the_codes(view: View) -> View:
    """Let nobody come in by a recovery code while its owner looks at them for the first time.

    The page notes that they were seen by writing back all that it has read, the marks of used codes
    included: a code that serves for signing in at that moment would be good for a second time.
    """

    @wraps(view)
    @login_required
    @transaction.atomic
    def alone(request: HttpRequest) -> HttpResponseBase:
        codes = Authenticator.objects.filter(user=signed_in(request), type=Authenticator.Type.RECOVERY_CODES)
        codes.select_for_update().first()
        return view(request)

    return alone


view_recovery_codes = _alone_with_the_codes(allauth.view_recovery_codes)
download_recovery_codes = _alone_with_the_codes(allauth.download_recovery_codes)
