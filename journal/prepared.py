"""Statements on the roads that many walk at once: worded once, and planned once by PostgreSQL.

The ORM words each of its queries anew, which on these roads costs several times what the answer does.
`$1`, `$2`, ... are where the values go.
"""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from psycopg import RawCursor


def execute(sql: str, values: Sequence[Any]) -> Any:
    """Run a statement on Django's own connection, in its transaction if there is one. Its cursor."""
    connection.ensure_connection()
    # Django's own cursors write the values into the text, so that PostgreSQL sees another one each time. The
    # private method, which no stub knows, keeps what Django wraps around a cursor: errors, counts of queries.
    cursor = connection._prepare_cursor(RawCursor(connection.connection))  # type: ignore[attr-defined]
    cursor.execute(sql, values)
    return cursor


class Reading:
    """A query for rows of `models`, side by side; `source` is what follows FROM.

    `only` names the fields that are needed; another one is read when it is looked at. `beside` is SQL for
    more columns, in which one question takes along what another would ask.
    """

    def __init__(self, source: str, *models: type[Model], only: Collection[str] = (), beside: str = ""):
        self.source, self.models, self.only, self.beside = source, models, only, beside

    def ask(self, *values: Any) -> list[list[Any]]:
        """Each row as one instance of every model, then the values beside; None where an outer join found
        nothing."""
        return [self._row(found) for found in execute(self._sql, values).fetchall()]

    def _row(self, found: Sequence[Any]) -> list[Any]:
        row: list[Any] = []
        start = 0
        for part in self._parts:
            row.append(part.instance(found[start : start + part.width]))
            start += part.width
        return [*row, *found[start:]]

    @cached_property
    def _sql(self) -> str:
        columns = ", ".join(column for part in self._parts for column in part.columns)
        columns += f", {self.beside}" if self.beside else ""
        return f"SELECT {columns} FROM {self.source}"  # noqa: S608 - names of our own models

    @cached_property
    def _parts(self) -> "list[_Part]":
        return [_Part(model, self.only) for model in self.models]


class _Part:
    """The columns of one model in a row."""

    def __init__(self, model: type[Model], only: Collection[str]):
        fields = [field for field in model._meta.concrete_fields if not only or field.name in only]
        self.model, self.width = model, len(fields)
        self.columns = [f'"{model._meta.db_table}"."{field.column}"' for field in fields]
        self.names = [field.attname for field in fields]
        self.key = self.names.index(model._meta.pk.attname)
        self.converted = [
            (place, field.from_db_value)  # JSON comes as text
            for place, field in enumerate(fields)
            if hasattr(field, "from_db_value")
        ]

    def instance(self, values: Sequence[Any]) -> Model | None:
        if values[self.key] is None:
            return None
        values = list(values)
        for place, convert in self.converted:
            values[place] = convert(values[place], None, connection)
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, values)
