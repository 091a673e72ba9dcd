"""Statements that are worded once, and planned once by PostgreSQL."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from appeals.models import Decision, DecisionPerson
from appeals.models.decisions import decision_with_person
from helpdesk.actions import entry
from helpdesk.models import QueueKind
from journal.prepared import execute
from tests.factories import NOON, make_decision, make_queue, refused

pytestmark = pytest.mark.django_db
PLANS = "SELECT count(*) FROM pg_prepared_statements WHERE statement = %s"


def plans_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(PLANS, [sql])
        return cursor.fetchone()[0]


def test_a_statement_that_comes_often_is_planned_once():
    sql = "SELECT $1::int + 1, 'often'"
    answers = [execute(sql, [number]).fetchone()[0] for number in range(7)]
    assert (answers, plans_of(sql)) == ([1, 2, 3, 4, 5, 6, 7], 1)


def test_a_statement_is_counted_as_any_other():
    with CaptureQueriesContext(connection) as queries:
        execute("SELECT $1::text", ["it's"])
    assert [each["sql"] for each in queries] == ["SELECT $1::text"]


def test_a_broken_constraint_is_the_error_that_django_knows():
    queue = make_queue()
    with pytest.raises(IntegrityError), transaction.atomic():
        execute("INSERT INTO helpdesk_queue SELECT * FROM helpdesk_queue WHERE id = $1", [queue.pk])


def test_rows_come_as_the_models_have_them():
    decision = make_decision(person={"user_ref": "u-1", "in_force": [{"kind": "label"}]})
    read = decision_with_person(decision.pk)
    stored = Decision.objects.get(pk=decision.pk)
    assert vars(read)["_state"].adding is False
    assert [getattr(read, each.attname) for each in Decision._meta.concrete_fields] == [
        getattr(stored, each.attname) for each in Decision._meta.concrete_fields
    ]
    assert read.person.in_force == [{"kind": "label"}]


def test_a_row_that_the_outer_join_does_not_find_is_none(django_assert_num_queries):
    pk = make_decision().pk
    with django_assert_num_queries(1):
        assert getattr(decision_with_person(pk), "person", None) is None
    assert not DecisionPerson.objects.exists()


def test_a_new_case_goes_to_the_first_queue_in_use():
    make_queue(kind=QueueKind.NOTICE, place=2)
    first = make_queue(kind=QueueKind.NOTICE, place=1)
    make_queue(kind=QueueKind.COMPLAINT, place=0)
    assert entry(QueueKind.NOTICE, at=NOON).queue == first
    with refused("no_entry_queue"):
        entry(QueueKind.ALERT, at=NOON)
