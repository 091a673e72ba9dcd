"""Folding days, and noticing what somebody did to history behind the program's back."""

import hashlib
import json
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from journal.digests import day_starts, fold_day, fold_days
from journal.models import Digest, Event
from tests.factories import Thing, make_event

TODAY = datetime.now(UTC).date()
TOMORROW = day_starts(TODAY + timedelta(days=1))


@contextmanager
def behind_the_back():
    """A superuser's session in which no trigger fires."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = origin")


def tamper(sql, *parameters):
    with behind_the_back() as cursor:
        cursor.execute(sql, parameters)


def age(days):
    """Let all that was written so far have been written days ago, with hashes that fit."""
    with behind_the_back() as cursor:
        cursor.execute("UPDATE journal_event SET written_at = written_at - make_interval(days => %s)", [days])
        rehash(cursor)


def rehash(cursor):
    cursor.execute("SELECT id, subject_id FROM journal_event ORDER BY subject_kind, subject_id, number")
    hashes = {}
    for pk, subject in cursor.fetchall():
        cursor.execute(
            """UPDATE journal_event SET hash = journal_event_hash(%s, subject_kind, subject_id, number, code,
            "values", actor_kind, actor_id, at, written_at) WHERE id = %s RETURNING hash""",
            [hashes.get(subject, b""), pk],
        )
        hashes[subject] = bytes(cursor.fetchone()[0])
        cursor.execute(
            "UPDATE journal_chain SET last_hash = %s WHERE subject_id = %s", [hashes[subject], subject]
        )


def findings(*arguments):
    """What verify_history complains of; empty where history stands."""
    complaints = StringIO()
    with suppress(CommandError):
        call_command("verify_history", *arguments, stdout=StringIO(), stderr=complaints)
    return complaints.getvalue()


@pytest.fixture
def chains(db):
    """Two subjects with three events each."""
    rita, otto = Thing(), Thing()
    for _ in range(3):
        make_event(rita)
        make_event(otto)
    return rita, otto


def test_untouched_history_stands(chains):
    assert findings() == ""


def test_the_command_fails_where_history_was_changed(chains):
    tamper("UPDATE journal_event SET code = 'other' WHERE number = 2")
    with pytest.raises(CommandError, match="2 findings") as failure:
        call_command("verify_history", stderr=StringIO())
    assert failure.value.returncode == 1


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("UPDATE journal_event SET code = 'other' WHERE subject_id = %s AND number = 2", 2),
        ('UPDATE journal_event SET "values" = \'{"x": 1}\' WHERE subject_id = %s AND number = 2', 2),
        ("UPDATE journal_event SET at = at + interval '1 second' WHERE subject_id = %s AND number = 1", 1),
        ("UPDATE journal_event SET actor_kind = 'user' WHERE subject_id = %s AND number = 3", 3),
        (
            "UPDATE journal_event SET written_at = at WHERE subject_id = %s AND number = 3",
            3,
        ),
        ("DELETE FROM journal_event WHERE subject_id = %s AND number = 1", 2),
        ("DELETE FROM journal_event WHERE subject_id = %s AND number = 2", 3),
        ("DELETE FROM journal_event WHERE subject_id = %s AND number = 3", 3),
        ("DELETE FROM journal_chain WHERE subject_id = %s", 1),
        ("UPDATE journal_chain SET last_number = 2 WHERE subject_id = %s", 3),
    ],
)
def test_a_change_of_one_chain_is_noticed_and_named(chains, change, number):
    rita, otto = chains
    tamper(change, rita.id)
    found = findings()
    assert f"thing {rita.id} number {number}:" in found
    assert str(otto.id) not in found


def test_two_events_that_changed_places_are_noticed(chains):
    rita, _ = chains
    tamper("UPDATE journal_event SET number = 5 - number + 100 WHERE subject_id = %s AND number > 1", rita.id)
    tamper("UPDATE journal_event SET number = number - 100 WHERE subject_id = %s AND number > 100", rita.id)
    assert f"thing {rita.id} number 2:" in findings()


def test_a_chain_that_was_rewritten_to_its_end_is_noticed_by_the_digest(chains):
    age(1)
    fold_days(at=TOMORROW - timedelta(days=1))
    assert findings() == ""
    with behind_the_back() as cursor:
        cursor.execute("UPDATE journal_event SET code = 'other' WHERE number = 2")
        rehash(cursor)
    assert findings().count("digest says") == 1


def test_a_chain_that_vanished_whole_is_noticed_by_the_digest(chains):
    age(1)
    fold_days(at=TOMORROW - timedelta(days=1))
    tamper("DELETE FROM journal_event WHERE subject_id = %s", chains[0].id)
    tamper("DELETE FROM journal_chain WHERE subject_id = %s", chains[0].id)
    assert "digest says" in findings()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_digest SET hash = sha256(hash) WHERE day = (SELECT min(day) FROM journal_digest)",
        "UPDATE journal_digest SET chains = chains + 1",
        "DELETE FROM journal_digest WHERE day = (SELECT min(day) + 2 FROM journal_digest)",
        "DELETE FROM journal_digest WHERE day >= (SELECT max(day) - 2 FROM journal_digest)",
    ],
)
def test_a_changed_or_missing_digest_is_noticed(chains, change):
    age(6)
    assert len(fold_days(at=TOMORROW - timedelta(days=1))) == 6
    assert findings() == ""
    tamper(change)
    assert findings()


def test_digests_that_somebody_kept_are_compared(chains, tmp_path):
    age(2)
    fold_days(at=TOMORROW - timedelta(days=1))
    kept = tmp_path / "digests.json"
    digests = [{"day": each.day.isoformat(), "hash": bytes(each.hash).hex()} for each in Digest.objects.all()]
    kept.write_text(json.dumps({"digests": digests}))
    assert findings("--published", str(kept)) == ""
    digests[0]["hash"] = "00" * 32
    kept.write_text(json.dumps({"digests": digests}))
    assert "was published" in findings("--published", str(kept))


def test_anybody_can_compute_the_digest_from_the_page_about_history(chains):
    heads = sorted(
        (each.subject_kind, str(each.subject_id), each.number, bytes(each.hash).hex())
        for each in Event.objects.filter(number=3)
    )
    lines = "".join(" ".join(map(str, head)) + "\n" for head in heads)
    expected = hashlib.sha256(f"{TODAY.isoformat()}\n{lines}".encode()).digest()
    digest = fold_day(TODAY, at=TOMORROW)
    assert (digest.chains, bytes(digest.hash)) == (2, expected)
    following = fold_day(TODAY + timedelta(days=1), at=TOMORROW + timedelta(days=1))
    empty = hashlib.sha256(expected + f"{TODAY + timedelta(days=1)}\n".encode()).digest()
    assert (following.chains, bytes(following.hash)) == (0, empty)


def test_a_day_is_folded_once_and_only_when_it_is_over(chains):
    assert fold_day(TODAY, at=TOMORROW - timedelta(seconds=1)) is None
    first = fold_day(TODAY, at=TOMORROW)
    assert fold_day(TODAY, at=TOMORROW + timedelta(hours=1)).made_at == first.made_at


def test_every_day_since_the_last_is_folded_the_empty_ones_too(chains):
    age(3)
    assert [each.chains for each in fold_days(at=TOMORROW - timedelta(days=1))] == [2, 0, 0]
    assert fold_days(at=TOMORROW - timedelta(days=1)) == []


@pytest.mark.django_db
def test_without_history_there_is_nothing_to_fold():
    assert fold_days(at=TOMORROW) == []


@pytest.mark.django_db(transaction=True)
def test_a_day_waits_for_a_transaction_that_may_still_write_into_it():
    with transaction.atomic():
        make_event()
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        assert fold_day(TODAY, at=TOMORROW) is None
        cursor.execute("COMMIT")
        assert fold_day(TODAY, at=TOMORROW)
