"""The doors for machines: read input, call one action, answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import KeyAuthentication, NeedsPerson, NeedsScope, StaffSession
from accounts.models import User
from accounts.problems import PROBLEMS
from helpdesk import actions
from helpdesk.api import shapes
from helpdesk.api.once import IDEMPOTENCY, once
from helpdesk.attachments import accept
from helpdesk.downloads import download
from helpdesk.models import Queue, Ticket
from helpdesk.permissions import acting_staff
from helpdesk.search import search

A_SEARCH = 100


def describe(success: Any, *, request: Any = None, status: int = 200, name: str) -> Any:
    """What the schema says of a door that changes something."""
    responses = {status: success, **PROBLEMS}
    return extend_schema(request=request, responses=responses, parameters=[IDEMPOTENCY], operation_id=name)


class TicketView(APIView):
    """What all doors to a case share: who comes in, which case, and how it is answered."""

    authentication_classes = [KeyAuthentication, StaffSession]
    permission_classes: Any = [NeedsScope("tickets:write")]

    def by(self) -> Any:
        return self.request.auth or self.request.user

    def ticket(self, ticket_id: UUID) -> Ticket:
        return get_object_or_404(Ticket.objects.visible_to(acting_staff(self.by())), pk=ticket_id)

    def shaped(self, shape: Any) -> dict[str, Any]:
        read = shape(data=self.request.data)
        read.is_valid(raise_exception=True)
        return read.validated_data

    def context(self) -> dict[str, Any]:
        return {"user_id": acting_staff(self.by()).pk}

    def done(self, ticket_id: UUID, act: Callable[[], Any], **options: Any) -> Response:
        """Do it once and say what changed."""

        def answer() -> dict[str, Any]:
            made = act()
            ticket = Ticket.objects.get(pk=ticket_id)  # sight: the act checked it
            made_id = None if made is None or isinstance(made, Ticket) else made.pk
            return {"id": made_id, "ticket": ticket.pk, "status": ticket.status, "turn": ticket.turn}

        return once(self.request, answer, **options)


class ReadView(TicketView):
    permission_classes: Any = [NeedsScope("tickets:read")]


class QueueList(ReadView):
    """The queues within your sight."""

    @extend_schema(responses={200: shapes.QueueOut(many=True), **PROBLEMS}, operation_id="queues_list")
    def get(self, request: Request) -> Response:
        queues = Queue.objects.visible_to(acting_staff(self.by())).in_use()
        return Response(shapes.QueueOut(queues, many=True).data)


class TicketList(ReadView):
    """Cases within your sight, oldest first."""

    @extend_schema(
        responses={200: shapes.TicketPage, **PROBLEMS},
        parameters=[shapes.TicketQuery],
        operation_id="tickets_list",
    )
    def get(self, request: Request) -> Response:
        query = shapes.TicketQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        limit = query.validated_data["limit"]
        tickets = self._matching(query.validated_data).select_related("queue").order_by("pk")
        page = list(tickets[: limit + 1])
        following = page[limit - 1].pk if len(page) > limit else None
        shown = shapes.TicketOut(page[:limit], many=True, context=self.context()).data
        return Response({"tickets": shown, "next": following})

    def _matching(self, query: dict[str, Any]) -> Any:
        user = acting_staff(self.by())
        tickets = Ticket.objects.visible_to(user)
        names = {
            "queue": "queue__slug",
            "kind": "kind",
            "status": "status",
            "level": "level",
            "after": "pk__gt",
        }
        tickets = tickets.filter(**{name: query[key] for key, name in names.items() if key in query})
        if "search" in query:
            tickets = tickets.filter(pk__in=search(user, query["search"], limit=A_SEARCH).ids)
        return tickets.filter(assignee=user) if query["mine"] else tickets


class TicketDetail(ReadView):
    """One case with its words."""

    @extend_schema(responses={200: shapes.TicketWhole, **PROBLEMS}, operation_id="tickets_read")
    def get(self, request: Request, ticket_id: UUID) -> Response:
        user = acting_staff(self.by())
        tickets = Ticket.objects.visible_to(user).select_related("queue")
        tickets = tickets.prefetch_related("messages", "notes", "barred", "attachments", "drafts")
        ticket = get_object_or_404(tickets, pk=ticket_id)
        return Response(shapes.TicketWhole(ticket, context=self.context()).data)


class FileDownload(ReadView):
    """The bytes of an attachment, as a download."""

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **PROBLEMS},
        operation_id="tickets_file",
    )
    def get(self, request: Request, ticket_id: UUID, attachment_id: UUID) -> HttpResponse:
        files = self.ticket(ticket_id).attachments.filter(erased_at=None)
        return download(get_object_or_404(files, pk=attachment_id))


class TakeNext(TicketView):
    """Take the next case that waits for somebody like you."""

    @describe(shapes.Taken, name="tickets_take_next")
    def post(self, request: Request) -> Response:
        at = now()

        def act() -> dict[str, Any]:
            ticket = actions.take_next(by=self.by(), at=at)
            return {"ticket": ticket.pk if ticket else None}

        return once(request, act, at=at)


class Assign(TicketView):
    """Give the case to yourself, or as a lead to somebody else."""

    @describe(shapes.Done, request=shapes.AssignIn, name="tickets_assign")
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, shape, at = self.ticket(ticket_id), self.shaped(shapes.AssignIn), now()
        to = acting_staff(self.by())
        if "to" in shape:
            to = get_object_or_404(User.objects.active(), pk=shape["to"])
        return self.done(
            ticket_id,
            lambda: actions.assign(ticket, by=self.by(), at=at, to=to, turn=shape.get("turn")),
            at=at,
        )


class Release(TicketView):
    """Lay the case down."""

    @describe(shapes.Done, request=shapes.TurnIn, name="tickets_release")
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, shape, at = self.ticket(ticket_id), self.shaped(shapes.TurnIn), now()
        return self.done(
            ticket_id, lambda: actions.release(ticket, by=self.by(), at=at, turn=shape.get("turn")), at=at
        )


class HandOver(TicketView):
    """Give the case to a colleague, with a note."""

    @describe(shapes.Done, request=shapes.HandOverIn, name="tickets_hand_over")
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, shape, at = self.ticket(ticket_id), self.shaped(shapes.HandOverIn), now()
        to = get_object_or_404(User.objects.active(), pk=shape.pop("to"))
        return self.done(
            ticket_id, lambda: actions.hand_over(ticket, by=self.by(), at=at, to=to, **shape), at=at
        )


class Snooze(TicketView):
    """Put the case aside until a moment."""

    @describe(shapes.Done, request=shapes.SnoozeIn, name="tickets_snooze")
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, shape, at = self.ticket(ticket_id), self.shaped(shapes.SnoozeIn), now()
        return self.done(ticket_id, lambda: actions.snooze(ticket, by=self.by(), at=at, **shape), at=at)


class Wake(TicketView):
    """Take up again what was put aside."""

    @describe(shapes.Done, name="tickets_wake")
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, at = self.ticket(ticket_id), now()
        return self.done(ticket_id, lambda: actions.wake(ticket, by=self.by(), at=at), at=at)


class SetPriority(TicketView):
    """Say how urgent the case is."""

    @describe(shapes.Done, request=shapes.PriorityIn, name="tickets_priority")
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, shape, at = self.ticket(ticket_id), self.shaped(shapes.PriorityIn), now()
        return self.done(ticket_id, lambda: actions.set_priority(ticket, by=self.by(), at=at, **shape), at=at)


class Links(TicketView):
    """Read two cases together. Doing so again changes nothing."""

    @describe(shapes.Done, request=shapes.LinkIn, status=201, name="tickets_link")
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, at = self.ticket(ticket_id), now()
        other = self.ticket(self.shaped(shapes.LinkIn)["other"])
        return self.done(
            ticket_id, lambda: actions.link(ticket, other, by=self.by(), at=at), at=at, status=201
        )


class Notes(TicketView):
    """Add a note that only the staff read."""

    @describe(shapes.Done, request=shapes.TextIn, status=201, name="tickets_note")
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, shape, at = self.ticket(ticket_id), self.shaped(shapes.TextIn), now()
        return self.done(
            ticket_id,
            lambda: actions.add_note(ticket, by=self.by(), at=at, **shape),
            at=at,
            status=201,
        )


class DraftReply(TicketView):
    """Prepare the reply that the owner of the key finds in the console."""

    @describe(shapes.Done, request=shapes.DraftIn, name="tickets_draft")
    def put(self, request: Request, ticket_id: UUID) -> Response:
        ticket, shape, at = self.ticket(ticket_id), self.shaped(shapes.DraftIn), now()
        return self.done(ticket_id, lambda: actions.save_draft(ticket, by=self.by(), at=at, **shape), at=at)


class Replies(TicketView):
    """Write to the person."""

    @describe(shapes.Done, request=shapes.ReplyIn, status=201, name="tickets_reply")
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, shape, at = self.ticket(ticket_id), self.shaped(shapes.ReplyIn), now()
        return self.done(
            ticket_id, lambda: actions.reply(ticket, by=self.by(), at=at, **shape), at=at, status=201
        )


class Files(TicketView):
    """Attach a file; it is checked and cleaned first."""

    parser_classes = [MultiPartParser]

    @describe(
        shapes.Done,
        request={"multipart/form-data": shapes.FileIn},
        status=201,
        name="tickets_attach",
    )
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, at = self.ticket(ticket_id), now()
        file = accept(self.shaped(shapes.FileIn)["file"])
        return self.done(
            ticket_id,
            lambda: actions.attach(ticket, file, by=self.by(), at=at),
            at=at,
            status=201,
            content=f"{file.name}\n{file.sha256}",
        )


class Resolve(TicketView):
    """Close the case: only a signed-in person does, never a key (DSA Art. 20(6))."""

    permission_classes: Any = [NeedsPerson]

    @describe(shapes.Done, request=shapes.TurnIn, name="tickets_resolve")
    def post(self, request: Request, ticket_id: UUID) -> Response:
        ticket, shape, at = self.ticket(ticket_id), self.shaped(shapes.TurnIn), now()
        return self.done(
            ticket_id, lambda: actions.resolve(ticket, by=self.by(), at=at, turn=shape.get("turn")), at=at
        )
