"""A device: the families of its browser and system, and a random cookie by which it is known again."""

import secrets
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

COOKIE = "device"
COOKIE_FOR = 365 * 24 * 60 * 60  # seconds

# In this order: browsers name their ancestors too.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "YaBrowser": "Yandex Browser",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chromium": "Chromium",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iOS",
    "iPad": "iPadOS",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def browser_and_system(user_agent: str) -> tuple[str, str]:
    """Families only, without versions: enough to recognise one's own device; empty where unknown."""
    return _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)


def _first(names: dict[str, str], text: str) -> str:
    return next((name for mark, name in names.items() if mark in text), "")


def device_of(request: HttpRequest) -> bytes | None:
    """The hash of the cookie of this browser; None where it has none."""
    cookie = request.COOKIES.get(COOKIE)
    return sha256(cookie.encode()).digest() if cookie else None


def know_device(request: HttpRequest) -> bytes:
    """The same, after giving the browser a cookie if it has none: `keep_device` sends it."""
    if COOKIE not in request.COOKIES:
        request.COOKIES[COOKIE] = secrets.token_urlsafe(32)
        request.new_device = request.COOKIES[COOKIE]  # type: ignore[attr-defined]
    device = device_of(request)
    assert device is not None  # noqa: S101 - set just above
    return device


def keep_device(request: HttpRequest, response: HttpResponseBase) -> None:
    if value := getattr(request, "new_device", None):
        response.set_cookie(
            COOKIE,
            value,
            max_age=COOKIE_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
