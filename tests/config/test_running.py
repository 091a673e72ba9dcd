"""One running copy as an operator watches it: what its health names, what its logs keep to themselves."""

import html
import os
import re
import select
import shutil
import signal
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import psycopg
import pytest
import requests

from config import embedded
from tests.appeals.cases import a_statement
from tests.config.test_launch import Copy, connect, postmaster_of, processes_of, wait_for

pytestmark = pytest.mark.faults
TOKEN = re.compile(r'name="token" value="([^"]+)"')
REFERENCE = re.compile(r'class="reference"[^>]*>([^<]+)<')
WORDS = re.compile(r'<ol class="words"[^>]*>(.*?)</ol>', re.DOTALL)
EMAIL, VISITOR, SAID = "rita@example.org", "203.0.113.77", "Grandmother's photograph"


@pytest.fixture(scope="module")
def copy():
    folder = Path(tempfile.mkdtemp(prefix="recourse-running-"))
    running = Copy(folder / "state")
    running.environment |= {"TRUSTED_PROXIES": "1"}
    running.start()
    try:
        assert wait_for(running.is_ready, 180), "not ready in time"
        yield running
    finally:
        if running.process.poll() is None:
            running.end()
        running.process.stdout.close()
        embedded.Home(running.state).remove()
        shutil.rmtree(folder, ignore_errors=True)


def health(copy):
    """The parts that do not work."""
    answer = requests.get(f"http://127.0.0.1:{copy.port}/health/ready", timeout=60)
    wrong = {name for name, part in answer.json()["parts"].items() if not part["ok"]}
    assert answer.status_code == (503 if wrong else 200), answer.text
    return wrong


def server(copy, name):
    """The process of one of the servers."""
    if name == "postgres":
        return postmaster_of(copy)
    socket = f"{embedded.Home(copy.state).sockets}/{name}.sock"
    return next(pid for pid, words in embedded.processes() if "valkey-server" in words and socket in words)


@pytest.mark.parametrize(
    ("name", "part"), [("cache", "limits"), ("broker", "broker"), ("postgres", "database")]
)
def test_health_names_the_server_that_died_until_it_is_back(copy, name, part):
    assert health(copy) == set()
    copy.process.send_signal(signal.SIGSTOP)  # or the launcher would start it again at once
    try:
        os.kill(server(copy, name), signal.SIGKILL)
        assert wait_for(lambda: part in health(copy))
        assert requests.get(f"http://127.0.0.1:{copy.port}/health/live", timeout=60).status_code == 200
    finally:
        copy.process.send_signal(signal.SIGCONT)
    assert wait_for(lambda: not health(copy))


def ask_all_at_once(copy, path, times):
    """Answers that came to more callers than all web processes have threads, each at the first try."""
    with ThreadPoolExecutor(16) as callers:
        asked = [
            callers.submit(requests.get, f"http://127.0.0.1:{copy.port}{path}", timeout=60)
            for _each in range(times)
        ]
        return [each.result() for each in asked]


def start_of_database(copy):
    """When the one that answers now was started; None while none does."""
    with suppress(psycopg.Error), connect(copy) as connection:
        return connection.execute("SELECT pg_postmaster_start_time()").fetchone()


def test_nobody_meets_the_connections_of_a_database_that_was_killed(copy):
    ask_all_at_once(copy, "/health/ready", 96)  # now the web processes keep as many connections as they may
    killed = start_of_database(copy)
    os.kill(postmaster_of(copy), signal.SIGKILL)
    assert wait_for(lambda: start_of_database(copy) not in {killed, None})
    answers = ask_all_at_once(copy, "/health/ready", 96)
    assert [answer.text for answer in answers if answer.status_code != 200] == []


