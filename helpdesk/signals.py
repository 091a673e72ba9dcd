"""Sent inside the transaction; receivers only write rows and never call out."""

from django.dispatch import Signal

ticket_moved = Signal()  # sender=Ticket, ticket, before, after, by, at
