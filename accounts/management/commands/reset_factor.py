from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from accounts.actions import reset_factor_by_hand
from accounts.models import User
from journal.actors import SYSTEM


class Command(BaseCommand):
    help = "Takes the second factor off an account, where nobody else is left to do it. Operators are told."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.active().filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"There is no account with the address {email}.")
        reset_factor_by_hand(user, by=SYSTEM, at=now())
        self.stdout.write(f"Signing in as {email} now begins with setting up a second factor.")
