"""Every web process looks at the clock's heartbeat on a clock of its own: a dead scheduler is an alarm."""

import threading
from datetime import timedelta

import structlog
from django.db import Error, connection
from django.utils.timezone import now

from journal import health

BEAT_LATE_AFTER = timedelta(seconds=90)
LOOK_EVERY = timedelta(seconds=30)
log = structlog.get_logger("recourse.watch")


def beat_age() -> timedelta | None:
    """How long ago the clock was last alive; None where it never was. One query."""
    at = health.last_beat()
    return now() - at if at else None


def look() -> None:
    """Raise the alarm in the log when the clock stands still or the database does not answer."""
    try:
        age = beat_age()
    except Error:
        log.critical("database_unreachable")
        return
    finally:
        connection.close()
    if age is None or age > BEAT_LATE_AFTER:
        log.critical("beat_is_late", seconds=round(age.total_seconds()) if age else None)


def watch_beat() -> None:
    """Look for ever, beside whatever else this process does."""

    def watch() -> None:
        while not pause.wait(LOOK_EVERY.total_seconds()):
            look()

    pause = threading.Event()
    threading.Thread(target=watch, name="watch-beat", daemon=True).start()
