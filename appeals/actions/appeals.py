"""Filing an appeal, and showing that it is one's own."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appeals import webhooks
from appeals.links import appeal_url
from appeals.models import Appeal, AppealDecision, Decider, Decision, DecisionPerson, Notice, Party
from appeals.permissions import can_map_deciders, can_steer, took_part
from helpdesk.actions import Opened, bar, move_ticket, open_ticket, reply
from helpdesk.models import Attachment, Barred, Priority, Queue, QueueKind, Status, Ticket
from journal.actions import record
from journal.actors import Actor, Acts
from journal.errors import Refused, refusing, require

URGENT_WITHIN = timedelta(days=14)  # an appeal that must be answered before a date so near goes ahead

ALREADY_OPEN = Refused(
    "appeal_open",
    gettext_lazy("This decision is already under appeal. Open that case with its receipt and add to it."),
)


@transaction.atomic
def file_appeal(
    decisions: Sequence[Decision],
    *,
    by: Actor | Acts,
    at: datetime,
    side: str = Party.AFFECTED,
    language: str,
    text: str,
    token: str,
    asks: str = "undo",
    urgent_by: date | None = None,
    urgent_why: str = "",
    contact: Any = None,
    attachments: Iterable[Any] = (),
    is_proven: bool = True,
    mandate: Any = None,
    described: str = "",
    notice: Notice | None = None,
    is_screened: bool = True,
) -> Opened:
    """Open the case of somebody who wants these decisions looked at again.

    `is_proven` says that they came by a signed link; otherwise the decisions are only claimed, nothing of
    them is shown, and the place of an appeal is not taken from their owner. `notice` is the notifier's own.
    The same form sent again opens the same case. Raises Refused("appeal_open").
    """
    opened = open_ticket(
        Queue.objects.get(kind=QueueKind.APPEAL, ended_at=None),
        by=by,
        at=at,
        language=language,
        summary=_summary(decisions),
        text=text,
        category=_category(decisions),
        priority=Priority.HIGH if urgent_by and urgent_by <= (at + URGENT_WITHIN).date() else Priority.NORMAL,
        token=token,
        contact=contact,
        attachments=[*attachments, *([mandate] if mandate else [])],
        is_screened=is_screened,
    )
    if not opened.was_new:
        return opened
    appeal = Appeal.objects.create(
        ticket=opened.ticket,
        side=side,
        filed_at=at,
        asks=asks,
        urgent_by=urgent_by,
        urgent_why=urgent_why,
        is_proven=is_proven,
        proven_at=at if is_proven else None,
        needs_leave=any(_is_late(decision, at) for decision in decisions),
        described=described,
        claimed=[] if is_proven else [decision.pk for decision in decisions],
        mandate=_mandate_of(opened.ticket) if mandate else None,
    )
    record(
        appeal,
        "filed",
        by=by,
        at=at,
        ticket=appeal.ticket_id,
        side=side,
        round=appeal.round,
        proven=is_proven,
        late=appeal.needs_leave,
        decisions=[decision.pk for decision in decisions],
    )
    if is_proven:
        _take_up(appeal, decisions, by=by, at=at, notice=notice)
    return opened


def _is_late(decision: Decision, at: datetime) -> bool:
    return decision.appeal_until is not None and at > decision.appeal_until


def _summary(decisions: Sequence[Decision]) -> str:
    """The line of the queue: codes of what was done, worded when it is shown."""
    return " ".join(code for decision in decisions for code in decision.effect_codes)[:200]


def _category(decisions: Sequence[Decision]) -> str:
    return (decisions[0].category or "") if decisions else ""


def _mandate_of(ticket: Ticket) -> Attachment | None:
    return ticket.attachments.order_by("-id").first()


def article20_of(decision: Decision) -> str:
    """Under which letter of DSA Art. 20(1) the reports count an appeal against it: the gravest effect."""
    kinds = AppealDecision.Article20
    if decision.kind == "no_action":
        return kinds.NO_ACTION
    if decision.decision_account:
        return kinds.ACCOUNT
    if decision.decision_provision:
        return kinds.SERVICE
    return (
        kinds.MONEY if decision.decision_monetary and not decision.decision_visibility else kinds.VISIBILITY
    )


def _take_up(
    appeal: Appeal,
    decisions: Iterable[Decision],
    *,
    by: Actor | Acts,
    at: datetime,
    notice: Notice | None = None,
) -> None:
    """Put the decisions under appeal: their places, their bars, and word to the platforms."""
    for decision in decisions:
        with refusing("one_open_appeal_per_side", ALREADY_OPEN):
            AppealDecision.objects.create(
                appeal=appeal,
                decision=decision,
                side=appeal.side,
                party=notice.pk if notice else decision.pk,
                article20=article20_of(decision),
            )
        _bar_decider(appeal.ticket, decision, by=by, at=at)
        DecisionPerson.objects.filter(pk=decision.pk, emptied_at=None).update(empty_at=None)
        webhooks.tell_platform(
            decision.platform,
            webhooks.APPEAL_FILED,
            {
                "appeal": str(appeal.pk),
                "reference": appeal.ticket.reference,
                "statement": str(decision.pk),
                "side": appeal.side,
                "round": appeal.round,
                "filed_at": at.isoformat(),
            },
            about=appeal,
            at=at,
        )


def _bar_decider(ticket: Ticket, decision: Decision, *, by: Actor | Acts, at: datetime) -> None:
    """Who took the decision must not answer the appeal against it."""
    user = decision.decided_by_user or mapped_decider(decision)
    if user is not None:
        bar(ticket, user, why=Barred.Why.DECIDED, by=by, at=at)


def mapped_decider(decision: Decision) -> User | None:
    if not decision.decided_by:
        return None
    decider = Decider.objects.filter(platform=decision.platform_id, decided_by=decision.decided_by).first()
    return decider.user if decider else None


def lock_appeal(appeal: Appeal) -> Appeal:
    """The appeal with its ticket, locked until the commit: the ticket first, as every action does."""
    Ticket.objects.select_for_update(no_key=True).get(pk=appeal.ticket_id)
    return (
        Appeal.objects.select_for_update(of=("self",), no_key=True).select_related("ticket").get(pk=appeal.pk)
    )


@transaction.atomic
def request_link(appeal: Appeal, *, by: Actor | Acts, at: datetime) -> Appeal:
    """Ask the platform to send a fresh link to the account itself, so that the person can show it is theirs.

    At most once an hour; asking again within it does nothing.
    """
    appeal = lock_appeal(appeal)
    if appeal.is_proven or not appeal.claimed:
        raise Refused("nothing_to_prove", _("This case needs no other link. Load the page again."))
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
                "url": f"{appeal_url(decision.pk)}?case={appeal.ticket.reference}",
            },
            about=appeal,
            at=at,
        )
    return appeal


@transaction.atomic
def prove(appeal: Appeal, *, by: Actor | Acts, at: datetime, decision: Decision | None = None) -> Appeal:
    """The person has come by a link that only the account gets: what was decided may be shown.

    `decision` is the one the link was for; where it is among several claimed, only it is taken up.
    Raises Refused("not_claimed", "appeal_open").
    """
    appeal = lock_appeal(appeal)
    claimed = [decision.pk] if decision else appeal.claimed
    if not set(claimed) <= set(appeal.claimed):
        raise Refused("not_claimed", _("This link belongs to another decision than the one in your case."))
    _show_as_proven(appeal, claimed, by=by, at=at)
    record(appeal, "proven", by=by, at=at, decisions=claimed)
    return appeal


def _show_as_proven(appeal: Appeal, claimed: Sequence[UUID], *, by: Actor | Acts, at: datetime) -> None:
    decisions = list(Decision.objects.filter(pk__in=claimed).select_related("platform", "decided_by_user"))
    _take_up(appeal, decisions, by=by, at=at)
    appeal.is_proven = True
    appeal.proven_at = at
    appeal.claimed = [pk for pk in appeal.claimed if pk not in set(claimed)]
    appeal.needs_leave = appeal.needs_leave or any(_is_late(each, appeal.filed_at) for each in decisions)
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
def check_mandate(appeal: Appeal, *, by: User, at: datetime) -> Appeal:
    """Say that a proxy's mandate is in order. Two different people must; the second one proves the appeal."""
    appeal = lock_appeal(appeal)
    require(can_steer(by, appeal) and appeal.mandate_id is not None)
    if appeal.is_proven:
        raise Refused("already_proven", _("The mandate has already been accepted by two people."))
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
def give_leave(appeal: Appeal, *, by: User, at: datetime) -> Appeal:
    """Let a late appeal be heard."""
    appeal = lock_appeal(appeal)
    require(can_steer(by, appeal))
    if not appeal.needs_leave or appeal.leave_given_at:
        raise Refused("no_leave_needed", _("This appeal needs no leave."))
    appeal.leave_given_at = at
    appeal.save(update_fields=["leave_given_at"])
    record(appeal, "leave_given", by=by, at=at)
    return appeal


