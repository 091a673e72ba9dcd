"""The public pages of the rules."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from rulebook.models import Rule, RuleText, RuleVersion
from rulebook.reading import history, read

TEXTS = Prefetch("texts", RuleText.objects.order_by("language"))  # sight: rules are public


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules that bind today, and those that will."""
    today = now().date()
    versions = RuleVersion.objects.select_related("rule").prefetch_related(TEXTS)  # sight: rules are public
    binding = sorted(versions.in_force_on(today), key=lambda version: (version.rule.place, version.rule.code))
    coming = versions.filter(in_force_on__gt=today).order_by("in_force_on", "rule__place")
    language = get_language() or "en"
    context = {
        "rules": [read(version, language) for version in binding if not version.is_repeal],
        "coming": [read(version, language) for version in coming],
    }
    return render(request, "rulebook/rules.html", context)


@require_safe
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: every version it ever had, the days it held, and what changed word by word."""
    found = get_object_or_404(Rule, code=code)  # sight: rules are public
    versions = found.versions.prefetch_related(TEXTS)
    readings = history(versions, get_language() or "en", now().date())
    binding = next((reading for reading in readings if reading.state == "now"), None)
    context = {"rule": found, "readings": readings, "binding": binding or (readings and readings[0]) or None}
    return render(request, "rulebook/rule.html", context)
