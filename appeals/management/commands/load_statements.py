import sys
from argparse import FileType
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now
from tqdm import tqdm

from accounts.models import Platform
from appeals.actions.streams import read_lines, take_in_each
from appeals.models import Door, Intake
from appeals.statements.files import rows_of
from journal.actors import SYSTEM

Line = TypeVar("Line", str, bytes)


class Command(BaseCommand):
    help = (
        "Loads statements of reasons from FILE: CSV in the columns of the European database's full dump, or "
        "NDJSON. What was loaded before is passed over, so a load that was interrupted can be started again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--platform", metavar="NAME", help="whose they are; needed where there are several"
        )
        parser.add_argument(
            "--refused",
            type=FileType("wb"),
            metavar="FILE",
            help="write refused lines' errors here as NDJSON",
        )

    def handle(self, *args: Any, file: Path, platform: str | None, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        owner, at, counts = self.platform_of(platform), now(), Counter[int]()
        intake = Intake(platform=owner, door=Door.FILE, at=at)
        with tqdm(total=file.stat().st_size, unit="B", unit_scale=True, disable=None, file=sys.stderr) as bar:
            raws = self.statements_of(file, bar)
            for answer in take_in_each(owner, raws, by=SYSTEM, at=at, intake=intake):
                counts[answer["status"]] += 1
                if answer["status"] == 422 and options["refused"]:
                    options["refused"].write(orjson.dumps(answer) + b"\n")
        if options["refused"]:
            options["refused"].close()
        self.stdout.write(f"{counts[201]} stored, {counts[200]} there already, {counts[422]} refused.")
        for field, times in sorted(intake.errors.items(), key=lambda pair: -pair[1]):
            self.stdout.write(f"  {field}: {times}")

    def platform_of(self, name: str | None) -> Platform:
        platforms = Platform.objects.filter(is_active=True, **({"name": name} if name else {}))[:2]
        if len(platforms) != 1:
            known = ", ".join(Platform.objects.values_list("name", flat=True)[:20]) or "none"
            raise CommandError(
                f"Say whose statements these are with --platform NAME; there are: {known}. "
                "manage.py create_platform NAME adds one."
            )
        return platforms[0]

    def statements_of(self, file: Path, bar: tqdm) -> Iterator[Any]:
        if file.suffix.lower() != ".csv":
            with file.open("rb") as lines:
                yield from read_lines(_told(lines, bar))
            return
        with file.open(encoding="utf-8-sig", newline="") as text:
            try:
                yield from rows_of(_told(text, bar))
            except ValueError as error:
                raise CommandError(f"This is no full dump: it has no column {error}.") from error


def _told(lines: Iterable[Line], bar: tqdm) -> Iterator[Line]:
    """The lines of a file, with the bar moved along."""
    for line in lines:
        bar.update(len(line) if isinstance(line, bytes) else len(line.encode()))
        yield line
