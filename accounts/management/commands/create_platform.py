from secrets import token_hex
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.text import slugify
from django.utils.timezone import now

from accounts.actions import make_key, open_platform
from accounts.models.machines import PLATFORM_SCOPES
from journal.actors import SYSTEM
from journal.errors import Refused

LONGEST_NAME = 100


class Command(BaseCommand):
    help = "Adds platforms and prints a line NAME KEY for each. A key is shown only here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="+", metavar="NAME")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        # Told once they are stored: a key that was printed and then rolled back looks like any other.
        for name, shown in self.add(names):
            self.stdout.write(f"{name} {shown}")

    @transaction.atomic
    def add(self, names: list[str]) -> list[tuple[str, str]]:
        at, added = now(), []
        for name in (given.strip() for given in names):
            if not 0 < len(name) <= LONGEST_NAME:
                raise CommandError(f"A name has 1 to {LONGEST_NAME} characters: {name!r} has {len(name)}.")
            try:
                platform = open_platform(
                    name, slug=slugify(name)[:50] or f"platform-{token_hex(3)}", by=SYSTEM, at=at
                )
            except Refused as refusal:
                raise CommandError(f"{name}: {refusal}") from refusal
            __, shown = make_key(platform, name="create_platform", scopes=PLATFORM_SCOPES, by=SYSTEM, at=at)
            added.append((name, shown))
        return added
