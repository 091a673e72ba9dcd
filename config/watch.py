"""Every web process looks at the clock's heartbeat on a clock of its own: a dead scheduler is an alarm."""

import threading
from datetime import datetime, timedelta

import structlog
from django.db import Error, connection
from django.http import HttpRequest
from django.utils.timezone import now

from journal import health

BEAT_LATE_AFTER = timedelta(minutes=2)  # for probe, log and banner alike
LOOK_EVERY = timedelta(seconds=30)
log = structlog.get_logger("recourse.watch")


class Seen:
    """What this process last saw of the clock, so that pages can say it without asking the database."""

    has_looked = False
    beat_at: datetime | None = None

    def note(self, beat_at: datetime | None) -> None:
        self.has_looked, self.beat_at = True, beat_at

    def is_silent(self, at: datetime) -> bool:
        """Whether the clock stands still. A process that never looked knows nothing and says nothing."""
        return self.has_looked and (self.beat_at is None or at - self.beat_at > BEAT_LATE_AFTER)


seen = Seen()


def beat_age() -> timedelta | None:
    """How long ago the clock was last alive; None where it never was. One query."""
    at = health.last_beat()
    return now() - at if at else None


def look() -> None:
    """Raise the alarm in the log when the clock stands still or the database does not answer."""
    try:
        beat_at = health.last_beat()
    except Error:
        log.critical("database_unreachable")  # what was seen before grows old meanwhile, as it should
        return
    finally:
        connection.close()
    seen.note(beat_at)
    age = now() - beat_at if beat_at else None
    if age is None or age > BEAT_LATE_AFTER:
        log.critical("beat_is_late", seconds=round(age.total_seconds()) if age else None)


def watch_beat() -> None:
    """Look for ever, beside whatever else this process does."""

    def watch() -> None:
        while not pause.wait(LOOK_EVERY.total_seconds()):
            look()

    pause = threading.Event()
    threading.Thread(target=watch, name="watch-beat", daemon=True).start()


def clock_alarm(request: HttpRequest) -> dict[str, object]:
    """For the console's banner: asked only where a page shows it, and no query."""
    return {"is_clock_silent": lambda: seen.is_silent(now())}
