"""What a bare Django view costs here, as the measure of our own: no middleware, no session, no template."""

import os
from datetime import timedelta
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path
from django.utils.timezone import now

from helpdesk.filters import PAGE
from helpdesk.models import Ticket
from helpdesk.rows import FIELDS
from journal.ids import Row


class Case(Row):
    reference = models.CharField(max_length=11, unique=True)
    opened_at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField()

    class Meta:
        app_label = "bench"


class Words(Row):
    case = models.ForeignKey(Case, models.CASCADE)
    text = models.TextField()

    class Meta:
        app_label = "bench"


class Key(Row):
    case = models.OneToOneField(Case, models.CASCADE)
    lookup = models.BinaryField(unique=True)

    class Meta:
        app_label = "bench"


def make_tables() -> None:
    with connection.schema_editor() as editor:
        for model in (Case, Words, Key):
            editor.create_model(model)


def write(request: HttpRequest) -> HttpResponse:
    """Three rows in three tables with their indexes and foreign keys, and a redirect."""
    at, token = now(), request.POST["token"]
    with transaction.atomic():
        case = Case.objects.create(reference=token[:11], opened_at=at, due_at=at + timedelta(days=5))
        Words.objects.create(case=case, text=request.POST["text"])
        Key.objects.create(case=case, lookup=token.encode())
    return HttpResponseRedirect("/done")


def queue(request: HttpRequest, pk: UUID) -> JsonResponse:
    """The keyset query of a queue's page, as it stands in our view, and its rows as JSON."""
    tickets = Ticket.objects.filter(queue=pk).unfinished().in_order()  # sight: a measurement
    return JsonResponse(list(tickets.values_list(*FIELDS)[: PAGE + 1]), safe=False)


urlpatterns = [path("write", write), path("queue/<uuid:pk>", queue)]


def application() -> WSGIHandler:
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []
    return WSGIHandler()
