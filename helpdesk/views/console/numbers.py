"""The numbers of a lead's teams, as plots with their tables and as a file."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from helpdesk.clock_words import CLOCKS
from helpdesk.forms.acts import MERGE_WORDS, NO_ANSWER_WORDS, SPAM_WORDS
from helpdesk.languages import language_names
from helpdesk.models import Queue
from helpdesk.numbers import (
    WEEKS,
    Asked,
    ClockNumbers,
    Figures,
    LetGoCount,
    as_csv,
    let_go,
    numbers,
    read_asked,
)
from helpdesk.plots import bars, lines
from helpdesk.spans import speaker
from helpdesk.views.console.frame import page
from helpdesk.views.console.lead import leader
from helpdesk.views.console.lists import views_of
from journal.moments import Count, digits

HOUR = timedelta(hours=1)
TIERS = range(1, 6)


@require_safe
@leader
def show(request: HttpRequest) -> HttpResponse:
    """How the promises of my teams were kept."""
    at, asked = timezone.now(), read_asked(request.GET)
    queues = _queues(request)
    context = {
        "clocks": _shown(numbers(queues, asked, at), queues),
        "let_go": [(_why(each), each.count) for each in let_go(queues, asked, at)],
        "asked": asked,
        "choices": _choices(queues, asked),
        "here": "console:numbers",
        "views": views_of(request),
    }
    return page(request, "helpdesk/console/numbers.html", context, at=at)


@require_safe
@leader
def file(request: HttpRequest) -> HttpResponse:
    """The same as a file, a line for each week, clock, queue, tier and language."""
    asked, at = read_asked(request.GET), timezone.now()
    response = HttpResponse(
        "".join(as_csv(_queues(request), asked, at)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="promises-{at:%Y-%m-%d}.csv"'
    return response


def _queues(request: HttpRequest) -> list[Queue]:
    return list(Queue.objects.visible_to(request.user))


def _shown(found: Sequence[ClockNumbers], queues: Sequence[Queue]) -> list[dict[str, Any]]:
    say = speaker()
    names = {queue.pk: str(queue) for queue in queues}
    languages = language_names()
    return [
        {
            "kind": clock.kind.value,
            "name": CLOCKS[clock.kind],
            "total": _told(clock.total, say),
            "bars": bars([(each.met, each.missed) for each in clock.weeks.values()]),
            "lines": lines(*_lengths(list(clock.weeks.values()))),
            "longest": say(
                max((each.p95 or timedelta(0) for each in clock.weeks.values()), default=timedelta(0))
            ),
            "weeks": [(week, _told(each, say)) for week, each in clock.weeks.items()],
            "ways": [
                (_("Queue"), _by(clock.by_queue, say, lambda pk: names.get(pk, ""))),
                (
                    _("Tier"),
                    _by(clock.by_tier, say, lambda tier: _("none") if tier is None else digits(tier)),
                ),
                (_("Language"), _by(clock.by_language, say, lambda code: languages.get(code, code))),
            ],
        }
        for clock in found
    ]


def _lengths(weeks: Sequence[Figures]) -> tuple[list[float | None], list[float | None]]:
    def hours(length: timedelta | None) -> float | None:
        return None if length is None else length / HOUR

    return [hours(each.median) for each in weeks], [hours(each.p95) for each in weeks]


def _told(figures: Figures, say: Callable[[timedelta], str]) -> dict[str, Any]:
    median, p95 = figures.median, figures.p95
    return {
        "met": figures.met,
        "missed": figures.missed,
        "cancelled": figures.cancelled,
        "silent": figures.silent,
        "percent": figures.percent,
        "median": say(median) if median is not None else "",
        "p95": say(p95) if p95 is not None else "",
    }


def _by(
    found: Mapping[Any, Figures], say: Callable[[timedelta], str], name: Callable[[Any], str]
) -> list[tuple[str, dict[str, Any]]]:
    ordered = sorted(found.items(), key=lambda each: -each[1].judged)
    return [(name(key), _told(each, say)) for key, each in ordered]


def _why(each: LetGoCount) -> str:
    """Why no answer was given, in words."""
    reasons = {**SPAM_WORDS, **MERGE_WORDS} if each.code == "dropped" else NO_ANSWER_WORDS
    reason = str(reasons.get(each.reason, ""))
    named = {
        "withdrawn": _("Taken back by the person"),
        "spam": _("No case"),
        "merged": _("Joined with another case"),
    }
    what = (
        named.get(each.why, _("Ended without an answer"))
        if each.code == "dropped"
        else _("Words that need no answer")
    )
    return f"{what}: {reason}" if reason else what


def _choices(queues: Sequence[Queue], asked: Asked) -> list[dict[str, Any]]:
    weeks = [(str(each), _("%(weeks)s weeks") % {"weeks": Count(each)}) for each in WEEKS]
    return [
        _choice("weeks", _("How far back"), weeks, str(asked.weeks)),
        _choice(
            "queue", _("Queue"), [("", _("any")), *((each.slug, str(each)) for each in queues)], asked.queue
        ),
        _choice(
            "tier",
            _("Tier"),
            [("", _("any")), *((str(each), digits(each)) for each in TIERS)],
            str(asked.tier or ""),
        ),
        _choice("language", _("Language"), [("", _("any")), *language_names().items()], asked.language),
    ]


def _choice(name: str, label: str, options: Any, chosen: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "options": [(value, words, value == chosen) for value, words in options],
    }
