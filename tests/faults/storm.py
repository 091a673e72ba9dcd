"""A running copy under many people who write in, while its processes are killed."""

import html
import os
import random
import re
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import psutil
import requests

from tests.appeals.cases import a_statement
from tests.config.test_launch import postmaster_of

PEOPLE = 8  # who send at the same time
PATIENCE = 240  # seconds in which every form must have been answered
VICTIMS = ("web", "web worker", "case", "database")
DATABASE_DEATHS, WITHIN = 3, 22.0  # the launcher gives up on a server that dies more often than bad luck
STATEMENTS_AT_ONCE = 100
TOKEN = re.compile(r'name="token" value="([^"]+)"')
REFERENCE = re.compile(r'class="reference"[^>]*>([^<]+)<')
WORDS = re.compile(r'<ol class="words"[^>]*>(.*?)</ol>', re.DOTALL)
WORD = re.compile(r"<li>([^<]+)</li>")
REFUSED_FOR_NOW = {500, 502, 503, 504}


@dataclass(frozen=True)
class Sent:
    """A form that was answered with a receipt."""

    decision: str
    token: str
    reference: str
    receipt: str
    tries: int


def push_statements(copy, key, count):
    """The decisions that people will appeal; (id, path of the signed link) of each."""
    made = []
    for first in range(0, count, STATEMENTS_AT_ONCE):
        numbers = range(first, min(count, first + STATEMENTS_AT_ONCE))
        body = {
            "statements": [
                a_statement(puid=f"storm-{number}", recourse={"user_ref": f"user-{number}"})
                for number in numbers
            ]
        }
        answer = requests.post(
            f"http://127.0.0.1:{copy.port}/api/v1/statements",
            json=body,
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
        )
        answer.raise_for_status()
        made += [
            (each["uuid"], urlsplit(each["recourse"]["appeal_url"]).path)
            for each in answer.json()["statements"]
        ]
    return made


class Crowd:
    """People who each appeal one decision, and send the same form again until they hold a receipt."""

    def __init__(self, copy, decisions):
        self.base, self.decisions = f"http://127.0.0.1:{copy.port}", decisions
        self.end = time.monotonic() + PATIENCE + len(decisions) * 0.4
        self.sent = []
        self.answers = Counter()
        self.own = threading.local()
        self.pool = ThreadPoolExecutor(PEOPLE)

    def start(self):
        self.writing = [self.pool.submit(self.appeal, *each) for each in self.decisions]

    def wait(self):
        for each in self.writing:
            each.result()

    def stop(self):
        """Nobody writes any more, also where the storm was broken off."""
        self.end = 0.0
        self.pool.shutdown(cancel_futures=True)

    def appeal(self, decision, path):
        shown, _ = self.insist("GET", f"{path}ask/")
        token = html.unescape(TOKEN.search(shown)[1])
        form = {"asks": "undo", "text": f"Please look again at {decision}.", "language": "en", "token": token}
        page, tries = self.insist("POST", f"{path}ask/", form)
        words = WORD.findall(WORDS.search(page)[1])
        reference = html.unescape(REFERENCE.search(page)[1])
        self.sent.append(Sent(decision, token, reference, " ".join(words), tries))

    def insist(self, method, path, form=None):
        """The page that answers at last, and how often it was asked for. Keeps no cookies."""
        tries = 0
        while time.monotonic() < self.end:
            tries += 1
            try:
                answer = self.session().request(method, self.base + path, data=form, timeout=20)
            except requests.RequestException as broken:
                self.answers[type(broken).__name__] += 1
            else:
                self.answers[answer.status_code] += 1
                if answer.status_code not in REFUSED_FOR_NOW:
                    assert answer.status_code == 200, (answer.status_code, answer.text)
                    return answer.text, tries
            time.sleep(0.1)
        raise AssertionError(f"{path} was not answered in time: {self.answers}")

    def session(self):
        if not hasattr(self.own, "session"):
            self.own.session = requests.Session()
        self.own.session.cookies.clear()
        return self.own.session

    def opens(self, sent):
        """Whether reference and receipt open the case that holds these very words."""
        with requests.Session() as browser:
            given = {"reference": sent.reference, "receipt": sent.receipt}
            page = browser.post(f"{self.base}/case/enter/", data=given, timeout=20)
            return page.status_code == 200 and f"look again at {sent.decision}." in page.text

    def open_in_a_browser(self, sample):
        with ThreadPoolExecutor(PEOPLE) as pool:
            return all(pool.map(self.opens, sample))


class Killer:
    """Kills a web process, a worker or the database at random, evenly, and remembers when."""

    def __init__(self, copy, seed):
        self.copy, self.chance = copy, random.Random(seed)
        self.kills = []  # (when, victim)
        self.order = []

    def kill_one(self):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            victim = self.next_victim()
            with suppress(psutil.Error, OSError, ValueError, IndexError):
                pid = self.pid_of(victim)
                os.kill(pid, signal.SIGKILL)
                self.kills.append((time.monotonic(), victim))
                return
            time.sleep(0.05)  # it is just being started again
        raise AssertionError("Nothing there to kill.")

    def next_victim(self):
        if not self.order:
            self.order = self.chance.sample(VICTIMS, len(VICTIMS))
        victim = self.order.pop()
        dead = [at for at, who in self.kills if who == "database" and time.monotonic() - at < WITHIN]
        return "web worker" if victim == "database" and len(dead) >= DATABASE_DEATHS else victim

    def pid_of(self, victim):
        if victim == "database":
            return postmaster_of(self.copy)
        pid = self.copy.pid_of("case" if victim == "case" else "web")
        if not psutil.Process(pid).is_running() or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            raise ValueError
        return self.chance.choice(psutil.Process(pid).children()).pid if victim == "web worker" else pid

    def counts(self):
        return Counter(victim for _, victim in self.kills)
