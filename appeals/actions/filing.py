"""Filing an appeal, and putting the decisions under it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy

from accounts.models import User
from appeals import webhooks
from appeals.finding import words_of
from appeals.models import Appeal, AppealDecision, Decider, Decision, Notice, Party
from appeals.outcomes import notifier_until
from appeals.permissions import can_appeal
from helpdesk.access import person_of
from helpdesk.actions import Letter, Opened, bar, entry, lock, open_within
from helpdesk.attachments import Accepted
from helpdesk.models import Attachment, Barred, Priority, QueueKind, Ticket
from journal.actions import event_of
from journal.actors import Actor, Acts, actor_of
from journal.errors import Refused, refusing, require
from journal.models import Event
from journal.together import Change, Each, write_together

URGENT_WITHIN = timedelta(days=14)  # an appeal that must be answered before a date so near goes ahead

KEEP = """
UPDATE appeals_decisionperson SET empty_at = NULL WHERE decision_id = %s AND emptied_at IS NULL
"""
ALREADY_OPEN = Refused(
    "appeal_open",
    gettext_lazy("This decision is already under appeal. Open that case with its receipt and add to it."),
)


@dataclass(frozen=True, kw_only=True)
class AppealLetter(Letter):
    """What somebody sends who wants another decision.

    `described` says in their words which decision, where they cannot name it; `mandate` holds the one file
    that lets them write for somebody else, or nothing.
    """

    asks: str = "undo"
    urgent_by: date | None = None
    urgent_why: str = ""
    late_why: str = ""
    described: str = ""
    mandate: Sequence[Accepted] = ()

    def priority(self, at: datetime) -> int:
        is_soon = self.urgent_by is not None and self.urgent_by <= (at + URGENT_WITHIN).date()
        return Priority.HIGH if is_soon else Priority.NORMAL


@transaction.atomic
def file_appeal(
    decisions: Sequence[Decision],
    letter: AppealLetter,
    *,
    by: Actor | Acts,
    at: datetime,
    side: str = Party.AFFECTED,
    is_proven: bool = True,
    notice: Notice | None = None,
) -> Opened:
    """Open the case of somebody who wants these decisions looked at again.

    `is_proven` says that they came by a signed link; otherwise the decisions are only claimed, nothing of
    them is shown, and the place of an appeal is not taken from their owner. `notice` is the notifier's own.
    The same form sent again opens the same case. Raises PermissionDenied, Refused("appeal_open").
    """
    require(can_appeal(by, decisions, side=side, is_proven=is_proven, notice=notice))

    def record(ticket: Ticket) -> Iterator[Model | Change | Each]:
        appeal = _appeal(ticket, decisions, letter, side=side, is_proven=is_proven, notice=notice)
        yield appeal
        yield _filed(appeal, decisions, by=_who(by, ticket))
        if is_proven:
            yield from _places(appeal, decisions, at=at, notice=notice)

    with refusing("one_open_appeal_per_side", ALREADY_OPEN, savepoint=False):
        opened = open_within(
            entry(QueueKind.APPEAL, at=at),
            replace(letter, attachments=[*letter.attachments, *letter.mandate]),
            by=by,
            at=at,
            summary=summary_of(decisions),
            category=_category(decisions),
            priority=letter.priority(at),
            found_by=words_of(decisions) if is_proven else (),
            beside=record,
        )
    if opened.was_new:
        _after_filing(opened.ticket.appeal, decisions, letter, by=_who(by, opened.ticket), at=at)
    return opened


def _who(by: Actor | Acts, ticket: Ticket) -> Actor | Acts:
    """Somebody who writes in for the first time is from now on the person of this case."""
    return person_of(ticket) if actor_of(by).kind == "person" else by


def _after_filing(
    appeal: Appeal, decisions: Sequence[Decision], letter: AppealLetter, *, by: Actor | Acts, at: datetime
) -> None:
    if letter.mandate and (last := appeal.ticket.attachments.order_by("-id").first()):
        call_mandate(appeal, last)  # the last of the files that came with it
    for decision in decisions:  # also while it is only claimed: they would name it, or check a mandate
        _bar_decider(appeal.ticket, decision, by=by, at=at)


def call_mandate(appeal: Appeal, paper: Attachment) -> None:
    """This file of the case is the mandate from now on; nobody has checked it yet."""
    paper.purpose = "mandate"
    paper.save(update_fields=["purpose"])
    appeal.mandate, appeal.mandate_checked_by, appeal.mandate_refused_at = paper, None, None
    appeal.save(update_fields=["mandate", "mandate_checked_by", "mandate_refused_at"])


def _appeal(
    ticket: Ticket,
    decisions: Sequence[Decision],
    letter: AppealLetter,
    *,
    side: str,
    is_proven: bool,
    notice: Notice | None,
) -> Appeal:
    at = ticket.opened_at
    return Appeal(
        ticket=ticket,
        side=side,
        filed_at=at,
        asks=letter.asks,
        urgent_by=letter.urgent_by,
        urgent_why=letter.urgent_why,
        late_why=letter.late_why,
        is_proven=is_proven,
        proven_at=at if is_proven else None,
        needs_leave=any(is_late(decision, at, notice=notice) for decision in decisions),
        described=letter.described,
        claimed=[] if is_proven else [decision.pk for decision in decisions],
    )


def _filed(appeal: Appeal, decisions: Sequence[Decision], *, by: Actor | Acts) -> Event:
    return event_of(
        appeal,
        "filed",
        by=by,
        at=appeal.filed_at,
        ticket=appeal.ticket_id,
        side=appeal.side,
        round=appeal.round,
        proven=appeal.is_proven,
        late=appeal.needs_leave,
        decisions=[decision.pk for decision in decisions],
    )


def is_late(decision: Decision, at: datetime, *, notice: Notice | None = None) -> bool:
    """Whether the window has closed: for a notifier not before they were told of all their links."""
    if notice is not None:
        return notice.told_at is not None and at > notifier_until(decision, notice)
    return decision.appeal_until is not None and at > decision.appeal_until


def summary_of(decisions: Sequence[Decision]) -> str:
    """The line of the queue: codes of what was done, or that nothing was; worded when it is shown."""
    done = [code for each in decisions for code in each.effect_codes or [each.kind]]
    return " ".join(done)[:200]


def _category(decisions: Sequence[Decision]) -> str:
    return (decisions[0].category or "") if decisions else ""


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


def take_up(appeal: Appeal, decisions: Sequence[Decision], *, by: Actor | Acts, at: datetime) -> None:
    """Put decisions that were only claimed under appeal: their places, their bars, word to the platforms."""
    with refusing("one_open_appeal_per_side", ALREADY_OPEN, savepoint=False):
        write_together(*_places(appeal, decisions, at=at))
    for decision in decisions:
        _bar_decider(appeal.ticket, decision, by=by, at=at)


def _places(
    appeal: Appeal, decisions: Iterable[Decision], *, at: datetime, notice: Notice | None = None
) -> Iterator[Model | Change | Each]:
    """The decisions' places under appeal; what is said of their persons stays; their platforms are told."""
    for decision in decisions:
        place = AppealDecision(
            appeal=appeal,
            decision=decision,
            side=appeal.side,
            party=notice.pk if notice else decision.pk,
            article20=article20_of(decision),
        )
        yield place
        yield Change(KEEP, (decision.pk,))
        yield _words_to_platform(place, at=at)


def _words_to_platform(place: AppealDecision, *, at: datetime) -> Each:
    appeal = place.appeal
    said = {
        "appeal": str(appeal.pk),
        "reference": appeal.ticket.reference,
        "statement": str(place.decision_id),
        "side": appeal.side,
        "round": appeal.round,
        "filed_at": at.isoformat(),
    }
    platform_id = place.decision.platform_id
    return webhooks.deliveries_to(platform_id, webhooks.APPEAL_FILED, said, about=appeal, at=at)


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


def lock_appeal(appeal: Appeal, *, turn: int | None = None) -> Appeal:
    """The appeal with its ticket, locked until the commit: the ticket first, as every action does."""
    lock(appeal.ticket, turn=turn)
    return (
        Appeal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("ticket__queue")
        .get(pk=appeal.pk)
    )
