"""What came in, counted for operators. No word of any statement is read for it.

Calls come by the ten million a month. A task counts them into hours once a minute; the page reads hours only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Sum
from django.db.models.functions import TruncHour

from accounts.models import Platform
from appeals.models import Intake, IntakeHour

KEPT_FOR = timedelta(days=35)
MOST_WRONG = 50
# A call counts for the hour in which it began, and a stream or a file may still be adding to its figures.
COUNTED_AGAIN_FOR = timedelta(hours=2)

_WRONG_BY_HOUR = """
    SELECT platform_id, date_trunc('hour', at), wrong.key, sum(wrong.value::int)
    FROM appeals_intake, jsonb_each_text(errors) AS wrong
    WHERE at >= %s AND errors <> '{}' GROUP BY 1, 2, 3
"""
_WRONG = """
    SELECT platform_id, wrong.key, sum(wrong.value::int) AS times
    FROM appeals_intakehour, jsonb_each_text(errors) AS wrong
    WHERE hour >= %s
    GROUP BY platform_id, wrong.key ORDER BY times DESC, wrong.key LIMIT %s
"""


@dataclass(frozen=True)
class Wrong:
    """How often one platform got one field wrong."""

    platform: str
    field: str
    times: int


def count_hours(*, at: datetime, since: datetime | None = None) -> int:
    """Count the calls of the young hours, those since the last count, and those from `since` on.

    Safe to repeat and to run twice at once: an hour is counted whole, never added to. Costs a read of the
    calls of two or three hours.
    """
    last = IntakeHour.objects.aggregate(last=Max("hour"))["last"]
    oldest = at - KEPT_FOR  # before the very first count
    since = _hour(min(last or oldest, at - COUNTED_AGAIN_FOR, since or at))
    calls = Intake.objects.filter(at__gte=since).annotate(hour=TruncHour("at")).values("platform_id", "hour")
    counted = calls.annotate(calls=Count("id"), taken_in=Sum("taken"), turned_away=Sum("refused"))
    wrong = _wrong_by_hour(since)
    hours = [
        IntakeHour(
            platform_id=row["platform_id"],
            hour=row["hour"],
            calls=row["calls"],
            taken=row["taken_in"],
            refused=row["turned_away"],
            errors=wrong.get((row["platform_id"], row["hour"]), {}),
        )
        for row in counted
    ]
    IntakeHour.objects.bulk_create(
        hours,
        update_conflicts=True,
        unique_fields=["hour", "platform"],
        update_fields=["calls", "taken", "refused", "errors"],
    )
    return len(hours)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _wrong_by_hour(since: datetime) -> dict[tuple[UUID, datetime], dict[str, int]]:
    found: dict[tuple[UUID, datetime], dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WRONG_BY_HOUR, [since])
        for platform, hour, field, times in cursor:
            found.setdefault((platform, hour), {})[field] = int(times)
    return found


def by_hour(since: datetime) -> Any:
    """Calls, statements taken in and refused, for each hour (UTC) and platform, the latest first."""
    return (
        IntakeHour.objects.filter(hour__gte=since)
        .select_related("platform")
        .order_by("-hour", "platform__name")
    )


def most_wrong(since: datetime) -> list[Wrong]:
    """The fields that were wrong most often, for each platform."""
    names = dict(Platform.objects.values_list("pk", "name"))
    with connection.cursor() as cursor:
        cursor.execute(_WRONG, [since, MOST_WRONG])
        return [Wrong(names[platform], field, times) for platform, field, times in cursor]


def forget_old(at: datetime) -> int:
    """Remove the figures of calls long gone; history keeps the event of each call that stored something."""
    IntakeHour.objects.filter(hour__lt=at - KEPT_FOR).delete()
    return Intake.objects.filter(at__lt=at - KEPT_FOR).delete()[0]
