"""How a file of a case leaves: as a download that no browser runs. The view has checked who asks."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from helpdesk.actions.filing import content_of
from helpdesk.models import Attachment

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def download(attachment: Attachment) -> HttpResponse:
    """The file as a download. A picture keeps its type, so that a page can show it; all else is bytes."""
    is_picture = attachment.content_type.startswith("image/")
    response = HttpResponse(
        content_of(attachment),
        content_type=attachment.content_type if is_picture else "application/octet-stream",
        headers=HEADERS,
    )
    disposition = content_disposition_header(as_attachment=True, filename=attachment.name)
    response["Content-Disposition"] = disposition or "attachment"
    return response
