"""The Celery application: tasks only wake up or sweep; what is due stands in the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("recourse")
app.set_default()  # also in threads that gunicorn starts later
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_log(**_: Any) -> None:
    """Celery would set up a log of its own; a receiver here keeps Django's."""
