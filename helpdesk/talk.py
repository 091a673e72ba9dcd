"""The conversation of a case as its staff read it: messages and notes in one order, files beside them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, CharField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import JSONObject

from helpdesk.desks import desk_of
from helpdesk.history import escalated_events
from helpdesk.models import Attachment, Barred, Draft, Message, Note, Ticket, TicketLink

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")


@dataclass(frozen=True)
class File:
    """An attachment as a card shows it."""

    id: str
    name: str
    size: int
    content_type: str
    message_id: str | None
    has_picture: bool


@dataclass(frozen=True)
class Said:
    """One thing said in a case. `side` is `person`, `staff` or `note`."""

    id: UUID
    side: str
    author_id: UUID | None
    author: str
    text: str
    written_at: datetime
    told_at: datetime | None
    is_question: bool
    files: list[File] = field(default_factory=list)

    @property
    def is_note(self) -> bool:
        return self.side == "note"

    def is_untold(self, at: datetime) -> bool:
        """Can still be undone."""
        return self.told_at is not None and self.told_at > at


def with_page_facts(tickets: Any, user: Any) -> Any:
    """All that the ticket page needs of one ticket beside its conversation, in the ticket's own query."""
    files = Attachment.objects.filter(ticket=OuterRef("pk"), erased_at=None).order_by("id")
    as_json = JSONObject(
        id="id", name="name", size="size", content_type="content_type", message_id="message_id"
    )
    near = Ticket.objects.filter(
        Q(pk=OuterRef("merged_into"))
        | Q(merged_into=OuterRef("pk"))
        | Q(pk__in=TicketLink.objects.filter(ticket=OuterRef(OuterRef("pk"))).values("other"))
        | Q(pk__in=TicketLink.objects.filter(other=OuterRef(OuterRef("pk"))).values("ticket"))
    )
    near_json = JSONObject(
        reference="reference", summary="summary", merged_into_id="merged_into", status="status"
    )
    mine = Draft.objects.filter(ticket=OuterRef("pk"), author=user.pk)
    return tickets.select_related("queue", "assignee", "contact").annotate(
        is_barred=Exists(Barred.objects.filter(ticket=OuterRef("pk"), user=user.pk)),
        draft_text=Subquery(mine.values("text")[:1]),
        files=ArraySubquery(files.values_list(as_json)),
        near=ArraySubquery(near.order_by("id").values_list(near_json)[:20]),
        escalated=ArraySubquery(escalated_events(OuterRef("pk")).values_list(F("values"))),
    )


def files_of(ticket: Any) -> list[File]:
    """The files that `with_page_facts` brought; pictures only where the desk allows their sight."""
    hidden = ticket.category in desk_of(ticket.kind).hides_pictures_of
    return [
        File(**each, has_picture=not hidden and each["content_type"] in PICTURES) for each in ticket.files
    ]


def talk_of(ticket: Any, files: list[File]) -> list[Said]:
    """Everything said in the case, oldest first; to who must stay out of it, no notes. One query."""
    columns = ("id", "said_by", "author_id", "author__name", "text", "written_at", "told", "asks")
    messages = (
        Message.objects.filter(ticket=ticket)
        .order_by()
        .annotate(said_by=F("side"), told=F("told_at"), asks=F("is_question"))
        .values_list(*columns)
    )
    notes = (
        (Note.objects.none() if ticket.is_barred else Note.objects.filter(ticket=ticket))
        .order_by()
        .annotate(said_by=Value("note", CharField()), told=F("written_at"), asks=Value(False, BooleanField()))
        .values_list(*columns)
    )
    said = [Said(*row) for row in messages.union(notes, all=True).order_by("written_at", "id")]
    for each in said:
        each.files.extend(file for file in files if file.message_id == str(each.id))
    return said
