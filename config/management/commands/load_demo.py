from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from config.demo.cases import file_cases, make_platform, make_words, publish_rules, ring_alarm
from config.demo.past import PAST, answer_past_cases
from config.demo.people import PEOPLE, join_team, make_people, make_rota, sign_in_table
from helpdesk.actions.first import make_first_queues
from helpdesk.actions.numbers import count_kept_times


class Command(BaseCommand):
    help = "Loads the demo once, and prints who can sign in. Refused in production."
    requires_system_checks: list[str] = []  # they read every page, and each start would wait for them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="First bring the database up to date.")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "The demo's passwords are known to everybody: it is never loaded in production."
            )
        if options["migrate"]:
            call_command("migrate", interactive=False, verbosity=0)
        if not User.objects.filter(email=PEOPLE[0].email).exists():
            self.load()
        call_command("prepare", stdout=self.stdout)  # what a newer version needs beside an older demo
        self.stdout.write(sign_in_table())

    @transaction.atomic
    def load(self) -> None:
        at = now()
        people = make_people(at)
        make_first_queues(at=at - PAST - timedelta(days=1))  # before its first case
        join_team(people, at)
        publish_rules(at)
        make_words(people, at)
        file_cases(make_platform(at), people, at)
        ring_alarm(people, at)
        answer_past_cases(people, at)
        count_kept_times(at=at)
        make_rota(people, at)  # last: the alarm rings for the lead, so that whoever looks sees it
