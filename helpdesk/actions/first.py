"""What a new installation needs before the first person writes in."""

from datetime import datetime

from django.db import transaction

from helpdesk.actions.policies import make_first_policy
from helpdesk.models import Queue, QueueKind, Team
from journal.actions import record
from journal.actors import SYSTEM

TEAM = {"name_en": "Helpdesk", "name_ru": "Служба поддержки", "name_fa": "میز کمک"}
QUEUES = {
    QueueKind.APPEAL: {"name_en": "Appeals", "name_ru": "Обжалования", "name_fa": "درخواست‌های بازبینی"},
    QueueKind.NOTICE: {"name_en": "Reports", "name_ru": "Сообщения", "name_fa": "گزارش‌ها"},
    QueueKind.COMPLAINT: {"name_en": "Complaints", "name_ru": "Жалобы", "name_fa": "شکایت‌ها"},
}


def kinds_without_queue() -> list[str]:
    """The kinds that the public can open and that no queue in use takes in: such a case has nowhere to go."""
    taken = set(Queue.objects.in_use().filter(kind__in=QUEUES).values_list("kind", flat=True))
    return [str(kind) for kind in QUEUES if kind not in taken]


@transaction.atomic
def make_first_queues(*, at: datetime) -> list[Queue]:
    """A queue for each kind of case that the public can open, and what is promised there, where there is
    none yet. Safe to repeat."""
    made = []
    for place, (kind, names) in enumerate(QUEUES.items()):
        if not Queue.objects.filter(kind=kind, ended_at=None).exists():
            queue = Queue.objects.create(slug=f"{kind}s", kind=kind, team=_team(), place=place, **names)
            record(queue, "made", by=SYSTEM, at=at, kind=kind)
            made.append(queue)
    make_first_policy(at=at)
    return made


def _team() -> Team:
    return Team.objects.filter(ended_at=None).order_by("id").first() or Team.objects.create(**TEAM)
