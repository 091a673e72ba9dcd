"""What the clocks of appeals call."""

from contextlib import suppress
from datetime import datetime

from celery import shared_task
from django.db import connection
from django.utils.timezone import now

from appeals.actions.emptying import empty_people
from appeals.actions.measures import nag
from appeals.actions.reviews import answer_remit, lapsed_remits
from appeals.intakes import count_hours, forget_old
from appeals.models import Measure, Review
from journal.actors import SYSTEM
from journal.errors import Refused
from journal.sweeps import one_by_one

MONTHS_AHEAD = 3


@shared_task
def nag_measures() -> int:
    """Ask again for what platforms have not confirmed; how many."""
    at = now()
    due = list(Measure.objects.to_nag(at).values_list("pk", flat=True)[:1000])
    return one_by_one(due, lambda pk: nag(pk, at=at))


@shared_task
def lapse_remits() -> int:
    """A remitted decision that nobody took anew by its day falls; how many."""
    at = now()
    return one_by_one(lapsed_remits(at), lambda review: _lapse(review, at))


def _lapse(review: Review, at: datetime) -> None:
    with suppress(Refused):  # the platform answered between the look and the lock
        answer_remit(review, None, by=SYSTEM, at=at)


@shared_task
def empty_people_due() -> int:
    """Empty what platforms told us of people whose window closed without an appeal; how many."""
    return empty_people(at=now())


@shared_task
def make_months() -> None:
    """Make the partitions of the months ahead. Safe to repeat; a missing one only costs speed."""
    with connection.cursor() as cursor:
        for ahead in range(MONTHS_AHEAD + 1):
            cursor.execute("SELECT appeals_make_month((now() + make_interval(months => %s))::date)", [ahead])


@shared_task
def count_intakes() -> int:
    """Count what came in into hours; how many hours."""
    return count_hours(at=now())


@shared_task
def forget_intakes() -> int:
    """Forget the figures of calls long gone; how many."""
    return forget_old(now())
