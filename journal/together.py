"""New rows of several tables, written by one statement: one way to the database and back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

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
CLAIMED = "EXISTS (SELECT FROM claimed)"
NEW_KEY = "uuidv7()"  # as `journal.ids` makes them
NOTHING: Mapping[str, str] = MappingProxyType({})


class _Values(list[Any]):
    """What a statement is given. Keys and moments, which many of its rows share, are given once; what every
    other row leaves empty stands in the statement itself."""

    def __init__(self) -> None:
        super().__init__()
        self._shared: dict[UUID | datetime, str] = {}

    def place(self, value: Any) -> str:
        """What stands for a value in the statement."""
        kind = type(value)
        if kind is str and not value:
            return "''"
        if kind is bool:
            return "true" if value else "false"
        if kind is UUID or kind is datetime:
            return self._shared.get(value) or self._shared.setdefault(value, self._next(value))
        return self._next(value)

    def _next(self, value: Any) -> str:
        self.append(value)
        return f"${len(self)}"


@dataclass(frozen=True)
class Change:
    """A change of rows that were there before, to go along with new ones. `%s` is where a value goes."""

    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Each:
    """A new row for each that a query finds: `row` with a key of its own and what was found in `column`.

    So nobody has to ask first whom it concerns. `%s` in the query is where a value goes.
    """

    row: Model
    column: str
    query: str
    values: tuple[Any, ...]


def write_together(*rows: Model | Change | Each) -> None:
    """Insert new rows. They may point to each other; a constraint that one of them breaks refuses all.

    Sends no signals. PostgreSQL chooses the order, so no two events of one subject may be among them, and
    no change finds a row that is new.
    """
    values = _Values()
    *before, last = (_worded(row, values) for row in rows)
    beside = ", ".join(f"written_{number} AS ({each})" for number, each in enumerate(before))
    execute(f"WITH {beside} {last}" if beside else last, values)
    _know_as_stored(rows)


def write_once(claim: Model, *rows: Model | Change | Each) -> bool:
    """The same, where nobody has written `claim` before: its key is free. False where nothing was written.

    Waits for another transaction that is writing the same claim. A change among the rows must end with its
    conditions.
    """
    values = _Values()
    worded = [f"claimed AS ({_insert(claim, values)} ON CONFLICT DO NOTHING RETURNING 1)"]
    for number, row in enumerate(rows):
        worded.append(f"written_{number} AS ({_worded(row, values, is_claimed=True)})")
    (was_new,) = execute(f"WITH {', '.join(worded)} SELECT {CLAIMED}", values).fetchone()
    if was_new:
        _know_as_stored([claim, *rows])
    return was_new


def _know_as_stored(rows: Iterable[Model | Change | Each]) -> None:
    for row in rows:
        if isinstance(row, Model):
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _worded(row: Model | Change | Each, values: _Values, *, is_claimed: bool = False) -> str:
    if isinstance(row, Change):
        return _numbered(row.sql, row.values, values) + (f" AND {CLAIMED}" if is_claimed else "")
    if isinstance(row, Each):
        source = f" FROM ({_numbered(row.query, row.values, values)}) AS each (found)"
        found = {_quoted(row.row._meta.pk.column): NEW_KEY, _quoted(row.column): "found"}
        return _insert(row.row, values, found) + source + (", claimed" if is_claimed else "")
    return _insert(row, values) + (" FROM claimed" if is_claimed else "")


def _numbered(sql: str, given: Iterable[Any], values: _Values) -> str:
    for value in given:
        sql = sql.replace("%s", values.place(value), 1)
    return sql


def _insert(row: Model, values: _Values, found: Mapping[str, str] = NOTHING) -> str:
    """An INSERT of what the row holds: a running number, or what a trigger sets, is left to PostgreSQL."""
    table, read, columns = _plan(type(row))
    names, places = [*found], [*found.values()]
    for value, column in zip(read(row), columns, strict=True):
        if value is None or isinstance(value, DatabaseDefault) or column.name in found:
            continue
        names.append(column.name)
        places.append(values.place(column.prepare(row) if column.prepare else value) + column.cast)
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(places)}"


class _Column(NamedTuple):
    """How a value of this column is written: as the driver takes it, or as the field makes it ready."""

    name: str
    prepare: Callable[[Model], Any] | None
    cast: str


@cache
def _plan(model: type[Model]) -> tuple[str, Callable[[Model], tuple[Any, ...]], list[_Column]]:
    """The table of this model, what reads the values of a row, and how each is written."""
    fields = model._meta.concrete_fields
    read = attrgetter(*(field.attname for field in fields))
    return _quoted(model._meta.db_table), read, [_column(field) for field in fields]


def _column(field: Field) -> _Column:
    cast = f"::{field.db_type(connection)}" if hasattr(field, "get_placeholder") else ""

    def prepare(row: Model) -> Any:
        return field.get_db_prep_save(field.pre_save(row, add=True), connection)

    return _Column(_quoted(field.column), None if type(field) in PLAIN else prepare, cast)


def _quoted(name: str | None) -> str:
    return f'"{name}"'
