"""What search reads: the words of each case, folded, apart from the words themselves."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from helpdesk.models.tickets import Ticket


class SearchText(models.Model):
    """The tokens of one ticket, and its queue as one more token. Triggers follow the queue, and take the
    row away with the words of an erased case. `version` says which way of folding and collecting words made
    it (`search.VERSION`)."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="search_text")
    tokens = SearchVectorField()
    version = models.PositiveSmallIntegerField(db_default=0)

    class Meta:
        indexes = [
            GinIndex(fields=["tokens"], name="search_tokens"),
            models.Index(fields=["version"], name="search_version"),
        ]
