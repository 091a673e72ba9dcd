import sys
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from helpdesk.actions.indexing import claim_missing, index_again


class Command(BaseCommand):
    help = (
        "Makes every case findable that is not yet, or not in the way of this version. The clock does the "
        "same slowly, but for cases that were loaded past the program. Can be broken off and repeated."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        claim_missing()
        done = 0
        with tqdm(unit=" cases", disable=None, file=sys.stderr) as bar:
            while count := index_again():
                done += count
                bar.update(count)
        self.stdout.write(f"{done} cases indexed.")
