"""Visitors that cost next to nothing: requests as bytes over sockets that stay open, several at once."""

import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from urllib.parse import urlencode


def get(path: str, **cookies: str) -> bytes:
    return _head("GET", path, cookies) + b"\r\n"


def post(path: str, form: Mapping[str, str], **cookies: str) -> bytes:
    body = urlencode(form).encode()
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    return _head("POST", path, cookies) + kind.encode() + body


def _head(method: str, path: str, cookies: Mapping[str, str]) -> bytes:
    jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
    cookie = f"Cookie: {jar}\r\n" if jar else ""
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\n{cookie}".encode()


class Visitor:
    """One who asks over a connection that stays open."""

    def __init__(self, port: int) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes, *, expects: int = 200) -> float:
        """How many milliseconds the answer took."""
        began = time.perf_counter()
        self.line.sendall(request)
        status, answer = _read(self.line)
        took = (time.perf_counter() - began) * 1000
        if status != expects:
            raise SystemExit(f"{request[:80]!r} was answered {status}: {answer[-2000:]!r}")
        return took


def per_second(port: int, requests: Sequence[bytes], *, expects: int, clients: int = 4) -> float:
    """How many of `requests` are answered in a second, by several visitors at once."""

    def ask_all(start: int) -> None:
        visitor = Visitor(port)
        for request in requests[start::clients]:
            visitor.ask(request, expects=expects)

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask_all, range(clients)))
    return len(requests) / (time.perf_counter() - began)


def side_by_side(visitors: Sequence[Visitor], pairs: Iterable[Sequence[bytes]]) -> list[float]:
    """How many milliseconds each visitor waits: of each request the best of three turns, taken by turns so
    that whatever else the machine does falls on all alike; of all requests the middle."""
    waited: list[list[float]] = [[] for _ in visitors]
    for requests in pairs:
        turns = [
            [visitor.ask(request) for visitor, request in zip(visitors, requests, strict=True)]
            for _ in range(3)
        ]
        for times, best in zip(waited, map(min, zip(*turns, strict=True)), strict=True):
            times.append(best)
    return [median(times) for times in waited]


def _read(line: socket.socket) -> tuple[int, bytes]:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _more(line)
    head, _, body = answer.partition(b"\r\n\r\n")
    fields = head.lower().split(b"\r\n")
    length = next((int(each.split(b":")[1]) for each in fields if each.startswith(b"content-length:")), None)
    while len(body) < length if length is not None else not body.endswith(b"0\r\n\r\n"):
        body += _more(line)
    return int(head.split(b" ", 2)[1]), body


def _more(line: socket.socket) -> bytes:
    piece = line.recv(65536)
    if not piece:
        raise SystemExit("The web process closed the connection.")
    return piece
