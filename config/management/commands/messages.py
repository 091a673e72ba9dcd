"""`manage.py messages`: bring the catalogs up to the sources, compile them, or look for gaps."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import catalogs


class Command(BaseCommand):
    help = "Collect the strings to translate into locale/*/LC_MESSAGES/django.po."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument(
            "--compile", action="store_true", help="Only make the .mo files that are out of date."
        )
        mode.add_argument(
            "--check", action="store_true", help="Only say what is missing; fail if anything is."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self.check_all()
            return
        if not options["compile"]:
            wanted = catalogs.extracted()
            for locale in catalogs.languages():
                catalogs.update(locale, wanted)
        catalogs.compile_all()

    def check_all(self) -> None:
        wanted = catalogs.extracted()
        found = [line for locale in catalogs.languages() for line in catalogs.faults(locale, wanted)]
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(
                f"{len(found)} strings lack a translation. Run `make messages`, then translate."
            )
