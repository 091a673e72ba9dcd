"""What a platform told us of a person does not stay longer than it is needed."""

from datetime import datetime

from django.db import transaction

from appeals.models import DecisionPerson

AT_ONCE = 500


def empty_people(*, at: datetime) -> int:
    """Empty the rows whose moment has come: 30 days after a window closed without an appeal; how many.

    `empty_at` is taken away when an appeal is filed and set again when its case is purged. The reference
    stays, so that a later caller hears that the data is gone and not that it never was.
    """
    emptied = 0
    while batch := _take(at):
        emptied += len(batch)
    return emptied


@transaction.atomic
def _take(at: datetime) -> list[DecisionPerson]:
    due = DecisionPerson.objects.filter(empty_at__lte=at, emptied_at=None)
    batch = list(due.select_for_update(skip_locked=True)[:AT_ONCE])
    DecisionPerson.objects.filter(pk__in=[each.pk for each in batch]).update(
        user_ref="", contact="", content_ref="", content_excerpt="", in_force=[], emptied_at=at
    )
    return batch
