"""Acts that begin at the same moment, each on a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic

from django.db import connection

from journal.errors import Refused


def at_once(*acts):
    """What each act returned, or the Refused that it raised, when all began together."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait(60)
            return act()
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def until_somebody_waits():
    """Return once another connection waits for a lock of this one."""
    end = monotonic() + 60
    while monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waited.")
