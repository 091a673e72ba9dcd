from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from helpdesk.actions.first import make_first_queues


class Command(BaseCommand):
    help = "Makes what a new installation needs before the first case: a queue for each kind. Safe to repeat."
    requires_system_checks: list[str] = []  # they read every page, and each start would wait for them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="First bring the database up to date.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["migrate"]:
            call_command("migrate", interactive=False, verbosity=0)
        for queue in make_first_queues(at=now()):
            self.stdout.write(f"Queue {queue.slug} made.")
