"""What the clock calls for the installation as a whole."""

import requests
import structlog
from celery import shared_task
from django.conf import settings

log = structlog.get_logger("recourse.tasks")


@shared_task
def call_dead_man() -> bool:
    """Tell the operator's dead-man's address that clock and workers are alive; silence there is the alarm."""
    if not settings.DEAD_MAN_URL:
        return False
    try:
        return requests.head(settings.DEAD_MAN_URL, timeout=10).ok
    except requests.RequestException:
        log.warning("dead_man_unreachable")
        return False
