"""Reading the environment, so that what is wrong or missing is refused by its name."""

from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

KINDS = {int: "a whole number", float: "a number", bool: "true or false", dict: "pairs such as a=b,c=d"}
TRUE, FALSE = {"true", "on", "yes", "1"}, {"false", "off", "no", "0", ""}


class Environment(environ.Env):
    """django-environ, with refusals that name the variable."""

    def get_value(self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, **options: Any) -> Any:
        if cast is bool and self.ENVIRON.get(var, "").lower() not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{var} must be true or false.")
        try:
            return super().get_value(var, cast=cast, default=default, **options)
        except (ValueError, TypeError):
            kind = KINDS.get(cast if isinstance(cast, type) else dict, "in another form")
            raise ImproperlyConfigured(f"{var} must be {kind}.") from None

    def between(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within limits."""
        value = self.int(name, default)
        if not least <= value <= most:
            raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}.")
        return value

    def one_of(self, name: str, default: str, *allowed: str) -> str:
        value = self.str(name, default)
        if value not in allowed:
            raise ImproperlyConfigured(f"{name} must be {', '.join(allowed[:-1])} or {allowed[-1]}.")
        return value

    def web_address(self, name: str, default: str = "") -> str:
        """An address of the web, without a closing slash; empty where it may be left out."""
        value = self.str(name, default).rstrip("/")
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ImproperlyConfigured(f"{name} must be an address that begins with https://.")
        return value


def push_key(name: str, value: str) -> str:
    """The private key of browser push, 32 bytes in base64url; empty switches it off."""
    try:
        is_key = len(urlsafe_b64decode(value + "=" * (-len(value) % 4))) == 32
    except ValueError:
        is_key = False
    if value and not is_key:
        raise ImproperlyConfigured(f"{name} must be 32 random bytes in base64url.")
    return value


def refuse_weak(name: str, value: str) -> str:
    """A secret that production may trust: long, and not one of the demo's."""
    if len(value) < 32 or value.startswith("demo-") or len(set(value)) < 8:
        raise ImproperlyConfigured(f"{name} must be set to a random secret of at least 32 characters.")
    return value
