"""Late appeals wait for leave; they are not turned away by a form."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from appeals.actions.endings import omit_rest
from appeals.actions.filing import lock_appeal
from appeals.models import Appeal
from appeals.permissions import can_refuse_leave, can_steer
from helpdesk.actions import move_ticket, reply
from helpdesk.models import Status
from journal.actions import record
from journal.errors import Refused, require

LEAST_REASONS = 20  # characters


@transaction.atomic
def give_leave(appeal: Appeal, *, by: User, at: datetime) -> Appeal:
    """Let a late appeal be heard."""
    appeal = lock_appeal(appeal)
    require(can_steer(by, appeal))
    if not appeal.waits_for_leave:
        raise Refused("no_leave_needed", _("This appeal needs no leave."))
    appeal.leave_given_at = at
    appeal.save(update_fields=["leave_given_at"])
    record(appeal, "leave_given", by=by, at=at)
    return appeal


@transaction.atomic
def refuse_leave(appeal: Appeal, *, by: User, at: datetime, reasons: str) -> Appeal:
    """Do not hear a late appeal. It ends without a decision, with reasons that the person reads."""
    appeal = lock_appeal(appeal)
    require(can_refuse_leave(by, appeal))
    if not appeal.waits_for_leave:
        raise Refused("no_leave_needed", _("This appeal needs no leave."))
    if len(reasons.strip()) < LEAST_REASONS:
        raise Refused(
            "no_reasons", _("Write why the appeal is not heard; the person reads it."), field="reasons"
        )
    reply(appeal.ticket, by=by, at=at, text=reasons, turn=None)
    record(appeal, "leave_refused", by=by, at=at)
    omit_rest(appeal, at=at)
    appeal.ticket.refresh_from_db()
    move_ticket(appeal.ticket, Status.RESOLVED, by=by, at=at, code="resolved")
    return appeal
