"""Keys of rows: UUIDs that sort by the moment at which they were made."""

from uuid import UUID

import uuid_utils.compat
from django.db import models


def uuid7() -> UUID:
    """A new version 7 UUID: unique without asking the database, and in order of time."""
    return uuid_utils.compat.uuid7()


class Row(models.Model):
    """A row with such a key. Every row that an event can speak of is one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
