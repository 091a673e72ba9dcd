"""Logs as lines of JSON that name no person: no address, no path, no value of an exception.

A path may be a signed link and an exception may quote a row; so a refused or failed request is logged with
its route's pattern, and an exception with its type and where it came from.
"""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest

Fields = MutableMapping[str, Any]
# Their messages quote the path of the request.
QUOTES_PATH = ("django.request", "django.security", "django.server", "gunicorn")
# Where the quotation begins, or the address of whoever sent what gunicorn could not read.
QUOTED = re.compile("[%/'\"]| from ip=")


class WithoutPath(logging.Filter):
    """Takes the path out of what Django and gunicorn say about a request, and says the route instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith(QUOTES_PATH):
            said = str(record.msg)
            if said.startswith("%s") and isinstance(record.args, tuple) and record.args:
                said = str(record.args[0])
            record.msg, record.args = QUOTED.split(said, maxsplit=1)[0].rstrip(" :("), ()
        request = record.__dict__.pop("request", None)
        if isinstance(request, HttpRequest):
            match = request.resolver_match
            record.route = match.route if match else "unknown"
            record.method = request.method
        return True


def tell_exception(_logger: Any, _method: str, fields: Fields) -> Fields:
    """An exception as its types and the places it passed, without what it says."""
    info = fields.pop("exc_info", None)
    error = (
        sys.exc_info()[1]
        if info is True
        else info
        if isinstance(info, BaseException)
        else (info or (0, 0))[1]
    )
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        fields["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        fields["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
        cause = error.__cause__ or error.__context__
        if cause:
            fields["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return fields


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(allow=["route", "method", "status_code"]),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    tell_exception,
]


LINES_OF_JSON = {
    "()": structlog.stdlib.ProcessorFormatter,
    "foreign_pre_chain": SHARED,
    "processors": [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
}
LOGGERS: dict[str, Fields] = {
    "django": {"handlers": [], "propagate": True},
    "django.server": {"handlers": [], "propagate": True},
    "celery": {"level": "WARNING"},
    "psycopg.pool": {"level": "ERROR"},
    "gunicorn.http.wsgi": {"level": "ERROR"},  # warns of each answer to HEAD
}


def logging_config(level: str) -> dict[str, Any]:
    """The value of LOGGING: everything to standard output, a line each."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    out = {"class": "logging.StreamHandler", "formatter": "json", "filters": ["without_path"]}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without_path": {"()": WithoutPath}},
        "formatters": {"json": LINES_OF_JSON},
        "handlers": {"out": out},
        "root": {"handlers": ["out"], "level": level},
        "loggers": LOGGERS,
    }
