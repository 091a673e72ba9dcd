"""Doing the same to many rows, one transaction each: what fails for one must not stop the rest."""

from collections.abc import Callable, Iterable
from typing import Any

import structlog

log = structlog.get_logger()


def one_by_one(rows: Iterable[Any], act: Callable[[Any], Any]) -> int:
    """Call `act` for each row; how often it went well. A failure is logged by its kind, without words."""
    done = 0
    for row in rows:
        try:
            act(row)
        except Exception as error:
            name, key = getattr(act, "__qualname__", "act"), str(getattr(row, "pk", row))
            log.error("sweep.failed", act=name, row=key, error=type(error).__name__)
        else:
            done += 1
    return done
