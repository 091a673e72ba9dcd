"""Which passwords are refused, and in which words."""

from typing import Any

from django.contrib.auth import password_validation as django
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class LongEnough(django.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return ngettext(
            "This password is too short. Use at least %(number)d character.",
            "This password is too short. Use at least %(number)d characters.",
            self.min_length,
        ) % {"number": self.min_length}


class Uncommon(django.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Many people use this password, so it is guessed first. Choose another one.")


class UnlikeTheUser(django.UserAttributeSimilarityValidator):
    def get_error_message(self) -> Any:
        # Django fills in which of the two it is; we name neither, so that the sentence can be translated.
        return _("This password is too much like your name or your address. Choose another one.")
