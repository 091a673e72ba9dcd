"""How a person may be reached: one mail asks the address to confirm; nothing else goes out before."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.actions.tickets import change, lock, refuse_erased
from helpdesk.confirming import hash_of, token_of
from helpdesk.models import Contact, Ticket
from helpdesk.permissions import can_write
from journal.actions import record
from journal.actors import Actor
from journal.errors import Refused, require
from journal.models import Delivery
from journal.moments import read_zone
from journal.outbox import delivery_of
from journal.together import write_together

TO_PERSON = ("case_news", "confirm_contact", "case_reminder", "case_closed")
CONFIRM_WITHIN = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(minutes=10)  # so that a form cannot be used to fill somebody's mailbox


@transaction.atomic
def set_contact(ticket: Ticket, *, by: Any, at: datetime, address: str, name: str = "") -> Contact | None:
    """Reach the person at `address` from now on, once its owner has confirmed; empty: not at all.

    A name that was given stays until another one comes: the law asks for that of a notifier.
    """
    ticket = lock(ticket)
    require(can_write(by, ticket))
    refuse_erased(ticket)
    before = Contact.objects.filter(ticket=ticket).first()
    # By what was sent, not by the contact: giving the address up in between must not start anew.
    lately = Delivery.objects.filter(
        about_id=ticket.pk, kind="confirm_contact", made_at__gt=at - ASK_AGAIN_AFTER
    )
    if address and lately.exists():
        raise Refused(
            "asked_just_now",
            _("We have just written to an address of yours. Wait ten minutes before you give another one."),
            field="address",
        )
    forget_contact(ticket)
    rows = contact_rows(ticket, at=at, address=address, name=name or (before.name if before else ""))
    if rows:
        write_together(*rows)
    change(ticket, at=at)
    record(ticket, "contact_set" if address else "contact_removed", by=by, at=at)
    return Contact.objects.filter(ticket=ticket).first()


def contact_rows(
    ticket: Ticket, *, at: datetime, address: str = "", name: str = ""
) -> list[Contact | Delivery]:
    """The contact, and the one mail that asks to confirm; none where there is nothing to keep."""
    if not (address or name):
        return []
    contact = Contact(ticket=ticket, name=name, address=address)
    if not address:
        return [contact]
    contact.token_hash, contact.asked_at = hash_of(token_of(contact.pk)), at
    return [contact, _mail_to(contact, "confirm_contact", at=at, contact=str(contact.pk))]


@transaction.atomic
def confirm_contact(token: str, *, at: datetime) -> Ticket:
    """The owner of an address says that we may write there. Raises Refused("unknown_link")."""
    contact = Contact.objects.filter(token_hash=hash_of(token)).first()
    if contact is None or contact.asked_at is None or at - contact.asked_at > CONFIRM_WITHIN:
        raise Refused("unknown_link", _("This link is too old. Open your case and give your address again."))
    ticket = lock(contact.ticket)
    if Contact.objects.filter(pk=contact.pk, confirmed_at=None).update(confirmed_at=at):
        record(ticket, "contact_confirmed", by=Actor("person", ticket.pk), at=at)
    return ticket


def tell_person(
    ticket: Ticket, *, at: datetime, due_at: datetime | None = None, kind: str = "case_news", **body: Any
) -> None:
    """Mail that there is news, not what, to a confirmed address; without one, the case page tells."""
    contact = Contact.objects.filter(ticket=ticket, confirmed_at__isnull=False).exclude(address="").first()
    if contact is not None:
        _mail_to(contact, kind, at=at, due_at=due_at, **body).save(force_insert=True)


def forget_contact(ticket: Ticket) -> None:
    """Remove the address, also from what has not left yet."""
    Delivery.objects.waiting().filter(about_id=ticket.pk, kind__in=TO_PERSON).delete()
    Contact.objects.filter(ticket=ticket).delete()


def _mail_to(
    owner: Contact, kind: str, *, at: datetime, due_at: datetime | None = None, **body: Any
) -> Delivery:
    return delivery_of(
        kind,
        about=owner.ticket,
        at=at,
        address=owner.address,
        language=owner.ticket.language,
        body={"reference": owner.ticket.reference, **body},
        due_at=due_at,
    )


@transaction.atomic
def set_zone(ticket: Ticket, zone: str, *, by: Any, at: datetime) -> Ticket:
    """Tell the person the time by that clock from now on; by UTC where there is no such zone.

    History says that they chose, never what: it stays when their words are erased, and would tell where they
    live. The ticket keeps its turn, since nothing of it changes that staff could have on their screen.
    """
    ticket = lock(ticket)
    require(can_write(by, ticket))
    refuse_erased(ticket)
    ticket.zone = read_zone(zone)
    ticket.save(update_fields=["zone"])
    record(ticket, "zone_set", by=by, at=at)
    return ticket