@transaction.atomic
def map_decider(
    decided_by: str, user: User, *, platform: Any, by: User, at: datetime
) -> tuple[Decider, list[AppealDecision]]:
    """Say which user a platform's opaque id is. Bars them from open appeals against what they decided.

    Returns also the appeals that they have already reviewed, which they should not have: a lead must act.
    """
    require(can_map_deciders(by))
    decider, _created = Decider.objects.update_or_create(
        platform=platform, decided_by=decided_by, defaults={"user": user, "mapped_by": by, "mapped_at": at}
    )
    record(decider, "mapped", by=by, at=at, user=user.pk)
    subjects = AppealDecision.objects.filter(
        decision__platform=platform, decision__decided_by=decided_by
    ).select_related("appeal__ticket", "decision")
    for subject in subjects.filter(closed_at=None):
        bar(subject.appeal.ticket, user, why=Barred.Why.DECIDED, by=by, at=at)
    wrong = [
        subject
        for subject in subjects.filter(reviews__reviewer=user, reviews__undone_at=None)
        if took_part(user, subject)
    ]
    for subject in wrong:
        record(subject.appeal, "review_questioned", by=by, at=at, decision=subject.decision_id, user=user.pk)
    return decider, wrong


@transaction.atomic
def refuse_leave(appeal: Appeal, *, by: User, at: datetime, reasons: str) -> Appeal:
    """Do not hear a late appeal. It ends without a decision, with reasons that the person reads."""
    appeal = lock_appeal(appeal)
    require(can_steer(by, appeal) and by.has_role("lead", "head"))
    if not appeal.needs_leave or appeal.leave_given_at:
        raise Refused("no_leave_needed", _("This appeal needs no leave."))
    reply(appeal.ticket, by=by, at=at, text=reasons)
    record(appeal, "leave_refused", by=by, at=at)
    omit_rest(appeal, at=at)
    appeal.ticket.refresh_from_db()
    move_ticket(appeal.ticket, Status.RESOLVED, by=by, at=at, code="resolved")
    return appeal


def omit_rest(appeal: Appeal, *, at: datetime) -> None:
    """What has no answer when the case ends is counted as omitted, and its place is free again."""
    appeal.decisions.filter(outcome="").update(outcome=Outcome.OMITTED, decided_at=at, closed_at=at)
