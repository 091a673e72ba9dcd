"""Signs of life, for a load balancer, a monitor and the launcher."""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import Error
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from config.addresses import read_cache_url
from config.watch import BEAT_LATE_AFTER, beat_age
from helpdesk.actions.first import kinds_without_queue
from journal.health import oldest_waiting_delivery
from journal.models import Delivery

DELIVERY_LATE_AFTER = timedelta(minutes=10)
Part = dict[str, Any]


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """This process answers. A load balancer asks here; what all share may not take all away at once."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Everything that people wait for works; 503 where a part does not. A monitor asks here."""
    parts = database(now()) | {"broker": broker(), "limits": limits()}
    fit = all(part["ok"] for part in parts.values()) and "beat" in parts
    return JsonResponse({"ready": fit, "parts": parts}, status=200 if fit else 503)


def database(at: datetime) -> dict[str, Part]:
    """The database, and what it knows of the others; it may die between two questions."""
    try:
        return {"database": {"ok": True}, "beat": beat(), "deliveries": deliveries(at), "queues": queues()}
    except Error:
        return {"database": {"ok": False}}


def broker() -> Part:
    return _valkey(read_cache_url(settings.VALKEY_URL, "VALKEY_URL"))


def limits() -> Part:
    """Without it people still come in; each process counts their tries for itself."""
    return _valkey(str(settings.CACHES["default"]["LOCATION"]))


def _valkey(address: str) -> Part:
    try:
        with redis.Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2) as client:
            return {"ok": bool(client.ping())}
    except redis.RedisError:
        return {"ok": False}


def beat() -> Part:
    age = beat_age()
    return {"ok": age is not None and age <= BEAT_LATE_AFTER, "seconds": _seconds(age)}


def deliveries(at: datetime) -> Part:
    """How long the oldest delivery that is due has waited for a sender."""
    oldest = oldest_waiting_delivery(at)
    waited = at - oldest if oldest else timedelta(0)
    return {"ok": waited <= DELIVERY_LATE_AFTER, "seconds": _seconds(waited)}


def queues() -> Part:
    """Which kinds of cases nobody can send, because no queue takes them in."""
    missing = kinds_without_queue()
    return {"ok": not missing, "missing": missing}


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, read from the database, so that every process gives the same ones."""
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(
        given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()
    ):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Figures:
    """What an operator watches: what waits, what is dead, and whether the clock goes."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        at = now()
        age = beat_age()
        if age is not None:
            yield GaugeMetricFamily(
                "recourse_beat_age_seconds", "Since the clock was last alive.", age.total_seconds()
            )
        waiting = GaugeMetricFamily(
            "recourse_deliveries_waiting", "Deliveries not yet sent.", labels=["lane"]
        )
        due = GaugeMetricFamily(
            "recourse_delivery_late_seconds", "Wait of the oldest due delivery.", labels=["lane"]
        )
        dead = GaugeMetricFamily(
            "recourse_deliveries_dead", "Deliveries that nobody will try again.", labels=["lane"]
        )
        rows = Delivery.objects.filter(sent_at=None).values("lane").order_by("lane")
        for row in rows.annotate(
            waiting=Count("pk", filter=Q(dead_at=None)),
            dead=Count("pk", filter=Q(dead_at__isnull=False)),
            oldest=Min("due_at", filter=Q(dead_at=None, due_at__lte=at)),
        ):
            waiting.add_metric([row["lane"]], row["waiting"])
            dead.add_metric([row["lane"]], row["dead"])
            due.add_metric([row["lane"]], (at - row["oldest"]).total_seconds() if row["oldest"] else 0)
        yield from (waiting, due, dead)
