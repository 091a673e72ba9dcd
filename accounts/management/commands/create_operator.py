from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils.timezone import now

from accounts.actions import invite
from accounts.invitations import join_path
from accounts.models import User
from accounts.roles import Role
from journal.actors import SYSTEM
from journal.errors import Refused


class Command(BaseCommand):
    help = "Invites the first operator and prints the link. Further people are invited in the console."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--language", default="en", choices=[code for code, __ in settings.LANGUAGES])

    def handle(self, *args: Any, email: str, language: str, **options: Any) -> None:
        if User.objects.holding(Role.OPERATOR).exists():
            raise CommandError("There is an operator. Invite people at /console/people/invite/.")
        try:
            validate_email(email)
            invitation = invite(email, roles=[Role.OPERATOR], language=language, by=SYSTEM, at=now())
        except ValidationError as error:
            raise CommandError(f"{email} is no e-mail address.") from error
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{settings.BASE_URL}{join_path(invitation.pk)}")
