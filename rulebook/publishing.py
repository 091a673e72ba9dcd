"""The door through which a policy editor publishes a rule."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.permissions import StaffRequest, needs_role
from journal.errors import Refused
from rulebook.actions import publish_rule
from rulebook.forms import RuleForm, WordsForm


@needs_role("policy_editor")
def publish(request: StaffRequest) -> HttpResponse:
    """A form for one version of one rule; published, it is never edited."""
    form = RuleForm(request.POST or None, initial={"code": request.GET.get("code", "")})
    texts = [WordsForm(request.POST or None, language=code) for code, _name in settings.LANGUAGES]
    if request.method == "POST" and all([form.is_valid(), *(each.is_valid() for each in texts)]):
        answer = _publish(request, form, texts)
        if answer is not None:
            return answer
    names = dict(settings.LANGUAGES)
    context = {"form": form, "texts": [(names[each.language], each) for each in texts]}
    return render(request, "rulebook/publish.html", context, status=409 if form.errors else 200)


def _publish(request: StaffRequest, form: RuleForm, texts: list[WordsForm]) -> HttpResponse | None:
    """Call the action; None where it was refused and the form says why."""
    data = form.cleaned_data
    words = [given for each in texts if (given := each.words(binding=data["binding"]))]
    try:
        publish_rule(
            data["code"],
            by=request.user,
            at=now(),
            in_force_on=data["in_force_on"],
            texts=words,
            is_repeal=data["is_repeal"],
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return None
    messages.success(request, _("Published. Everybody can read it now."))
    return redirect("rulebook:rule", data["code"])
