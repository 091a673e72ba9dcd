"""Every address of the program. Each app names its own; this file only joins them."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView

from config import health, pages

urlpatterns: list[URLPattern | URLResolver] = [
    # First the addresses at which people write in: what stands before a pattern is tried in vain each time.
    path("", include("appeals.public_urls")),
    path("", include("helpdesk.urls")),
    path("", pages.home, name="home"),
    path("leave/", pages.leave, name="leave"),
    path("language/", set_language, name="set_language"),
    path("how/", pages.how, name="how"),
    path("contact/", pages.contact, name="contact"),
    path("safety/", pages.safety, name="safety"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path(".well-known/security.txt", pages.security_text, name="security_text"),
    path("console/style/", pages.style, name="style"),
    path("console/style/public/", pages.style, {"room": "public"}, name="style_public"),
    path("", include("accounts.urls")),
    path("", include("rulebook.urls")),
    path("", include("journal.urls")),
    path("api/", include("appeals.api.urls")),
    path("api/v1/", include("helpdesk.api.urls")),
    path("console/", include("appeals.console_urls")),
    path("console/", include("helpdesk.console_urls")),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", health.metrics, name="metrics"),
]
handler404 = pages.not_found
handler500 = pages.broken
