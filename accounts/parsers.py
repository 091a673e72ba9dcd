"""How bodies of calls are read: bounded, and without what a JSON reader of Python stumbles over."""

from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer


class TooLarge(APIException):
    """The body is longer than a call of this kind ever needs."""

    status_code = 413
    default_code = "too_large"
    default_detail = _("The call is too large. Send less at once.")


class JsonParser(BaseParser):
    """JSON in UTF-8 (RFC 8259), so many bytes at most.

    Python's own reader ends in a RecursionError at a body of brackets and takes NaN and half a surrogate
    pair, which PostgreSQL cannot store; orjson refuses all three. REST framework reads past Django's limit
    of a body, so the limit stands here.
    """

    media_type = "application/json"
    renderer_class = JSONRenderer
    most_bytes = 2 * 1024 * 1024

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(self.most_bytes + 1)
        if len(body) > self.most_bytes:
            raise TooLarge
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("The body is not valid JSON.")) from error
