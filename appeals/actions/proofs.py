"""Showing that an appeal is one's own: by a fresh link to the account, or by a mandate."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appeals import webhooks
from appeals.actions.filing import call_mandate, is_late, lock_appeal, summary_of, take_up
from appeals.finding import words_of
from appeals.models import Appeal, Decision
from appeals.permissions import can_prove, can_steer
from helpdesk.actions import person_writes, reply
from helpdesk.actions.tickets import refuse_ended
from helpdesk.attachments import Accepted
from helpdesk.search import index_words
from journal.actions import record
from journal.actors import Actor, Acts
from journal.errors import Refused, require

LEAST_REASONS = 20  # characters
NOTHING_TO_PROVE = Refused(
    "nothing_to_prove", gettext_lazy("This case needs no other proof. Load the page again.")
)


@transaction.atomic
def request_link(appeal: Appeal, *, by: Actor | Acts, at: datetime) -> Appeal:
    """Ask the platform to send a fresh link to the account itself, so that the person can show it is theirs.

    At most once an hour; asking again within it does nothing.
    """
    appeal = lock_appeal(appeal)
    require(can_prove(by, appeal))
    if appeal.is_proven or not appeal.claimed:
        raise NOTHING_TO_PROVE
    if appeal.link_requested_at and at - appeal.link_requested_at < timedelta(hours=1):
        return appeal
    appeal.link_requested_at = at
    appeal.save(update_fields=["link_requested_at"])
    record(appeal, "link_requested", by=by, at=at)
    for decision in Decision.objects.filter(pk__in=appeal.claimed).select_related("platform"):
        webhooks.tell_platform(
            decision.platform,
            webhooks.LINK_REQUESTED,
            {
                "appeal": str(appeal.pk),
                "reference": appeal.ticket.reference,
                "statement": str(decision.pk),
            },
            about=appeal,
            at=at,
        )
    return appeal


@transaction.atomic
def prove(appeal: Appeal, *, by: Actor | Acts, at: datetime, decision: Decision) -> Appeal:
    """The person has come by a link that only the account gets: what was decided may be shown.

    `decision` is the one the link was for; where it is among several claimed, only it is taken up.
    Raises PermissionDenied, Refused("not_claimed", "appeal_open").
    """
    appeal = lock_appeal(appeal)
    require(can_prove(by, appeal))
    claimed = [decision.pk]
    if decision.pk not in appeal.claimed:
        raise Refused("not_claimed", _("This link belongs to another decision than the one in your case."))
    _show_as_proven(appeal, claimed, by=by, at=at)
    record(appeal, "proven", by=by, at=at, decisions=claimed)
    return appeal


def _show_as_proven(appeal: Appeal, claimed: Sequence[UUID], *, by: Actor | Acts, at: datetime) -> None:
    behind = ("platform", "person", "decided_by_user")
    decisions = list(Decision.objects.filter(pk__in=claimed).select_related(*behind))
    take_up(appeal, decisions, by=by, at=at)
    index_words(appeal.ticket, words_of(decisions))
    if not appeal.ticket.summary:  # it came with a description alone
        appeal.ticket.summary = summary_of(decisions)
        appeal.ticket.save(update_fields=["summary"])
    appeal.is_proven = True
    appeal.proven_at = at
    appeal.claimed = [pk for pk in appeal.claimed if pk not in set(claimed)]
    appeal.needs_leave = appeal.needs_leave or any(is_late(each, appeal.filed_at) for each in decisions)
    appeal.save(update_fields=["is_proven", "proven_at", "claimed", "needs_leave"])


@transaction.atomic
def name_decision(appeal: Appeal, decision: Decision, *, by: User, at: datetime) -> Appeal:
    """A moderator has found the decision that the person described. It is claimed, not yet proven."""
    appeal = lock_appeal(appeal)
    require(can_steer(by, appeal))
    if decision.pk not in appeal.claimed:
        appeal.claimed = [*appeal.claimed, decision.pk]
        appeal.save(update_fields=["claimed"])
        record(appeal, "decision_named", by=by, at=at, decision=decision.pk)
    return appeal


@transaction.atomic
def give_mandate(
    appeal: Appeal, file: Accepted, *, by: Actor | Acts, at: datetime, token: str = ""
) -> Appeal:
    """A proxy sends the paper by which they act, or another one in its place.

    The check begins anew: whoever checked the first has not seen the second. The same form again (`token`)
    changes nothing. Raises PermissionDenied, Refused("nothing_to_prove", "too_many_files").
    """
    appeal = lock_appeal(appeal)
    require(can_prove(by, appeal))
    if appeal.is_proven or not appeal.ticket.is_unfinished:
        raise NOTHING_TO_PROVE
    message = person_writes(appeal.ticket, by=by, at=at, text="", attachments=[file], token=token)
    paper = message.attachments.get()
    if paper.pk == appeal.mandate_id:
        return appeal
    call_mandate(appeal, paper)
    record(appeal, "mandate_given", by=by, at=at, attachment=paper.pk)
    return appeal


@transaction.atomic
def check_mandate(appeal: Appeal, *, by: User, at: datetime, paper: str = "") -> Appeal:
    """Say that a proxy's mandate is in order. Two different people must; the second one proves the appeal.

    `paper` is the key of the file that was looked at, where the door knows it.
    Raises PermissionDenied, Refused("other_mandate", "already_proven", "nothing_claimed", "needs_another").
    """
    appeal = _with_mandate(appeal, by=by, paper=paper)
    if not appeal.claimed:
        raise Refused("nothing_claimed", _("Name the decision first that the mandate is about."))
    if appeal.mandate_checked_by_id is None:
        appeal.mandate_checked_by = by
        appeal.save(update_fields=["mandate_checked_by"])
        record(appeal, "mandate_checked", by=by, at=at)
    elif appeal.mandate_checked_by_id == by.pk:
        raise Refused("needs_another", _("Somebody else must check the mandate too. Ask a colleague."))
    else:
        appeal.mandate_confirmed_by = by
        appeal.save(update_fields=["mandate_confirmed_by"])
        record(appeal, "mandate_confirmed", by=by, at=at)
        _show_as_proven(appeal, appeal.claimed, by=by, at=at)
    return appeal


@transaction.atomic
def refuse_mandate(appeal: Appeal, *, by: User, at: datetime, reasons: str, paper: str = "") -> Appeal:
    """Say that a proxy's mandate is not in order, and why: they read it and may send another.

    One person is enough, as nothing is shown or lost by it; a check that somebody made is void with it.
    Raises PermissionDenied, Refused("other_mandate", "already_proven", "case_ended", "no_reasons").
    """
    appeal = _with_mandate(appeal, by=by, paper=paper)
    refuse_ended(appeal.ticket)
    if len(reasons.strip()) < LEAST_REASONS:
        raise Refused(
            "no_reasons", _("Write what is wrong with the mandate; the person reads it."), field="reasons"
        )
    reply(appeal.ticket, by=by, at=at, text=reasons, turn=None, is_question=True)
    record(appeal, "mandate_refused", by=by, at=at, attachment=appeal.mandate_id)
    appeal.mandate, appeal.mandate_checked_by, appeal.mandate_refused_at = None, None, at
    appeal.save(update_fields=["mandate", "mandate_checked_by", "mandate_refused_at"])
    return appeal


def _with_mandate(appeal: Appeal, *, by: User, paper: str) -> Appeal:
    """The appeal, held, whose mandate somebody has looked at: the one that it has now."""
    appeal = lock_appeal(appeal)
    require(can_steer(by, appeal))
    if appeal.is_proven:
        raise Refused("already_proven", _("The mandate has already been accepted by two people."))
    if paper and paper != str(appeal.mandate_id or ""):
        raise Refused("other_mandate", _("Another mandate was sent in the meantime. Look at that one."))
    require(appeal.mandate_id is not None)
    return appeal
