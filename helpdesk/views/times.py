"""How long it takes, for everybody: what is promised, and how that was kept in the last 30 days."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from helpdesk.clock_words import long_words
from helpdesk.clocks import Kind
from helpdesk.models import KeptTimes, QueueKind

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = {
    QueueKind.APPEAL: _("When you ask us to look at a decision again"),
    QueueKind.NOTICE: _("When you report something"),
    QueueKind.COMPLAINT: _("When you complain"),
}
CLOCKS = {Kind.FIRST_RESPONSE: _("First answer from a person"), Kind.RESOLUTION: _("The decision")}


@require_safe
def times(request: HttpRequest) -> HttpResponse:
    """One query, of one row that the clock has counted: nobody makes the database count by looking."""
    counted = KeptTimes.objects.first()
    kinds: dict[str, list[dict[str, Any]]] = {}
    for told in counted.figures if counted else ():
        if told["promised"] is not None or "count" in told:
            kinds.setdefault(told["kind"], []).append(_worded(told))
    context = {
        "kinds": [(NAMES[QueueKind(kind)], clocks) for kind, clocks in kinds.items()],
        "counted_at": counted.counted_at if counted else None,
    }
    return render(request, "helpdesk/times.html", context)


def _worded(told: dict[str, Any]) -> dict[str, Any]:
    lengths = {name: _length(told.get(name)) for name in ("promised", "half", "most")}
    return {
        **lengths,
        "name": CLOCKS[Kind(told["clock"])],
        "count": told.get("count"),
        "kept": told.get("kept"),
    }


def _length(seconds: int | None) -> str:
    return (
        long_words(plain_length(timedelta(seconds=seconds)), is_working=False) if seconds is not None else ""
    )


def plain_length(length: timedelta) -> timedelta:
    """As one says it, never shorter than it was: in five minutes, then in hours, from two days on in days."""
    unit = DAY if length > 2 * DAY else HOUR if length > HOUR else 5 * MINUTE
    return max(-(-length // unit), 1) * unit
