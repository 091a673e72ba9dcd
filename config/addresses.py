"""Addresses of servers as they stand in the environment, turned into what each library wants to read."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

DATABASE_SCHEMES = {"postgres", "postgresql"}
CACHE_SCHEMES = {"valkey": "redis", "valkeys": "rediss", "redis": "redis", "rediss": "rediss", "unix": "unix"}


def read_database_url(url: str) -> dict[str, Any]:
    """`postgres://user:password@host:port/name`; a socket's folder stands in `?host=/folder&user=name`."""
    parts = _split(url, "DATABASE_URL")
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in DATABASE_SCHEMES or not name:
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:5432/name.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "USER": options.pop("user", "") or unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": options,
    }


def read_cache_url(url: str, name: str = "VALKEY_CACHE_URL") -> str:
    """`valkey://host:6379/0`, `valkeys://…` with TLS, or `unix:///path/to.sock?db=0`."""
    scheme = CACHE_SCHEMES.get(_split(url, name).scheme)
    if scheme is None:
        raise ImproperlyConfigured(
            f"{name} must begin with valkey://, valkeys://, redis://, rediss:// or unix://."
        )
    return f"{scheme}:{url.split(':', 1)[1]}"


def read_broker_url(url: str) -> str:
    """The same addresses as kombu spells them."""
    address = read_cache_url(url, "VALKEY_URL")
    if address.startswith("unix://"):
        return address.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
    return address


MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def read_mail_url(url: str) -> dict[str, Any]:
    """`smtp+tls://user:password@host:587` (STARTTLS), `smtps://` (TLS from the start), `smtp://` (neither).

    `file:///folder` writes each mail into a file instead.
    """
    parts = _split(url, "EMAIL_URL")
    if parts.scheme == "file":
        backend = "django.core.mail.backends.filebased.EmailBackend"
        return {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": unquote(parts.path)}
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@host:587.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def _split(url: str, name: str) -> Any:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - the port is checked when read
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not an address: {error}.") from None
    return parts