class Road:
    """Everything that Rita does on the way to an answer, and what somebody gets wrong on it."""

    def __init__(self, copy):
        self.base = f"http://127.0.0.1:{copy.port}"
        self.copy = copy
        self.browser = requests.Session()
        self.browser.headers["X-Forwarded-For"] = VISITOR
        self.secrets = {EMAIL, VISITOR, SAID, "rita-77", "+15550100"}

    def ask(self, method, path, **options):
        return self.browser.request(method, self.base + path, timeout=60, **options)

    def walk(self):
        self.be_decided_upon()
        self.appeal()
        self.open_the_case()
        self.go_astray()
        return self.secrets

    def be_decided_upon(self):
        key = self.copy.manage("create_platform", "Road").stdout.split()[-1]
        recourse = {"user_ref": "rita-77", "user_contact": EMAIL, "content_excerpt": SAID}
        given = {"Authorization": f"Bearer {key}"}
        body = a_statement(puid="puid-77", recourse=recourse)
        answer = self.ask("POST", "/api/v1/statement", json=body, headers=given)
        assert answer.status_code == 201, answer.text
        assert self.ask("POST", "/api/v1/statement", json=body, headers=given).status_code == 422
        self.link = answer.json()["recourse"]["appeal_url"].removeprefix(self.base).partition("/decision/")[2]
        self.secrets |= {key, "puid-77", self.link.strip("/")}

    def appeal(self):
        path = f"/decision/{self.link}ask/"
        form = {"asks": "undo", "text": SAID, "language": "en", "email": EMAIL}
        form["token"] = html.unescape(TOKEN.search(self.ask("GET", path).text)[1])
        files = {"attachments": ("rita-passport.png", b"no picture at all")}
        assert self.ask("POST", path, data=form, files=files).status_code == 200
        page = self.ask("POST", path, data=form).text
        self.reference = html.unescape(REFERENCE.search(page)[1])
        self.words = re.findall(r"<li>([^<]+)</li>", WORDS.search(page)[1])
        self.secrets |= {form["token"], "rita-passport", " ".join(self.words)}
        assert self.ask("POST", path, data=form | {"text": "Another tab"}).status_code in {200, 409}

    def open_the_case(self):
        given = {"reference": self.reference, "receipt": " ".join(self.words)}
        wrong = given | {"receipt": " ".join(reversed(self.words))}
        assert SAID not in html.unescape(self.ask("POST", "/case/enter/", data=wrong).text)
        assert SAID in html.unescape(self.ask("POST", "/case/enter/", data=given).text)
        self.ask("POST", "/case/write/", data={"text": SAID, "token": "x" * 30})

    def go_astray(self):
        login = {"login": EMAIL, "password": SAID}
        for path, form in {
            f"/decision/{self.link[:-3]}/": None,
            f"/nowhere/{EMAIL}/{self.link}": None,
            "/accounts/login/": login,
            "/case/enter/": {"reference": "\0", "receipt": EMAIL},
        }.items():
            self.ask("POST" if form else "GET", path, data=form)
        self.ask("GET", "/", headers={"Host": f"{VISITOR}.example"})
        self.ask(
            "POST", "/api/v1/statements", data=f'{{"{EMAIL}"', headers={"Authorization": f"Bearer {EMAIL}"}
        )


def test_sixteen_slow_senders_keep_nobody_waiting(copy):
    base = f"http://127.0.0.1:{copy.port}"
    head = b"POST /complain/ HTTP/1.1\r\nHost: localhost\r\n"
    kinds = [head, head + b"Content-Length: 900\r\n\r\ntext=", head + b"Content-Length: 9000000\r\n\r\ntext="]
    with ExitStack() as stack:
        slow = [
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", copy.port))))
            for _each in range(48)
        ]
        for number, sender in enumerate(slow):
            sender.sendall(kinds[number % 3])  # sixteen of each
        for path in ["/health/live", "/", "/complain/", "/health/ready"] * 5:
            answer = requests.get(base + path, timeout=60)
            assert answer.status_code == 200, (path, answer.text)
        assert [sender for sender in slow[1::3] if is_over(sender)] == []  # it was not that they had gone


def is_over(sender):
    """Whether the other end has answered or hung up."""
    return bool(select.select([sender], [], [], 0)[0])


def test_no_log_names_a_person_an_address_or_a_secret(copy):
    secrets = Road(copy).walk()
    logs = {path.name: path.read_text(errors="replace") for path in (copy.state / "logs").iterdir()}
    assert len(logs) >= 4
    assert '"event": "Not Found"' in logs["programs.log"]  # it does write down what happened
    assert [(name, word) for name, said in logs.items() for word in secrets if word in said] == []


def test_copy_that_ends_leaves_nothing_behind(copy):
    copy.end()
    assert wait_for(lambda: not processes_of(copy.state), 40)
