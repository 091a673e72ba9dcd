"""The shapes of cases in the API. What they mean is checked by the actions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from helpdesk.models import Attachment, Level, Message, Note, Priority, QueueKind, Status, Ticket

LONGEST_TEXT = 20_000
LARGEST_TURN = 2**31 - 1


class TicketOut(serializers.ModelSerializer[Ticket]):
    """A case as its staff see it in a list."""

    queue: serializers.SlugRelatedField = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    assigned = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = [
            "id",
            "reference",
            "queue",
            "kind",
            "category",
            "status",
            "priority",
            "level",
            "language",
            "summary",
            "assigned",
            "opened_at",
            "changed_at",
            "due_at",
            "ended_at",
            "snoozed_until",
            "unanswered_since",
            "is_screened",
            "turn",
        ]

    def get_assigned(self, ticket: Ticket) -> str | None:
        """`you`, `other`, or null where nobody has it: colleagues are not named to machines."""
        if ticket.assignee_id is None:
            return None
        return "you" if ticket.assignee_id == self.context["user_id"] else "other"


class MessageOut(serializers.ModelSerializer[Message]):
    side = serializers.ChoiceField(choices=["person", "staff"])

    class Meta:
        model = Message
        fields = ["id", "side", "text", "is_question", "written_at", "told_at"]


class NoteOut(serializers.ModelSerializer[Note]):
    class Meta:
        model = Note
        fields = ["id", "text", "written_at"]


class AttachmentOut(serializers.ModelSerializer[Attachment]):
    class Meta:
        model = Attachment
        fields = ["id", "message", "side", "purpose", "name", "content_type", "size", "sha256", "added_at"]


class DraftOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    is_question = serializers.BooleanField()
    saved_at = serializers.DateTimeField()


class TicketWhole(TicketOut):
    """A case with its words: messages that the person reads, notes that they never read."""

    messages = MessageOut(many=True)
    notes = serializers.SerializerMethodField(help_text="Empty for whoever must stay out of the case.")
    attachments = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()

    class Meta(TicketOut.Meta):
        fields = [*TicketOut.Meta.fields, "messages", "notes", "attachments", "draft"]

    @extend_schema_field(NoteOut(many=True))
    def get_notes(self, ticket: Ticket) -> Any:
        is_barred = any(bar.user_id == self.context["user_id"] for bar in ticket.barred.all())
        return NoteOut([] if is_barred else ticket.notes.all(), many=True).data

    @extend_schema_field(AttachmentOut(many=True))
    def get_attachments(self, ticket: Ticket) -> Any:
        files = [each for each in ticket.attachments.all() if each.erased_at is None]
        return AttachmentOut(files, many=True).data

    @extend_schema_field(DraftOut(allow_null=True))
    def get_draft(self, ticket: Ticket) -> Any:
        own = [each for each in ticket.drafts.all() if each.author_id == self.context["user_id"]]
        return DraftOut(own[0]).data if own else None


class TicketPage(serializers.Serializer[Any]):
    """A page of cases in the order in which they were opened; `next` is the cursor of the following one."""

    tickets = TicketOut(many=True)
    next = serializers.UUIDField(allow_null=True)


class TicketQuery(serializers.Serializer[Any]):
    """Which cases; `after` is the cursor of the page before."""

    queue = serializers.SlugField(required=False)
    kind = serializers.ChoiceField(choices=QueueKind.choices, required=False)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    level = serializers.ChoiceField(
        choices=Level.choices,
        required=False,
        help_text="Who answers for it: 1 moderator, 2 lead, 3 head, 4 the executive contact.",
    )
    mine = serializers.BooleanField(required=False, default=False)
    search = serializers.CharField(
        required=False, max_length=200, help_text="A reference, or words: at most the 100 newest matches."
    )
    after = serializers.UUIDField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=50)


class TurnIn(serializers.Serializer[Any]):
    """`turn` is the one of the case as it was read; a change since then is refused."""

    turn = serializers.IntegerField(min_value=1, max_value=LARGEST_TURN, required=False, allow_null=True)


class AssignIn(TurnIn):
    """`to` is a user's id; without it, the owner of the key."""

    to = serializers.UUIDField(required=False)


class HandOverIn(TurnIn):
    """`to` is a colleague's id; the note says what they need to know."""

    to = serializers.UUIDField()
    note = serializers.CharField(max_length=LONGEST_TEXT)


class SnoozeIn(TurnIn):
    """`until` is the moment at which the case comes back."""

    until = serializers.DateTimeField()


class PriorityIn(TurnIn):
    """1 is the most urgent."""

    priority = serializers.ChoiceField(choices=Priority.choices)


class LinkIn(serializers.Serializer[Any]):
    """`other` is the id of a case that is to be read together with this one."""

    other = serializers.UUIDField()


class TextIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST_TEXT)


class DraftIn(serializers.Serializer[Any]):
    """An empty text removes the draft."""

    text = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True)
    is_question = serializers.BooleanField(default=False)


class ReplyIn(TextIn):
    """Words to the person, which they read after ten seconds."""

    is_question = serializers.BooleanField(default=False)
    turn = serializers.IntegerField(min_value=1, max_value=LARGEST_TURN)


class FileIn(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)


class Done(serializers.Serializer[Any]):
    """What changed: the id of the row that was made, where one was, and the case's new turn."""

    id = serializers.UUIDField(allow_null=True)
    ticket = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.choices)
    turn = serializers.IntegerField()


class Taken(serializers.Serializer[Any]):
    """The next case, or null where none waits for you."""

    ticket = serializers.UUIDField(allow_null=True)


class QueueOut(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=QueueKind.choices)
