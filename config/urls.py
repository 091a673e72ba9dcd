"""Every address of the program. Each app names its own; this file only joins them."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
