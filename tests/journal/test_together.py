"""Rows of several tables in one statement."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from journal.actions import event_of
from journal.actors import SYSTEM
from journal.models import Chain, Delivery, Event
from journal.outbox import delivery_of
from journal.together import Change, write_together
from tests.factories import NOON, Thing

pytestmark = pytest.mark.django_db


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
