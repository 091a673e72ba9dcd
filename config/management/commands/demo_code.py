from typing import Any

from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.people import TOTP_SECRET


class Command(BaseCommand):
    help = "Prints the second factor of the demo's people for this half minute."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("There are no demo people in production.")
        counter = next(iter(yield_hotp_counters_from_time()))
        self.stdout.write(f"{hotp_value(TOTP_SECRET, counter):06d}")
