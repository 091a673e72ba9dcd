"""How an action says no."""

from typing import Any

from django.core.exceptions import PermissionDenied


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """The domain says no. Doors answer 409, or show the message above the form.

    `code` is stable and for machines; `message` is a translated full sentence that says what to do next;
    `field` names the field of a form that it belongs to, where it belongs to one.
    """

    def __init__(self, code: str, message: Any, *, field: str | None = None):
        self.code = code
        self.message = message
        self.field = field
        super().__init__(code)

    def __str__(self) -> str:
        return str(self.message)


def require(allowed: bool) -> None:
    """Raise PermissionDenied unless the actor may."""
    if not allowed:
        raise PermissionDenied
