"""A web worker that gives a thread only to a request that has come in whole.

Whoever sends slowly, on a bad line or on purpose, would hold one of the few threads for as long as they like:
eight of them stop two workers of four threads. So the main loop of each worker, which waits for many sockets
at once, gathers what comes, as a proxy that buffers would. It only decides *when* a thread begins: what was
gathered is read by gunicorn's own parser, which alone says what it means, so that a wrong guess here costs a
thread and never misreads a request.

What is too large to gather, or comes in pieces of unknown number, begins at once, but in half of the threads.
"""

import re
import selectors
import socket
import time
from collections import deque
from concurrent.futures import Future
from functools import partial
from typing import Any, cast

from gunicorn.workers.gthread import TConn, ThreadWorker

PIECE = 64 * 1024
LARGEST_HEAD = 900 * 1024  # more than gunicorn's parser takes, so that it is the one to refuse
LARGEST_WHOLE = 1024 * 1024  # with its body; a form with text, a call with a hundred statements
HEAD_WITHIN = 20.0  # seconds from the first wait to the end of the headers
WHOLE_WITHIN = 180.0  # seconds; a megabyte takes that long at 50 kbit/s
MOST = 400  # connections that are gathered at once; the one that has taken longest makes room
MOST_HELD = 64 * 1024 * 1024  # bytes of all of them
IDLE_FOR = 60.0  # seconds without a byte of a large body, or until a piece of the answer is taken
PACE = 4 * 1024  # bytes a second that a large body must bring on average, after IDLE_FOR
LINGER = 2.0  # seconds that a stopping worker waits for a first byte

LENGTH = re.compile(rb"(?i)\r\ncontent-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r\n")
PIECEMEAL = re.compile(rb"(?i)\r\n(?:transfer-encoding|expect)[ \t]*:")


class Gathering:
    """A request as far as it has come."""

    def __init__(self, at: float, received: bytes = b"") -> None:
        self.received = bytearray(received)
        self.since = at
        self.until = at + HEAD_WITHIN
        self.needed: int | None = None  # bytes in all; None while the head is not whole
        self.looked = 0  # so far: whoever sends single bytes must not make us look at all of them each time
        self.is_large = False

    def is_ready(self) -> bool:
        """Whether a thread should begin: the request is whole, or will not be gathered."""
        if self.needed is None:
            self._look_for_the_head()
        return self.needed is not None and (self.is_large or len(self.received) >= self.needed)

    def _look_for_the_head(self) -> None:
        end = self.received.find(b"\r\n\r\n", max(0, self.looked - 3))
        self.looked = len(self.received)
        if end < 0:
            if len(self.received) > LARGEST_HEAD:
                self.needed = 0  # the parser says what is wrong with it
            return
        head = bytes(self.received[: end + 2])
        # Two lengths are refused by the parser; which of them we read does not matter.
        length = LENGTH.search(head)
        self.needed = end + 4 + (int(length[1]) if length else 0)
        self.is_large = self.needed > LARGEST_WHOLE or PIECEMEAL.search(head) is not None
        self.until = self.since + WHOLE_WITHIN


class Source:
    """What the parser reads from: first what was gathered, then the socket, with limited patience."""

    def __init__(self, connection: socket.socket, received: bytearray) -> None:
        self.connection = connection
        self.received = memoryview(bytes(received))
        self.brought, self.waited = 0, 0.0

    def recv(self, size: int) -> bytes:
        if self.received:
            begun, self.received = self.received[:size], self.received[size:]
            return bytes(begun)
        began = time.monotonic()
        self.connection.settimeout(IDLE_FOR)
        piece = self.connection.recv(size)
        # Only the wait for the sender counts, not what we do with a stream between its pieces.
        self.waited += time.monotonic() - began
        self.brought += len(piece)
        if self.brought < PACE * (self.waited - IDLE_FOR):
            raise TimeoutError("The body comes too slowly.")
        return piece

    def rest(self) -> bytes:
        return bytes(self.received)


class PatientWorker(ThreadWorker):
    """gunicorn's threads, with a main loop that gathers requests before it gives one to a thread."""

    def init_process(self) -> None:
        self.gathering: dict[TConn, Gathering] = {}  # the one that began first comes first
        self.held = 0  # bytes
        self.large_now = 0
        self.large_waiting: deque[TConn] = deque()
        self.looked_at = 0.0
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """A new connection, or one whose next request begins: gather it first."""
        begun = self._left_over(conn)
        self.gathering[conn] = Gathering(time.monotonic(), begun)
        self.held += len(begun)
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._more, conn))
        self._more(conn)
        self._make_room()

    def _make_room(self) -> None:
        """Let those go that have taken longest, until what is held fits; also while old ones bring more."""
        while len(self.gathering) > MOST or self.held > MOST_HELD:
            self._drop(next(iter(self.gathering)))

    def _left_over(self, conn: TConn) -> bytes:
        """What came behind the request before: a browser may send the next one at once."""
        if conn.parser is None:
            return b""
        return cast(bytes, conn.parser.unreader.take_buffered())

    def _more(self, conn: TConn, _socket: Any = None) -> None:
        gathered = self.gathering.get(conn)
        if gathered is None:
            return  # dropped to make room by another event of the same round, which had this one's beside it
        if not gathered.is_ready():
            try:
                piece = conn.sock.recv(PIECE)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            if not piece:
                self._drop(conn)  # gone before it said all
                return
            gathered.received += piece
            self.held += len(piece)
        if gathered.is_ready():
            self._begin(conn)
        else:
            self._make_room()

    def _begin(self, conn: TConn) -> None:
        gathered = self._forget(conn)
        conn.init()
        conn.parser.unreader.sock = conn.source = Source(conn.sock, gathered.received)
        conn.is_large = gathered.is_large
        if gathered.is_large and self.large_now >= max(1, self.cfg.threads // 2):
            self.large_waiting.append(conn)
            return
        self.large_now += gathered.is_large
        super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        if conn.is_large:
            self.large_now -= 1
            if self.large_waiting:
                self.large_now += 1
                super().enqueue_req(self.large_waiting.popleft())
        if rest := conn.source.rest():
            buffered = conn.parser.unreader.take_buffered()
            conn.parser.unreader.unread(buffered + rest)
        super().finish_request(conn, fs)

    def handle_request(self, req: Any, conn: TConn) -> bool:
        conn.sock.settimeout(IDLE_FOR)  # also for an answer that nobody takes
        return cast(bool, super().handle_request(req, conn))

    def _forget(self, conn: TConn) -> Gathering:
        gathered = self.gathering.pop(conn)
        self.held -= len(gathered.received)
        self.poller.unregister(conn.sock)
        return gathered

    def _drop(self, conn: TConn) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Let those go that have taken too long; asked in every round of the loop."""
        super().murder_pending()
        at = time.monotonic()
        if at - self.looked_at < 1:
            return
        self.looked_at = at
        for conn, gathered in list(self.gathering.items()):
            if not self.alive and not gathered.received:
                gathered.until = min(gathered.until, at + LINGER)
            if gathered.until < at:
                self._drop(conn)
