"""Every address of the program. Each app names its own; this file only joins them."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("api/", include("appeals.api.urls")),
]
