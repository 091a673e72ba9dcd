"""manage.py verify_history: read all history against its hashes."""

import json
from itertools import chain, islice
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from journal.models import Event
from journal.verifying import digests_changed, events_changed, published_differ

SHOWN = 100


class Command(BaseCommand):
    help = (
        "Notice a changed, removed, reordered or last event, and a changed digest. Exit 1 where one is found."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--published",
            type=Path,
            help="a copy of /history/digests.json that somebody kept, to compare with",
        )

    def handle(self, *args, published: Path | None, **options):
        kept = json.loads(published.read_text())["digests"] if published else []
        findings = chain(events_changed(), digests_changed(at=now()), published_differ(kept))
        shown = list(islice(findings, SHOWN))
        for finding in shown:
            self.stderr.write(str(finding))
        if shown:
            more = " and maybe more" if next(findings, None) else ""
            raise CommandError(f"History was changed: {len(shown)} findings{more}.", returncode=1)
        self.stdout.write(f"History stands: {Event.objects.count()} events.")
