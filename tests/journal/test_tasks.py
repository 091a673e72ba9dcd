"""What the clocks call."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now

from journal import tasks
from journal.health import last_beat
from journal.models import Delivery, Digest
from journal.senders import register, sender_for
from tests.factories import make_delivery, make_event


def test_every_task_of_the_schedule_exists():
    current_app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(current_app.tasks)


@pytest.mark.django_db
def test_the_beat_is_written_down():
    tasks.beat()
    assert now() - last_beat() < timedelta(seconds=5)


@pytest.mark.django_db
def test_what_arrived_long_ago_is_emptied():
    make_delivery(address="rita@example.org")
    Delivery.objects.update(sent_at=now() - timedelta(days=8))
    assert tasks.empty_deliveries() == 1
    assert not Delivery.objects.filter(address="rita@example.org").exists()


@pytest.mark.django_db
def test_today_is_not_folded_before_it_is_over():
    make_event()
    assert (tasks.fold_history(), Digest.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_something_is_sent():
    usual, seen = sender_for("mail"), []
    register("mail", lambda _: seen.append(connection.in_atomic_block))
    try:
        with transaction.atomic():
            make_delivery()
        tasks.send_due("case")
    finally:
        register("mail", usual)
    assert seen == [False]


@pytest.mark.django_db
def test_a_long_turn_hands_over_to_the_next(monkeypatch):
    usual, woken = sender_for("mail"), []
    register("mail", lambda _: None)
    monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
    monkeypatch.setattr(tasks.outbox, "wake", woken.append)
    make_delivery()
    make_delivery()
    try:
        assert tasks.send_due("case") == 1
    finally:
        register("mail", usual)
    assert woken == ["case"]
