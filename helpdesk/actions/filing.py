"""Files of a case: their bytes travel in the transaction first, then to the file store."""

import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.actions.tickets import change, lock, refuse_erased
from helpdesk.attachments import Accepted
from helpdesk.desks import refuse_words
from helpdesk.models import Attachment, FileRemoval, HeldFile, Message, Side, Ticket
from helpdesk.permissions import can_work, can_write
from journal.actions import record
from journal.calling import call_soon
from journal.errors import Refused, require

BATCH = 20


@transaction.atomic
def attach(
    ticket: Ticket, accepted: Accepted, *, by: Any, at: datetime, purpose: str = "evidence"
) -> Attachment:
    """Add a file to a case, by its person or by staff."""
    ticket = lock(ticket)
    is_person = can_write(by, ticket)
    require(is_person or can_work(by, ticket))
    refuse_erased(ticket)
    if not is_person:
        refuse_words(ticket, accepted.name)
    side = Side.PERSON if is_person else Side.STAFF
    filed = file_away(ticket, [accepted], by=by, at=at, side=side, purpose=purpose)
    change(ticket, at=at)
    return filed[0]


def file_away(
    ticket: Ticket,
    files: Iterable[Accepted],
    *,
    by: Any,
    at: datetime,
    side: str,
    message: Message | None = None,
    purpose: str = "evidence",
) -> list[Attachment]:
    """Write the rows of accepted files; after the commit a worker brings the bytes to the store."""
    files = list(files)
    if not files:
        return []
    if ticket.attachments.filter(erased_at=None).count() + len(files) > settings.ATTACHMENTS_IN_A_CASE:
        raise Refused(
            "too_many_files",
            _("A case can hold %(most)d files. Send the most important ones.")
            % {"most": settings.ATTACHMENTS_IN_A_CASE},
            field="attachments",
        )
    filed = [_write(ticket, file, at=at, side=side, message=message, purpose=purpose) for file in files]
    for attachment in filed:
        record(ticket, "attached", by=by, at=at, attachment=attachment.pk, sha256=attachment.sha256)
    transaction.on_commit(_wake, robust=True)
    return filed


def _write(ticket: Ticket, file: Accepted, *, at: datetime, **fields: Any) -> Attachment:
    attachment = Attachment.objects.create(
        ticket=ticket,
        name=file.name,
        content_type=file.content_type,
        size=len(file.content),
        sha256=file.sha256,
        file=f"cases/{secrets.token_hex(1)}/{secrets.token_hex(16)}",
        added_at=at,
        **fields,
    )
    HeldFile.objects.create(attachment=attachment, content=file.content, held_at=at)
    return attachment


def erase_file(attachment: Attachment, *, at: datetime) -> None:
    """Forget a file: its name and bytes go with this transaction, the file in the store after it."""
    HeldFile.objects.filter(attachment=attachment).delete()
    FileRemoval.objects.create(name=attachment.stored_as, asked_at=at)
    attachment.name = ""
    attachment.erased_at = at
    attachment.save(update_fields=["name", "erased_at"])
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    call_soon("helpdesk.tasks.move_files", [])


def store_held_files() -> int:
    """Bring held bytes to the store, one file in one transaction. How many were brought."""
    return _one_by_one(_store_one)


def remove_files() -> int:
    """Take erased files out of the store. How many were removed."""
    return _one_by_one(_remove_one)


def _one_by_one(step: Any) -> int:
    done = 0
    while step():
        done += 1
    return done


@transaction.atomic
def _store_one() -> bool:
    """A process that dies here is repeated: the file has the same name each time, so none is left over."""
    held = (
        HeldFile.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("attachment")
        .order_by("held_at")
        .first()
    )
    if held is None:
        return False
    name = held.attachment.stored_as
    default_storage.delete(name)
    if default_storage.save(name, ContentFile(bytes(held.content))) != name:
        raise RuntimeError("The file store gave a file another name.")
    _flush(name)
    held.delete()
    return True


def _flush(name: str) -> None:
    """On the disk before the database forgets its copy; a store elsewhere sees to that itself."""
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:
        return
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@transaction.atomic
def _remove_one() -> bool:
    removal = FileRemoval.objects.select_for_update(skip_locked=True).order_by("id").first()
    if removal is None:
        return False
    default_storage.delete(removal.name)
    removal.delete()
    return True


def content_of(attachment: Attachment) -> bytes:
    """The bytes of an attachment, wherever they are by now."""
    held = HeldFile.objects.filter(attachment=attachment).first()
    if held is not None:
        return bytes(held.content)
    with default_storage.open(attachment.stored_as, "rb") as file:
        return file.read()
