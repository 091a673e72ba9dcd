"""Statements as a stream: one JSON object a line in, one answer a line out, in the same order."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import BinaryIO

import orjson
import structlog
from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from appeals.actions.streams import take_in_each
from appeals.api.statements import StatementsView
from appeals.models import Door, Intake
from appeals.statements import schema
from appeals.statements.files import lines_read

log = structlog.get_logger()

LONGEST_LINE = 256 * 1024  # bytes
CHUNK = 64 * 1024
BROKEN_OFF = b"broken off"  # known by identity: Python shares bytes of length one, so none of those
STOPPED = "Only so many lines were read. Send the lines after this one in another call."


def body_of(request: HttpRequest) -> BinaryIO:
    """The body as it arrives. Django knows no body without a length; a server that can, ends it itself."""
    if not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated"):
        return request.META["wsgi.input"]
    return request  # type: ignore[return-value]


def _read(stream: BinaryIO) -> bytes:
    """The next piece. Each server has an error of its own for a client that went away in the middle."""
    try:
        return stream.read(CHUNK)
    except Exception as error:
        log.info("stream_broke_off", error=type(error).__name__)
        return BROKEN_OFF


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a body, read piece by piece; of one that never ends the beginning is kept, unreadable."""
    rest, is_cut = b"", False
    while piece := _read(stream):
        if piece is BROKEN_OFF:
            return
        *whole, rest = (rest + piece).split(b"\n")
        for text in whole:
            if not is_cut:
                yield text
            is_cut = False
        if len(rest) > LONGEST_LINE:
            if not is_cut:
                yield rest[:CHUNK]
            rest, is_cut = b"", True
    if rest and not is_cut:
        yield rest


class StreamView(StatementsView):
    @extend_schema(
        summary="Send many statements, one a line, each answered for itself",
        description="Answers 201 for a stored statement, 200 for one that was there already (with its "
        "uuid, so that a stream can be sent again), 422 with its errors.",
        tags=["statements"],
        request={"application/x-ndjson": schema.SINGLE, "text/plain": {"type": "string"}},
        responses={
            (200, "application/x-ndjson"): schema.LINE,
            (401, "application/json"): schema.MESSAGE,
            (403, "application/json"): schema.MESSAGE,
            (429, "text/plain"): {"type": "string"},
            (500, "application/json"): schema.ERRORS,
        },
    )
    def post(self, request: Request) -> FileResponse:
        """The answers wait until all lines are read: few clients read while they still write."""
        at = now()
        intake = Intake(platform=self.platform, door=Door.STREAM, at=at)
        raws = lines_read(self.within_bounds(lines_of(body_of(request._request))))
        answered = SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 - the response closes it
        for each in take_in_each(self.platform, raws, by=self.key, at=at, intake=intake):
            answered.write(orjson.dumps(each) + b"\n")
        if self.stopped_at:
            stopped = {"line": self.stopped_at, "status": 413, "message": STOPPED}
            answered.write(orjson.dumps(stopped) + b"\n")
        answered.seek(0)
        return FileResponse(answered, content_type="application/x-ndjson")

    stopped_at = 0

    def within_bounds(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        """As many lines as one call may bring, blank ones too, in as much time as one call may take."""
        ends = monotonic() + settings.STATEMENT_STREAM_SECONDS
        for number, line in enumerate(lines, start=1):
            yield line
            if number == settings.STATEMENT_STREAM_LINES or monotonic() > ends:
                self.stopped_at = number
                return
