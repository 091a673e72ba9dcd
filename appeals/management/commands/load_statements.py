import sys
from argparse import FileType
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils.timezone import now
from tqdm import tqdm

from accounts.models import Platform
from appeals.actions.streams import Answer, take_in_each
from appeals.intakes import count_hours
from appeals.models import Door, Intake
from appeals.statements.files import Numbered, lines_read, rows_read
from journal.actors import SYSTEM

Line = TypeVar("Line", str, bytes)

SHOWN = 20  # refused lines, with the first thing that was wrong with each
SOME_REFUSED, STOPPED = 3, 130  # exit codes; 1 is a load that could not begin or go on, 2 a wrong option


class Command(BaseCommand):
    help = (
        "Loads statements of reasons from FILE: CSV in the columns of the European database's full dump, or "
        "NDJSON. What was loaded before is passed over, so a load that was interrupted can be started again. "
        "Exit codes: 0 all are there, 1 it could not begin or go on, 3 some lines were refused."
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
        check_file(file)
        self.counts, self.line = Counter[int](), 0
        owner, at = self.platform_of(platform), now()
        intake = Intake(platform=owner, door=Door.FILE, at=at)
        was_stopped = False
        try:
            with bar_of(file) as bar:
                for answer in take_in_each(owner, statements_of(file, bar), by=SYSTEM, at=at, intake=intake):
                    self.note(answer, options["refused"])
        except KeyboardInterrupt:
            was_stopped = True
        finally:
            if options["refused"]:
                options["refused"].close()
        count_hours(at=now(), since=at)  # the load may have lasted longer than its hour is looked at again
        self.sum_up(intake)
        if was_stopped:
            raise CommandError(f"Stopped after line {self.line}. {AGAIN}", returncode=STOPPED)
        if self.counts[422]:
            raise CommandError("Some lines were refused; the others are there.", returncode=SOME_REFUSED)

    def note(self, answer: Answer, refused: Any) -> None:
        self.line = answer["line"]
        self.counts[answer["status"]] += 1
        if answer["status"] != 422:
            return
        if refused:
            refused.write(orjson.dumps(answer) + b"\n")
        if self.counts[422] <= SHOWN:
            field, sentences = next(iter(answer["errors"].items()))
            self.stderr.write(f"line {answer['line']}: {field}: {sentences[0]}")
        elif self.counts[422] == SHOWN + 1:
            self.stderr.write("More lines were refused; --refused FILE keeps them all.")

    def sum_up(self, intake: Intake) -> None:
        counts = self.counts
        self.stdout.write(f"{counts[201]} stored, {counts[200]} there already, {counts[422]} refused.")
        for field, times in sorted(intake.errors.items(), key=lambda pair: -pair[1]):
            self.stdout.write(f"  {field}: {times}")

    def platform_of(self, name: str | None) -> Platform:
        named = Q(name=name) | Q(slug=name) if name else Q()
        platforms = Platform.objects.filter(named, is_active=True)[:2]
        if len(platforms) != 1:
            known = ", ".join(Platform.objects.values_list("name", flat=True)[:20]) or "none"
            raise CommandError(
                f"Say whose statements these are with --platform NAME; there are: {known}. "
                "manage.py create_platform NAME adds one."
            )
        return platforms[0]


AGAIN = "Start it again: what is stored is passed over."
PACKED = {".zip", ".gz", ".bz2", ".xz", ".zst"}


def check_file(file: Path) -> None:
    if not file.is_file():
        raise CommandError(f"There is no file {file}.")
    if file.suffix.lower() in PACKED:
        raise CommandError(f"{file} is packed. Unpack it, and load the files in it one by one.")


def bar_of(file: Path) -> tqdm:
    """The part of the file that was read; nothing where nobody looks at it."""
    return tqdm(total=file.stat().st_size, unit="B", unit_scale=True, disable=None, file=sys.stderr)


def statements_of(file: Path, bar: tqdm) -> Iterator[Numbered]:
    if file.suffix.lower() != ".csv":
        with file.open("rb") as lines:
            yield from lines_read(_told(lines, bar))
        return
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        try:
            rows = rows_read(_told(text, bar))
        except ValueError as error:
            raise CommandError(f"This is no full dump: it has no column {error}.") from error
        yield from rows


def _told(lines: Iterable[Line], bar: tqdm) -> Iterator[Line]:
    """The lines of a file, with the bar moved along."""
    for line in lines:
        bar.update(len(line) if isinstance(line, bytes) else len(line.encode(errors="surrogateescape")))
        yield line
