"""The sender of mail: plain text that says there is news, not what. Worded when it is sent."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.template import Context, Engine
from django.utils import timezone, translation

from journal.models import Delivery
from journal.senders import Undeliverable


@dataclass(frozen=True)
class Wording:
    """The words of one kind of mail: two templates, `<app>/mail/*.txt`."""

    subject: str
    body: str
    zone_of: Callable[[Delivery], ZoneInfo] | None = None


_wordings: dict[str, Wording] = {}


def register_mail(
    kind: str,
    subject_template: str,
    body_template: str,
    *,
    zone_of: Callable[[Delivery], ZoneInfo] | None = None,
) -> None:
    """Let mail of `kind` be worded by these templates, its days and moments by the clock of `zone_of`.

    They get the delivery's `body`, its `kind`, `about_id` and the `base_url` of the service, and are rendered
    in the delivery's language.
    """
    _wordings[kind] = Wording(subject_template, body_template, zone_of)


def worded(delivery: Delivery) -> tuple[str, str]:
    """Subject and text of a mail, in its language. Raises Undeliverable where nobody registered its kind."""
    wording = _wordings.get(delivery.kind)
    if wording is None:
        raise Undeliverable("no_wording", final=True)
    context = {
        **delivery.body,
        "kind": delivery.kind,
        "about_id": delivery.about_id,
        "base_url": settings.BASE_URL,
    }
    zone = wording.zone_of(delivery) if wording.zone_of else None
    with translation.override(delivery.language), timezone.override(zone):
        subject, text = (_plain(template, context) for template in (wording.subject, wording.body))
    return " ".join(subject.split()), text.strip() + "\n"


def _plain(template: str, context: dict[str, Any]) -> str:
    """Plain text: nothing is escaped for HTML."""
    return Engine.get_default().get_template(template).render(Context(context, autoescape=False))


def message_id(delivery: Delivery) -> str:
    """The same at every repeat, so that a mailbox can drop the second copy."""
    return f"<{delivery.id}@{settings.MAIL_DOMAIN}>"


def send_mail(delivery: Delivery) -> None:
    """Carry one delivery to its address."""
    _check(delivery.address)
    subject, text = worded(delivery)
    message = EmailMessage(
        subject=subject,
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[delivery.address],
        headers={"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=settings.EMAIL_TIMEOUT),
    )
    try:
        message.send()
    except Exception as failure:
        raise _undeliverable(failure) from None


def _check(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise Undeliverable("address_unusable", final=True) from None


def _undeliverable(failure: Exception) -> Undeliverable:
    """What an SMTP failure means: 5xx for this address is final, everything else may pass."""
    match failure:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            codes = [code for code, __ in refused.values()]
            return Undeliverable("address_refused", final=all(code >= 500 for code in codes))
        case smtplib.SMTPDataError(smtp_code=code):
            return Undeliverable("mail_refused", final=code >= 500)
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPSenderRefused():
            return Undeliverable("server_refused", rest=True)  # ours to mend, so worth a repeat
        case ssl.SSLError():
            return Undeliverable("tls_failed", rest=True)
        case smtplib.SMTPException() | OSError():
            return Undeliverable("server_unreachable", rest=True)
    return Undeliverable("error")
