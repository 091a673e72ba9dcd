from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from helpdesk.actions.first import make_first_queues


class Command(BaseCommand):
    help = "Makes what a new installation needs before the first case: a queue for each kind. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        for queue in make_first_queues(at=now()):
            self.stdout.write(f"Queue {queue.slug} made.")
