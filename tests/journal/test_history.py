"""Events, their chains, moves and refusals."""

import hashlib
import json
from datetime import UTC, date, timedelta
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from journal.actions import move, record
from journal.actors import SYSTEM, Actor, actor_of
from journal.errors import Refused, require
from journal.ids import uuid7
from journal.models import Chain, Event
from tests.factories import NOON, Thing, make_event

AMIR = Actor("user", uuid7())


class Ticket(Thing):
    """A subject with a status, as `move` sees it."""

    subject_kind = "ticket"
    MOVES = {"new": {"open"}, "open": {"resolved"}}
    status = "new"

    def save(self, update_fields):
        self.saved = update_fields


@pytest.mark.django_db
def test_events_of_a_subject_are_numbered_and_chained():
    rita, otto = Thing(), Thing()
    first, other, second = make_event(rita), make_event(otto), make_event(rita)
    assert [first.number, second.number, other.number] == [1, 2, 1]
    chain = Chain.objects.get(subject_id=rita.id)
    assert (chain.last_number, bytes(chain.last_hash)) == (2, bytes(second.hash))


@pytest.mark.django_db
def test_anybody_can_compute_the_hash_from_the_page_about_history():
    subject = Thing()
    make_event(subject)
    event = make_event(subject, "ticket.moved", by=AMIR, before="new", share=0.5, tags=["b", "a"])
    event.refresh_from_db()
    before = bytes(Event.objects.get(subject_id=subject.id, number=1).hash)
    with connection.cursor() as cursor:
        cursor.execute('SELECT "values"::text FROM journal_event WHERE id = %s', [event.id])
        values = cursor.fetchone()[0]
    moments = [
        each.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") for each in (event.at, event.written_at)
    ]
    lines = ["thing", str(subject.id), "2", "ticket.moved", values, "user", str(AMIR.id), *moments]
    assert bytes(event.hash) == hashlib.sha256(before + "\n".join(lines).encode()).digest()
    assert json.loads(values) == {"before": "new", "share": 0.5, "tags": ["b", "a"]}


@pytest.mark.django_db
@pytest.mark.parametrize("sql", ["UPDATE journal_event SET code = 'x'", "DELETE FROM journal_event"])
def test_the_database_refuses_to_change_history(sql):
    make_event()
    with pytest.raises(IntegrityError, match="history is not changed"), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_the_database_refuses_to_drop_the_end_of_a_chain():
    make_event()
    with pytest.raises(IntegrityError, match="history is not changed"):
        Chain.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "Moved", "was moved", "moved\nagain", "перенос"])
def test_the_database_refuses_an_event_whose_code_is_no_code(code):
    with pytest.raises(IntegrityError, match="event_speaks_in_codes"):
        make_event(code=code)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_an_error():
    with pytest.raises(RuntimeError):
        make_event()


@pytest.mark.django_db(transaction=True)
def test_an_event_of_an_action_that_failed_never_was():
    subject = Thing()

    @transaction.atomic
    def fail():
        make_event(subject)
        raise Refused("no", "No.")

    with pytest.raises(Refused):
        fail()
    with transaction.atomic():
        assert make_event(subject).number == 1


@pytest.mark.django_db
def test_values_become_plain_codes_and_moments():
    event = make_event(day=date(2026, 11, 23), at_=NOON, who=UUID(int=1), many=(1, None, True))
    event.refresh_from_db()
    assert event.values == {
        "day": "2026-11-23",
        "at_": "2026-11-23T12:00:00+00:00",
        "who": str(UUID(int=1)),
        "many": [1, None, True],
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "prose", ["rita@example.org", "two\nlines", "word " * 40, {"deep": ["a@b"]}, b"bytes", object()]
)
def test_prose_and_addresses_do_not_enter_history(prose):
    with pytest.raises(ValueError, match="An event"):
        make_event(said=prose)


def test_there_is_no_act_without_an_actor():
    with pytest.raises(AttributeError):
        actor_of(None)
    assert actor_of(SYSTEM) is SYSTEM


@pytest.mark.django_db
def test_move_assigns_the_status_and_writes_from_and_to():
    ticket = Ticket()
    event = move(ticket, "open", by=AMIR, at=NOON, save=["assignee"], tier=2)
    assert (ticket.status, ticket.saved) == ("open", ["status", "assignee"])
    assert (event.code, event.at, event.actor_id) == ("moved", NOON, AMIR.id)
    assert event.values == {"before": "new", "after": "open", "tier": 2}


@pytest.mark.django_db
def test_a_move_that_the_table_lacks_is_refused_and_leaves_no_trace():
    ticket = Ticket()
    with pytest.raises(Refused) as refusal:
        move(ticket, "resolved", by=SYSTEM, at=NOON)
    assert refusal.value.code == "not_from_here"
    assert str(refusal.value).endswith(".")
    assert (ticket.status, Event.objects.count()) == ("new", 0)


def test_require_raises_permission_denied():
    require(True)
    with pytest.raises(PermissionDenied):
        require(False)


@pytest.mark.django_db
def test_written_at_is_the_database_own_moment():
    late = record(Thing(), "happened", by=SYSTEM, at=NOON - timedelta(days=400))
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        assert late.written_at == cursor.fetchone()[0]
