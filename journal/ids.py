"""Keys of rows: UUIDs that sort by the moment at which they were made."""

from django.db import models
from uuid_utils.compat import uuid7

__all__ = ["Row", "uuid7"]


class Row(models.Model):
    """A row whose key is a version 7 UUID: unique without asking the database, and in order of time.

    Every row that an event can speak of is one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
