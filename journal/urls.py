"""Addresses of the journal."""

from django.urls import path

from journal import views

app_name = "journal"
urlpatterns = [
    path("history/digests", views.digests, name="digests"),
    path("history/digests.json", views.digests_json, name="digests_json"),
    path("console/outbox/", views.dead_letters, name="dead_letters"),
    path("console/outbox/retry/", views.retry_all, name="retry_all"),
    path("console/outbox/<uuid:delivery>/retry/", views.retry, name="retry"),
]
