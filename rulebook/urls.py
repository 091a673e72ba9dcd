"""Addresses of the rules."""

from django.urls import path

from rulebook import publishing, views

app_name = "rulebook"
urlpatterns = [
    path("console/rules/", publishing.publish, name="publish"),
    path("rules/", views.rules, name="rules"),
    path("rules/<str:code>/", views.rule, name="rule"),
]
