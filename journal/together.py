"""New rows of several tables, written by one statement: one way to the database and back."""

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault


def write_together(*rows: Model) -> None:
    """Insert new rows. They may point to each other; a constraint that one of them breaks refuses all.

    Sends no signals. PostgreSQL chooses the order, so no two events of one subject may be among them.
    """
    inserts, values = [], []
    for row in rows:
        fields = tuple(field for field in row._meta.concrete_fields if not _is_left_out(row, field))
        inserts.append(_insert(type(row), fields))
        values += [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    *first, last = inserts
    beside = ", ".join(f"written_{number} AS ({insert})" for number, insert in enumerate(first))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {beside} {last}" if first else last, values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _is_left_out(row: Model, field: Field) -> bool:
    """Whether the database gives this value: nothing, a running number, or what a trigger sets."""
    value = getattr(row, field.attname)
    return value is None or isinstance(value, DatabaseDefault)


@cache
def _insert(model: type[Model], fields: tuple[Field, ...]) -> str:
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({", ".join(map(_place, fields))})'  # noqa: S608 - names of our own models


def _place(field: Any) -> str:
    """Where a value goes; an array says of what."""
    return field.get_placeholder(None, None, connection) if hasattr(field, "get_placeholder") else "%s"
