"""What is shown once: on a page of its own, so that loading it again makes nothing anew."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from accounts.permissions import needs_role
from accounts.sealing import seal, unseal

KEPT_FOR = timedelta(minutes=10)  # for a browser that was slow to follow
MOST = 5  # in several tabs
IN_SESSION = "shown_once"


def show_once(request: HttpRequest, pk: UUID, shown: str, **said: Any) -> HttpResponseRedirect:
    """Send the browser to the page that shows `shown` once. The session holds it until then, sealed.

    Called in the transaction that made it: neither is there without the other. Without `shown` (the same form
    was sent a second time) the page shows what the first sending left for it.
    """
    if shown:
        waiting = list(request.session.get(IN_SESSION, {}).items())[1 - MOST :]
        sealed = seal(json.dumps({"shown": shown, **said}))
        until = (now() + KEPT_FOR).timestamp()  # now: how long a browser's session keeps it
        request.session[IN_SESSION] = {**dict(waiting), str(pk): [sealed, until]}
        request.session.save()
    return redirect("accounts:shown_once", pk)


@needs_role()
@require_GET
def shown_once(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Shows it and forgets it; whoever comes again is told what to do instead."""
    waiting = request.session.get(IN_SESSION, {})
    sealed, until = waiting.pop(str(pk), ("", 0))
    request.session[IN_SESSION] = waiting
    said = json.loads(unseal(sealed)) if until > now().timestamp() else {}
    return render(request, "accounts/shown_once.html", said)
