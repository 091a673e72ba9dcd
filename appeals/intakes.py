"""What came in, counted for operators. No word of any statement is read for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import TruncHour

from accounts.models import Platform
from appeals.models import Intake

KEPT_FOR = timedelta(days=35)
MOST_WRONG = 50

_WRONG = """
    SELECT platform_id, wrong.key, sum(wrong.value::int) AS times
    FROM appeals_intake, jsonb_each_text(errors) AS wrong
    WHERE at >= %s AND refused > 0
    GROUP BY platform_id, wrong.key ORDER BY times DESC, wrong.key LIMIT %s
"""


@dataclass(frozen=True)
class Wrong:
    """How often one platform got one field wrong."""

    platform: str
    field: str
    times: int


def by_hour(since: datetime) -> Any:
    """Calls, statements taken in and refused, for each hour (UTC) and platform, the latest first."""
    return (
        Intake.objects.filter(at__gte=since)
        .annotate(hour=TruncHour("at"))
        .values("hour", "platform__name")
        .annotate(calls=Count("id"), taken_in=Sum("taken"), turned_away=Sum("refused"))
        .order_by("-hour", "platform__name")
    )


def most_wrong(since: datetime) -> list[Wrong]:
    """The fields that were wrong most often, for each platform."""
    names = dict(Platform.objects.values_list("pk", "name"))
    with connection.cursor() as cursor:
        cursor.execute(_WRONG, [since, MOST_WRONG])
        return [Wrong(names[platform], field, times) for platform, field, times in cursor]


def forget_old(at: datetime) -> int:
    """Remove the rows of calls long gone; history keeps the event of each call that stored something."""
    return Intake.objects.filter(at__lt=at - KEPT_FOR).delete()[0]
