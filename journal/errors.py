"""How an action says no."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction


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


class NotReady(Refused):
    """The service itself lacks what it needs; the caller did nothing wrong. The API answers 503."""


def require(allowed: bool) -> None:
    """Raise PermissionDenied unless the actor may."""
    if not allowed:
        raise PermissionDenied


@contextmanager
def refusing(constraint: str, refusal: Refused, *, savepoint: bool = True) -> Iterator[None]:
    """Give a constraint its words: a violation of `constraint` inside the block becomes `refusal`.

    The block runs in a savepoint, so that the transaction around it can go on; an action that ends with
    the refusal needs none.
    """
    try:
        with transaction.atomic(savepoint=savepoint):
            yield
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) == constraint:
            raise refusal from error
        raise
