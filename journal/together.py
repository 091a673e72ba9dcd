"""New rows of several tables, written by one statement: one way to the database and back."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

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
    head, read, columns = _plan(type(row))
    places = []
    for value, column in zip(read(row), columns, strict=True):
        if value is None or isinstance(value, DatabaseDefault):
            places.append("DEFAULT")  # nothing, a running number, or what a trigger sets
        else:
            values.append(column.prepare(row) if column.prepare else value)
            places.append(f"${len(values)}{column.cast}")
    return f"{head} VALUES ({', '.join(places)})"


class _Column(NamedTuple):
    """How a value of this column is written: as the driver takes it, or as the field makes it ready."""

    prepare: Callable[[Model], Any] | None
    cast: str


@cache
def _plan(model: type[Model]) -> tuple[str, Callable[[Model], tuple[Any, ...]], list[_Column]]:
    """How an INSERT of this model begins, what reads the values of a row, and how each is written."""
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    head = f'INSERT INTO "{model._meta.db_table}" ({names})'
    return head, attrgetter(*(field.attname for field in fields)), [_column(field) for field in fields]


def _column(field: Field) -> _Column:
    cast = f"::{field.db_type(connection)}" if hasattr(field, "get_placeholder") else ""

    def prepare(row: Model) -> Any:
        return field.get_db_prep_save(field.pre_save(row, add=True), connection)

    return _Column(None if type(field) in PLAIN else prepare, cast)
