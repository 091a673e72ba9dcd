"""What the clock calls for the installation as a whole."""

import urllib.request

import structlog
from celery import shared_task
from django.conf import settings

log = structlog.get_logger("recourse.tasks")


@shared_task
def call_dead_man() -> bool:
    """Tell the operator's dead-man's address that clock and workers are alive; silence there is the alarm."""
    if not settings.DEAD_MAN_URL:
        return False
    ask = urllib.request.Request(settings.DEAD_MAN_URL, method="HEAD")  # noqa: S310 - settings want http(s)
    try:
        with urllib.request.urlopen(ask, timeout=10):  # noqa: S310
            return True
    except OSError:
        log.warning("dead_man_unreachable")
        return False
