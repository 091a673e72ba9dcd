"""Addresses of the rules."""

from django.urls import path

from rulebook import views

app_name = "rulebook"
urlpatterns = [
    path("rules/", views.rules, name="rules"),
    path("rules/<str:code>/", views.rule, name="rule"),
]
