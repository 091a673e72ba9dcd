from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, connection
from django.test import TestCase, override_settings
from django.utils.timezone import now

from config.health import DELIVERY_LATE_AFTER
from config.watch import BEAT_LATE_AFTER
from helpdesk.actions.first import make_first_queues
from helpdesk.models import Queue, QueueKind
from journal.ids import uuid7
from journal.models import Delivery, Heartbeat


class HealthTests(TestCase):
    def setUp(self):
        self.at = now()
        make_first_queues(at=self.at)
        self.beat = Heartbeat.objects.create(name="beat", at=self.at)

    def ready(self):
        answer = self.client.get("/health/ready")
        return answer.status_code, answer.json()["parts"]

    def test_ready_while_everything_answers(self):
        status, parts = self.ready()
        self.assertEqual(status, 200, parts)
        self.assertEqual(set(parts), {"database", "broker", "limits", "beat", "deliveries", "queues"})

    def test_dead_clock_is_not_ready(self):
        Heartbeat.objects.update(at=self.at - BEAT_LATE_AFTER - timedelta(seconds=5))
        status, parts = self.ready()
        self.assertEqual(status, 503)
        self.assertFalse(parts["beat"]["ok"])

    def test_clock_that_was_silent_for_less_than_two_minutes_is_ready(self):
        Heartbeat.objects.update(at=self.at - timedelta(seconds=110))
        self.assertEqual(self.ready()[0], 200)

    def test_delivery_that_nobody_sends_is_not_ready(self):
        make_delivery(due_at=self.at - DELIVERY_LATE_AFTER - timedelta(seconds=5))
        status, parts = self.ready()
        self.assertEqual(status, 503)
        self.assertGreater(parts["deliveries"]["seconds"], 600)

    def test_kind_of_case_that_has_nowhere_to_go_is_named(self):
        Queue.objects.filter(kind=QueueKind.NOTICE).update(ended_at=self.at)
        status, parts = self.ready()
        self.assertEqual((status, parts["queues"]), (503, {"ok": False, "missing": ["notice"]}))

    def test_database_that_dies_between_two_questions_is_named(self):
        asked = []

        def die_at_the_second(execute, *question):
            asked.append(question)
            if len(asked) > 1:
                raise OperationalError("the server closed the connection")
            return execute(*question)

        with connection.execute_wrapper(die_at_the_second):
            status, parts = self.ready()
        self.assertEqual((status, parts["database"]), (503, {"ok": False}))
        self.assertTrue(parts["broker"]["ok"])

    @override_settings(VALKEY_URL="unix:///nowhere/broker.sock?db=0")
    def test_dead_broker_is_not_ready_and_live_still_answers(self):
        status, parts = self.ready()
        self.assertEqual((status, parts["broker"]), (503, {"ok": False}))
        self.assertEqual(self.client.get("/health/live").status_code, 200)

    def test_dead_cache_is_named(self):
        nowhere = {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/cache.sock?db=0"}
        with override_settings(CACHES={"default": nowhere}):
            status, parts = self.ready()
        self.assertEqual((status, parts["limits"]), (503, {"ok": False}))


@override_settings(METRICS_TOKEN="t" * 40)
class MetricsTests(TestCase):
    def test_metrics_need_the_token(self):
        self.assertEqual(self.client.get("/metrics").status_code, 404)
        wrong = self.client.get("/metrics", headers={"Authorization": "Bearer wrong"})
        self.assertEqual(wrong.status_code, 404)

    def test_metrics_count_what_waits_by_lane(self):
        make_delivery(due_at=now())
        answer = self.client.get("/metrics", headers={"Authorization": "Bearer " + "t" * 40})
        self.assertContains(answer, 'recourse_deliveries_waiting{lane="case"} 1.0')


def make_delivery(*, due_at):
    return Delivery.objects.create(
        lane="case",
        channel="mail",
        kind="news",
        about_kind="ticket",
        about_id=uuid7(),
        made_at=due_at,
        due_at=due_at,
    )
