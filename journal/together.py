"""New rows of several tables, written by one statement: one way to the database and back."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

from journal.prepared import execute

# What the driver takes as it stands, so that nothing is asked of the field for each row.
PLAIN = {
    models.BinaryField,
    models.BooleanField,
    models.CharField,
    models.DateField,
    models.DateTimeField,
    models.EmailField,
    models.ForeignKey,
    models.OneToOneField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.TextField,
    models.UUIDField,
    SearchVectorField,
}


@dataclass(frozen=True)
class Change:
    """A change of rows that were there before, to go along with new ones. `%s` is where a value goes."""

    sql: str
    values: tuple[Any, ...]


def write_together(*rows: Model | Change) -> None:
    """Insert new rows. They may point to each other; a constraint that one of them breaks refuses all.

    Sends no signals. PostgreSQL chooses the order, so no two events of one subject may be among them, and
    no change finds a row that is new.
    """
    values: list[Any] = []
    first = [_change(row, values) if isinstance(row, Change) else _insert(row, values) for row in rows]
    last = first.pop()
    beside = ", ".join(f"written_{number} AS ({each})" for number, each in enumerate(first))
    execute(f"WITH {beside} {last}" if first else last, values)
    for row in rows:
        if isinstance(row, Model):
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _change(change: Change, values: list[Any]) -> str:
    sql = change.sql
    for value in change.values:
        values.append(value)
        sql = sql.replace("%s", f"${len(values)}", 1)
    return sql


def _insert(row: Model, values: list[Any]) -> str:
    head, writers = _plan(type(row))
    return f"{head} VALUES ({', '.join([write(row, values) for write in writers])})"


Writer = Callable[[Model, list[Any]], str]


@cache
def _plan(model: type[Model]) -> tuple[str, list[Writer]]:
    """How an INSERT of this model begins, and for each column what adds its value and says its place."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return f'INSERT INTO "{model._meta.db_table}" ({columns})', [_writer(field) for field in fields]


def _writer(field: Field) -> Writer:
    read = attrgetter(field.attname)
    is_plain = type(field) in PLAIN
    cast = f"::{field.db_type(connection)}" if hasattr(field, "get_placeholder") else ""

    def write(row: Model, values: list[Any]) -> str:
        value = read(row)
        if value is None or isinstance(value, DatabaseDefault):
            return "DEFAULT"  # nothing, a running number, or what a trigger sets
        values.append(
            value if is_plain else field.get_db_prep_save(field.pre_save(row, add=True), connection)
        )
        return f"${len(values)}{cast}"

    return write
