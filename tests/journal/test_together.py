"""Rows of several tables in one statement."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from helpdesk.models import QueueKind, Ticket
from journal.actions import event_of
from journal.actors import SYSTEM
from journal.ids import uuid7
from journal.models import Chain, Delivery, Event
from journal.outbox import delivery_of
from journal.together import Change, Each, write_once, write_together
from tests.factories import NOON, Thing, make_queue

pytestmark = pytest.mark.django_db
FIRST, SECOND = uuid7(), uuid7()


def rows_of(thing):
    return (
        event_of(thing, "happened", by=SYSTEM, at=NOON, names=["a", "b"]),
        delivery_of("test.news", about=thing, at=NOON, body={"code": "%s '\\"}),
    )


def test_rows_of_several_tables_cost_one_statement():
    thing = Thing()
    with CaptureQueriesContext(connection) as queries:
        write_together(*rows_of(thing))
    assert len(queries) == 1
    assert Delivery.objects.get().body == {"code": "%s '\\"}


def test_an_event_gets_its_number_and_hash_from_the_database():
    thing = Thing()
    write_together(*rows_of(thing))
    event, chain = Event.objects.get(), Chain.objects.get()
    assert (event.number, event.values) == (1, {"names": ["a", "b"]})
    assert bytes(chain.last_hash) == bytes(event.hash)


def test_what_one_row_breaks_refuses_all():
    event, delivery = rows_of(Thing())
    event.code = "Not a code"
    with pytest.raises(IntegrityError), transaction.atomic():
        write_together(delivery, event)
    assert not Delivery.objects.exists()


def test_a_row_is_known_to_be_stored():
    event, delivery = rows_of(Thing())
    write_together(event, delivery)
    delivery.attempts = 1
    delivery.save()
    assert Delivery.objects.get().attempts == 1


def test_a_change_goes_along_with_new_rows():
    old = Delivery(kind="old", about_kind="thing", about_id=Thing().id, made_at=NOON, due_at=NOON)
    old.save()
    change = Change("UPDATE journal_delivery SET kind = %s WHERE id = %s", ("new", old.pk))
    write_together(*rows_of(Thing()), change)
    assert sorted(Delivery.objects.values_list("kind", flat=True)) == ["new", "test.news"]
    write_together(change, *rows_of(Thing()))
    assert Delivery.objects.count() == 3


def claim_of(thing):
    return Chain(subject_kind="thing", subject_id=thing.id, last_number=0, last_hash=b"")


def test_what_is_written_once_is_not_written_again():
    thing = Thing()
    news = (delivery_of("test.news", about=thing, at=NOON) for _ in range(2))
    assert [write_once(claim_of(thing), each) for each in news] == [True, False]
    assert (Chain.objects.count(), Delivery.objects.count()) == (1, 1)


def test_a_claim_that_is_taken_changes_nothing_either():
    thing = Thing()
    old = delivery_of("old", about=thing, at=NOON)
    write_once(claim_of(thing), old)
    change = Change("UPDATE journal_delivery SET kind = %s WHERE id = %s", ("new", old.pk))
    each = Each(delivery_of("test.news", about=thing, at=NOON), "endpoint_id", "SELECT uuidv7()", ())
    assert not write_once(claim_of(thing), change, each)
    assert write_once(claim_of(Thing()), change)
    assert [delivery.kind for delivery in Delivery.objects.all()] == ["new"]


def test_a_row_that_was_not_written_is_not_taken_for_stored():
    thing = Thing()
    write_once(claim_of(thing))
    claim, delivery = claim_of(thing), delivery_of("test.news", about=thing, at=NOON)
    write_once(claim, delivery)
    assert claim._state.adding
    assert delivery._state.adding


def test_a_claim_with_a_broken_row_claims_nothing():
    event, delivery = rows_of(Thing())
    event.code = "Not a code"
    with pytest.raises(IntegrityError), transaction.atomic():
        write_once(claim_of(Thing()), delivery, event)
    assert not Chain.objects.exists()


def test_a_row_is_written_for_each_that_is_found():
    row = delivery_of("test.news", about=Thing(), at=NOON, body={"code": "a"})
    write_together(Each(row, "endpoint_id", "SELECT * FROM (VALUES (%s), (%s)) AS two", (FIRST, SECOND)))
    written = Delivery.objects.all()
    assert {each.endpoint_id for each in written} == {FIRST, SECOND}
    assert len({each.pk for each in written} - {row.pk}) == 2
    assert [each.body for each in written] == [{"code": "a"}] * 2


def test_nothing_is_written_where_nothing_is_found():
    row = delivery_of("test.news", about=Thing(), at=NOON)
    write_together(Each(row, "endpoint_id", "SELECT %s::uuid WHERE false", (FIRST,)))
    assert not Delivery.objects.exists()


def test_keys_and_moments_that_rows_share_are_given_once():
    event, delivery = rows_of(Thing())
    with CaptureQueriesContext(connection) as queries:
        write_together(event, delivery)
    (query,) = (each["sql"] for each in queries)
    numbers = re.findall(r"\$(\d+)", query)
    assert len(numbers) - len(set(numbers)) == 3  # the subject once more, the moment twice
    assert (Event.objects.get().subject_id, Delivery.objects.get().made_at) == (event.subject_id, NOON)


def test_empty_words_and_facts_are_written_as_they_are():
    place = Ticket(reference="A7K3-9QXT-M", opened_at=NOON, changed_at=NOON, due_at=NOON, is_screened=False)
    place.queue = make_queue(kind=QueueKind.NOTICE)
    place.kind = place.queue.kind
    write_together(place, delivery_of("test.news", about=Thing(), at=NOON))
    stored = Ticket.objects.get()
    assert (stored.summary, stored.is_screened) == ("", False)
    assert Delivery.objects.get().address == ""
