"""Attachments for staff: as a download; a page may show a picture where its category allows the sight."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from helpdesk import downloads
from helpdesk.models import Attachment, Ticket
from helpdesk.views.console.frame import case_reader


@require_safe
@case_reader
def download(request: HttpRequest, reference: str, pk: Any) -> HttpResponse:
    """A file of a case within sight."""
    tickets = Ticket.objects.visible_to(request.user).filter(reference=reference)
    return downloads.download(get_object_or_404(Attachment, pk=pk, ticket__in=tickets, erased_at=None))
