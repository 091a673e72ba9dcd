"""People appeal while web, worker and database are killed: nothing accepted is lost, nothing is there twice.

`make test` runs a small storm, `make faults` the whole one.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from config import embedded
from tests.config.test_launch import Copy, connect, wait_for
from tests.faults.storm import Crowd, Killer, push_statements
from tests.receivers import webhook_receiver

SUBMISSIONS = int(os.environ.get("FAULT_SUBMISSIONS", "160"))
KILLS = int(os.environ.get("FAULT_KILLS", "8"))
SEED = int(os.environ.get("FAULT_SEED", "20261123"))
ADD_ENDPOINT = """
from django.utils.timezone import now
from accounts.actions.endpoints import add_endpoint
from accounts.models import Platform
from journal.actors import SYSTEM
add_endpoint(Platform.objects.get(), url="{url}", by=SYSTEM, at=now())
"""
OPEN_ALL = """
import json
from pathlib import Path
from django.utils.timezone import now
from helpdesk.access import open_case
for reference, receipt in json.loads(Path("{file}").read_text()):
    assert open_case(reference, receipt, request_key="storm", at=now()).reference == reference
"""
OPENED_IN_A_BROWSER = 40
STANDSTILL = 600  # seconds without progress, on a machine that does much else
DUE = "SELECT count(*) FROM journal_delivery WHERE sent_at IS NULL AND due_at <= now()"
WAITING = "SELECT count(*) FROM journal_delivery WHERE sent_at IS NULL"
END_LEASES = "UPDATE journal_delivery SET due_at = now() WHERE sent_at IS NULL"

pytestmark = pytest.mark.faults


@pytest.fixture
def copy():
    folder = Path(tempfile.mkdtemp(prefix="recourse-storm-"))
    running = Copy(folder / "state")
    running.environment |= {"WAITS_PER_HOUR": "0", "STATEMENT_CALLS_PER_MINUTE": "60000"}
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


def manage(copy, *words):
    done = copy.manage(*words, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(copy, statement):
    with connect(copy) as database:
        return database.execute(statement).fetchall()


def number(copy, statement):
    return ask(copy, statement)[0][0]


def wait_until_all_is_told(copy):
    """First what is due; then what a killed worker had leased, whose lease we let end now."""
    assert wait_for(lambda: not number(copy, DUE), 120)
    time.sleep(1)  # for those that a living worker has in hand
    with connect(copy) as database:
        database.execute(END_LEASES)
    assert wait_for(lambda: not number(copy, WAITING), 120)


def last_words(copy, crowd, killer):
    """What explains a standstill: whether the launcher gave up, and the ends of all logs."""
    ended = copy.process.poll()
    said = copy.process.stdout.read() if ended is not None else ""
    logs = [f"{path.name}: {path.read_text()[-3000:]}" for path in (copy.state / "logs").iterdir()]
    return "\n".join([f"launcher: {ended} {said}", f"{crowd.answers} {killer.kills[-12:]}", *logs])


def storm(copy, receiver):
    """All submissions under all kills; who sent what, and who was killed when."""
    key = manage(copy, "create_platform", "Storm").split()[-1]
    manage(copy, "shell", "--no-imports", "-c", ADD_ENDPOINT.format(url=receiver.url))
    crowd = Crowd(copy, push_statements(copy, key, SUBMISSIONS))
    killer = Killer(copy, SEED)
    crowd.start()
    for killed in range(1, KILLS + 1):
        step = SUBMISSIONS * killed // (KILLS + 2)
        assert wait_for(lambda step=step: len(crowd.sent) >= step, STANDSTILL), last_words(
            copy, crowd, killer
        )
        killer.kill_one()
    crowd.wait()
    return crowd, killer


def test_every_accepted_appeal_is_there_once_and_told_whoever_was_killed(copy):
    with webhook_receiver() as receiver:
        started_at = time.monotonic()
        crowd, killer = storm(copy, receiver)
        stormed_for = time.monotonic() - started_at
        assert wait_for(copy.is_ready, 60)
        wait_until_all_is_told(copy)
    assert_everything_is_there_once(copy, crowd)
    repeats = assert_everything_was_told(copy, receiver, killer)
    assert manage(copy, "verify_history").startswith("History stands")
    report = {
        "submissions": len(crowd.sent),
        "sent_again": sum(sent.tries - 1 for sent in crowd.sent),
        "answers": crowd.answers,
        "kills": killer.counts(),
        "deliveries": len(receiver.arrivals) - repeats,
        "repeats": repeats,
        "seconds": round(stormed_for),
    }
    sys.stdout.write(f"\n{json.dumps(report)}\n")


def assert_everything_is_there_once(copy, crowd):
    sent = crowd.sent
    assert len(sent) == len({each.reference for each in sent}) == SUBMISSIONS
    assert ask(
        copy,
        "SELECT (SELECT count(*) FROM helpdesk_ticket), (SELECT count(*) FROM helpdesk_receipt), "
        "(SELECT count(*) FROM helpdesk_message), "
        "(SELECT count(DISTINCT ticket_id) FROM helpdesk_submission), "
        "(SELECT count(*) FROM appeals_appealdecision)",
    ) == [(SUBMISSIONS,) * 5]
    pairs = ask(
        copy,
        "SELECT decision_id::text, reference FROM appeals_appealdecision d "
        "JOIN appeals_appeal a ON a.id = d.appeal_id JOIN helpdesk_ticket t ON t.id = a.ticket_id",
    )
    assert {(each.decision, each.reference) for each in sent} == set(pairs)
    kept = copy.state / "kept.json"
    kept.write_text(json.dumps([(each.reference, each.receipt) for each in sent]))
    manage(copy, "shell", "--no-imports", "-c", OPEN_ALL.format(file=kept))
    assert crowd.open_in_a_browser(random.Random(SEED).sample(sent, OPENED_IN_A_BROWSER))


def assert_everything_was_told(copy, receiver, killer):
    """At least once; again only after a kill, with the same id; so who honours ids acts once. The repeats."""
    rows = {identity for (identity,) in ask(copy, "SELECT id::text FROM journal_delivery")}
    arrived = defaultdict(list)
    acted = Counter()
    bodies = set()
    for (_, headers, body), at in zip(receiver.received, receiver.arrivals, strict=True):
        identity = headers["webhook-id"]
        if identity not in arrived:
            acted[json.loads(body)["data"]["appeal"]] += 1
        arrived[identity].append(at)
        bodies.add((identity, body))
    assert set(arrived) == rows
    assert len(bodies) == len(rows) == SUBMISSIONS
    assert set(acted.values()) == {1}
    for first, *again in arrived.values():
        assert all(any(first - 10 < kill < at for kill, _ in killer.kills) for at in again)
    repeats = len(receiver.arrivals) - len(rows)
    fatal = sum(killer.counts()[victim] for victim in ("case", "database"))
    assert repeats <= 2 * fatal  # what the two threads of the worker had in hand
    return repeats
