"""From the signed link: what was decided and why, and the way to another decision."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.visitors import visitor
from appeals.actions.filing import file_appeal
from appeals.actions.proofs import prove
from appeals.forms.appealing import AppealForm
from appeals.links import Link, read_link
from appeals.models import Appeal, AppealDecision, Decision, DecisionKind, Party
from appeals.models.decisions import decision_with_person
from appeals.telling import tell
from appeals.window import last_day, window_end
from helpdesk import access
from helpdesk.actions import Opened
from helpdesk.actions.clocks import answer_within
from helpdesk.calendars import DAY
from helpdesk.forms.case import EnterForm
from helpdesk.models import Queue, QueueKind
from helpdesk.views.sending import SendingView, from_elsewhere, without_session
from journal.actors import Actor
from journal.errors import Refused

View = Callable[..., HttpResponseBase]
SHOWN = ("person", "platform", "order", "rule_version__rule", "content_rule_version__rule")


def with_decision(view: View) -> View:
    """For pages behind a signed link: the link alone says which decision, and nothing else opens it.

    Stands within `without_session`, which keeps them out of every cache.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, link: str, **kwargs: Any) -> HttpResponseBase:
        read = read_link(link)
        decision = _decision_of(read, is_shown=request.method != "POST") if read else None
        if read is None or decision is None:
            return render(request, "appeals/no_decision.html", status=404)
        if not read.opens(decision, at=now()):
            return render(request, "appeals/no_decision.html", {"is_old": True}, status=410)
        _speak(request, decision)
        return view(request, decision=decision, link=link, **kwargs)

    return wrapped


def _decision_of(link: Link, *, is_shown: bool) -> Decision | None:
    """The restriction that a signed link opens; its page also tells the rule and who ordered it."""
    if not is_shown:
        decision = decision_with_person(link.decision_id)
        return decision if decision and decision.kind == DecisionKind.RESTRICTION else None
    held = Decision.objects.select_related(*SHOWN)  # sight: the signed link opens it
    return held.filter(pk=link.decision_id, kind=DecisionKind.RESTRICTION).first()


def _speak(request: HttpRequest, decision: Decision) -> None:
    """In the language that the platform knows of the person, unless they chose one here."""
    language = getattr(getattr(decision, "person", None), "language", "")
    known = {code for code, _name in settings.LANGUAGES}
    language = language if language in known else language.split("-")[0]
    if language in known and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
        request.LANGUAGE_CODE = language


def until(decision: Decision) -> datetime:
    """The end of the window to appeal."""
    informed_at = decision.informed_at or decision.received_at
    return decision.appeal_until or window_end(informed_at, months=settings.APPEAL_WINDOW_MONTHS)


def around(decision: Decision, link: str, at: datetime) -> dict[str, Any]:
    """What the pages of one decision share."""
    open_ones = AppealDecision.objects.filter(  # sight: of the decision that the link opens
        decision=decision, side=Party.AFFECTED, closed_at=None
    )
    queue = Queue.objects.filter(kind=QueueKind.APPEAL, ended_at=None).first()  # sight: its promise is public
    promised = answer_within(queue, at) if queue else None
    return {
        "decision": decision,
        "link": link,
        "until": last_day(until(decision)),
        "is_late": at > until(decision),
        "is_under_appeal": open_ones.exists(),
        "answer_days": -(-promised // DAY) if promised else None,
    }


@without_session
@with_decision
def decision(request: HttpRequest, *, decision: Decision, link: str) -> HttpResponse:
    """The statement of reasons in plain words. `?case=` comes with a link that was asked for as a proof."""
    context = {
        "statement": tell(decision, at=now()),
        "case_reference": request.GET.get("case", ""),
        **around(decision, link, now()),
    }
    return render(request, "appeals/decision.html", context)


@method_decorator(with_decision, name="dispatch")
class Ask(SendingView):
    """One page: what do you ask for, why, files, how to reach you, is it urgent."""

    form_class = AppealForm
    template_name = "appeals/ask.html"

    def dispatch(self, request: HttpRequest, *, decision: Decision, link: str) -> HttpResponseBase:
        self.decision, self.link = decision, link
        return super().dispatch(request)

    def form_options(self) -> dict[str, Any]:
        return {"is_late": self.at > until(self.decision)}

    def context(self) -> dict[str, Any]:
        return around(self.decision, self.link, self.at)

    def send(self, form: AppealForm, *, at: datetime, is_screened: bool) -> Opened:
        return file_appeal(
            [self.decision],
            form.letter(is_screened=is_screened),
            by=Actor("person", self.decision.pk),
            at=at,
        )


@without_session
@with_decision
def prove_case(request: HttpRequest, *, decision: Decision, link: str) -> HttpResponse:
    """Whoever holds both the account's link and the receipt of the case shows that the case is theirs.

    The link alone is not enough: anybody can claim a decision, and its owner must not open it to them.
    """
    at = now()
    form = EnterForm(request.POST or None, initial={"reference": request.GET.get("case", "")})
    if request.method == "POST" and form.is_valid() and not from_elsewhere(request):
        try:
            ticket = _prove(request, form, decision, at=at)
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            access.remember_case(request, ticket, at=at)
            return HttpResponseRedirect(reverse("helpdesk:case"))
    context = {"form": form, "link": link, "waiting": access.start_waiting(at=at)}
    return render(request, "appeals/prove.html", context, status=422 if form.errors else 200)


def _prove(request: HttpRequest, form: EnterForm, decision: Decision, *, at: datetime) -> Any:
    given = form.cleaned_data
    waiting = request.POST.get("waiting", "")
    key = visitor(request)
    ticket = access.open_case(given["reference"], given["receipt"], request_key=key, waiting=waiting, at=at)
    appeal = Appeal.objects.filter(ticket=ticket).first() if ticket else None  # sight: the receipt opens it
    if ticket is None or appeal is None:
        raise Refused(
            "no_such_case", _("This reference and this receipt do not belong together. Please try again.")
        )
    if not appeal.is_proven or decision.pk in appeal.claimed:
        prove(appeal, by=access.person_of(ticket), at=at, decision=decision)
    return ticket
