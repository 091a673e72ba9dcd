"""The web worker: slow senders hold no thread. One worker with two threads, and real sockets."""

import selectors
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import requests
from gunicorn.workers.gthread import TConn

from config import patient
from config.patient import LARGEST_HEAD, LARGEST_WHOLE, PACE, Gathering, PatientWorker, Source
from tests.config.test_launch import free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
HEAD = b"POST / HTTP/1.1\r\nHost: recourse.example\r\n"
MANY = 16


@pytest.fixture(scope="module")
def port():
    port = free_port()
    argv = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "2"]
    argv += ["--worker-class", "config.patient.PatientWorker", "--no-control-socket"]
    process = subprocess.Popen([*argv, "tests.config.patient_app:application"], cwd=ROOT)
    try:
        assert wait_for(lambda: is_open(port), 30)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def is_open(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def senders(port, beginning, number=MANY):
    """So many connections that have sent a beginning and say no more."""
    with ExitStack() as stack:
        opened = [stack.enter_context(connected(port)) for _ in range(number)]
        for each in opened:
            each.sendall(beginning)
        yield opened


def connected(port):
    return closing(socket.create_connection(("127.0.0.1", port), timeout=20))


def ask(port, **options):
    """What an ordinary request is answered; it must not wait for anybody."""
    began = time.monotonic()
    answer = requests.post(f"http://127.0.0.1:{port}/", timeout=10, **options)
    assert time.monotonic() - began < 3
    return answer.text


def said(connection, *, until=b""):
    """What a connection is answered, to its end or to these words."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
        if until and until in received:
            break
    return received


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"POS",
        HEAD,
        HEAD + b"Content-Length: 100\r\n\r\n",
        HEAD + b"Content-Length: 100\r\n\r\n" + b"x" * 99,
        HEAD + b"Content-Length: 99999999\r\n\r\n" + b"x" * 2000,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhal",
        HEAD + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n",
    ],
    ids=["nothing", "a word", "half a head", "no body", "half a body", "large", "pieces", "expecting"],
)
def test_slow_senders_do_not_keep_others_waiting(port, beginning):
    with senders(port, beginning):
        for _ in range(3):
            assert ask(port, data=b"hello") == "POST 5"


def test_request_that_comes_in_drops_is_answered(port):
    with connected(port) as slow:
        for letter in HEAD + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello":
            slow.sendall(bytes([letter]))
        assert said(slow).endswith(b"POST 5")


@pytest.mark.parametrize("size", [0, 70_000, LARGEST_WHOLE - 500, LARGEST_WHOLE + 1, 5_000_000])
def test_body_of_any_size_arrives_whole(port, size):
    assert ask(port, data=b"x" * size) == f"POST {size}"


def test_body_in_pieces_arrives_whole(port):
    assert ask(port, data=iter([b"x" * 1000] * 30)) == "POST 30000"


def test_large_bodies_wait_for_each_other_and_all_arrive(port):
    head = HEAD + b"Connection: close\r\nContent-Length: 2000000\r\n\r\n"

    def send(connection):
        connection.sendall(b"x" * 2_000_000)
        return said(connection, until=b"POST 2000000")

    # All at once: nobody has said which of them the worker takes first, and the others wait for that one.
    with senders(port, head, number=4) as opened, ThreadPoolExecutor(4) as pool:
        for answer in pool.map(send, opened):
            assert b"POST 2000000" in answer


def test_connection_is_kept_for_the_next_request(port):
    with requests.Session() as browser:
        sizes = [3, 70_000, 0, 2_000_000, 1]
        answers = [browser.post(f"http://127.0.0.1:{port}/", data=b"x" * each, timeout=10) for each in sizes]
    assert [each.text for each in answers] == [f"POST {each}" for each in sizes]


def test_requests_sent_one_behind_the_other_are_all_answered(port):
    one = HEAD + b"Content-Length: 5\r\n\r\nhello"
    last = HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi"
    with connected(port) as eager:
        eager.sendall(one + one + last)
        assert said(eager).count(b"POST 5") == 2


def test_half_a_request_behind_a_whole_one_holds_no_thread(port):
    one = HEAD + b"Content-Length: 5\r\n\r\nhello"
    with senders(port, one + HEAD) as opened:
        for each in opened:
            assert b"POST 5" in said(each, until=b"POST 5")
        assert ask(port, data=b"hi") == "POST 2"


def test_what_is_no_http_is_refused(port):
    with connected(port) as stranger:
        stranger.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert b"400" in said(stranger).split(b"\r\n")[0]


def test_two_lengths_are_refused(port):
    with connected(port) as liar:
        liar.sendall(HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello")
        assert b"400" in said(liar).split(b"\r\n")[0]


def test_endless_head_is_refused(port):
    with connected(port) as endless:
        endless.sendall(HEAD + b"X: " + b"x" * LARGEST_HEAD)
        assert b"431" in said(endless).split(b"\r\n")[0]


def test_body_that_nobody_reads_does_not_hurt_the_next_request(port):
    with requests.Session() as browser:
        base = f"http://127.0.0.1:{port}/"
        browser.post(f"{base}?blind=1", data=b"x" * 3000, timeout=10)
        assert browser.post(base, data=b"hi", timeout=10).text == "POST 2"


# What decides, without sockets


def test_who_sends_nothing_is_let_go_and_who_sends_a_head_gets_more_time():
    gathered = Gathering(100.0)
    assert not gathered.is_ready()
    short = gathered.until
    gathered.received += HEAD + b"Content-Length: 5\r\n\r\nhel"
    assert not gathered.is_ready()
    assert gathered.until > short
    gathered.received += b"lo"
    assert gathered.is_ready()
    assert not gathered.is_large


@pytest.mark.parametrize(
    ("field", "is_large"),
    [
        (b"Content-Length: %d" % LARGEST_WHOLE, True),
        (b"content-length:5", False),
        (b"TRANSFER-ENCODING: chunked", True),
        (b"Expect: 100-continue", True),
        (b"X-Expect: 100-continue", False),
        (b"X: Transfer-Encoding: chunked", False),
    ],
)
def test_head_says_whether_the_body_is_gathered(field, is_large):
    gathered = Gathering(0.0, HEAD + field + b"\r\n\r\nhello")
    assert gathered.is_ready()
    assert gathered.is_large is is_large


class Trickle:
    """The end of a connection whose other side sends a byte whenever it is asked."""

    def settimeout(self, seconds):
        self.patience = seconds

    def recv(self, size):
        return b"x"


def test_large_body_that_comes_too_slowly_is_given_up():
    source = Source(Trickle(), bytearray(b"begun"))
    assert (source.recv(3), source.rest(), source.recv(9)) == (b"beg", b"un", b"un")
    assert source.recv(9) == b"x"
    source.waited = 60 + 100 / PACE
    with pytest.raises(TimeoutError):
        source.recv(9)


# The main loop, turned by hand


class Loop(PatientWorker):
    """A worker's main loop without a server around it."""

    def __init__(self):
        self.poller, self.nr_conns = selectors.DefaultSelector(), 0
        self.gathering, self.held = {}, 0

    def connect(self):
        """Our end of a new connection, and the other one."""
        ours, theirs = socket.socketpair()
        self.nr_conns += 1
        self.enqueue_req(TConn(None, ours, None, None))
        return ours, theirs

    def turn(self):
        self.wait_for_and_dispatch_events(1)


@pytest.fixture
def loop():
    loop = Loop()
    yield loop
    loop.poller.close()


def test_who_made_room_and_spoke_in_the_same_moment_does_not_stop_the_worker(loop, monkeypatch):
    monkeypatch.setattr(patient, "MOST", 1)
    first, speaker = loop.connect()
    door, knock = socket.socketpair()
    others = []
    loop.poller.register(door, selectors.EVENT_READ, lambda _: others.extend(loop.connect()))
    knock.sendall(b"x")
    speaker.sendall(b"GET / HT")
    loop.turn()
    assert (first.fileno(), loop.nr_conns, len(loop.gathering)) == (-1, 1, 1)
    for each in (speaker, door, knock, *others):
        each.close()


def test_what_old_connections_bring_counts_too(loop, monkeypatch):
    monkeypatch.setattr(patient, "MOST_HELD", 10)
    pairs = [loop.connect() for _ in range(3)]
    for _ours, theirs in pairs:
        theirs.sendall(b"GET /abc")
    loop.turn()
    assert loop.held == 8
    assert [ours.fileno() == -1 for ours, _theirs in pairs] == [True, True, False]
    for each in (*pairs[0], *pairs[1], *pairs[2]):
        each.close()
