"""The Celery application: tasks only wake up or sweep; what is due stands in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("recourse")
app.set_default()  # also in threads that gunicorn starts later
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
