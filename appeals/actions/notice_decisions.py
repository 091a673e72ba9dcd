"""The links of a notice are decided: no action, or a restriction. Once for everybody who reported them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appeals.actions.measures import ask_to_restrict
from appeals.actions.own_decisions import write_decision
from appeals.models import Decision, DecisionKind, Ground, Notice, NoticeGroup, ReportedLink
from appeals.notifiers import names_of, refuse_links, refuse_names
from appeals.outcomes import TOLD_AFTER
from appeals.permissions import can_decide_notice, out_of_reach
from helpdesk.actions import answered, lock, move_ticket, tell_person
from helpdesk.actions.tickets import note_event
from helpdesk.models import Status, Ticket
from journal.actions import record
from journal.errors import Refused, refusing, require

DECIDED_ALREADY = Refused(
    "decided_already", gettext_lazy("Somebody has decided this in the meantime. Load the page again.")
)
OUT_OF_REACH = Refused(
    "group_out_of_reach",
    gettext_lazy(
        "Others reported the same, in cases that you may not see or must stay out of, and one decision "
        "answers all of them. Hand this case to somebody who may work on all, such as a head."
    ),
)


@dataclass(frozen=True)
class Held:
    """The links that are decided now, everybody's open reports of them, held until the commit."""

    mine: Notice
    groups: Sequence[NoticeGroup]
    reported: Sequence[ReportedLink]

    @property
    def notices(self) -> list[Notice]:
        return list({each.notice_id: each.notice for each in self.reported}.values())


@transaction.atomic
def decide_notice(
    notice: Notice,
    *,
    by: User,
    at: datetime,
    statement: Mapping[str, Any] | None,
    reasons: str,
    rule: str = "",
    turn: int | None = None,
    links: Collection[UUID] | None = None,
) -> list[Decision]:
    """Decide links of a notice (keys of its `links`; None: all that are open) in the same words.

    With a `statement` (checked, EU names) it is a restriction, and the platform is asked to carry it
    out; with None it is a decision not to act, with `reasons`. Each link gets a decision of its own: it may
    be another account's, with a window and an appeal of its own. It answers the link in every open notice.
    A notifier is told when all their links are answered, in a case of their own.
    Raises PermissionDenied, Refused("decided_already", "changed_meanwhile", "group_out_of_reach", "no_links",
    "no_reasons", "names_notifier", "names_link").
    """
    held = _hold(notice, links, turn=turn)
    require(can_decide_notice(by, held.mine))
    _refuse(held, by=by, reasons=reasons, statement=statement)
    decisions = []
    for group in held.groups:
        decision = _decision(held.mine, statement, reasons, rule=rule, by=by, at=at)
        _close(group, decision, held, by=by, at=at)
        decisions.append(decision)
    for each in held.notices:
        _answer(each, held, by=by, at=at)
    if statement is not None:
        for decision in decisions:
            ask_to_restrict(decision, by=by, at=at, ticket=held.mine.ticket)
    return decisions


def _hold(notice: Notice, links: Collection[UUID] | None, *, turn: int | None) -> Held:
    """Groups first, in the order of their links, then tickets in the order of their keys.

    A new report waits for the group, a bar for the tickets; so none slips in between look and decision.
    """
    wanted = ReportedLink.objects.filter(notice=notice, acted_at=None)
    keys = set((wanted if links is None else wanted.filter(pk__in=links)).values_list("group", flat=True))
    if links is not None and not links:
        raise Refused("no_links", _("Tick at least one link."), field="links")
    found = NoticeGroup.objects.filter(pk__in=keys, decided_at=None).order_by("link_hash")
    groups = list(found.select_for_update(no_key=True))
    if not groups or len(groups) != len(keys if links is None else set(links)):
        lock(notice.ticket, turn=turn)  # a form from before hears first that the case has changed
        raise DECIDED_ALREADY
    tickets = Ticket.objects.filter(pk__in=Ticket.objects.filter(notice__links__group__in=keys)).order_by(
        "id"
    )
    list(tickets.select_for_update(no_key=True))
    lock(notice.ticket, turn=turn)
    open_ones = ReportedLink.objects.filter(group__in=keys, acted_at=None).select_related(
        "notice__ticket__queue", "notice__ticket__contact", "notice__platform"
    )
    reported = [each for each in open_ones if each.notice.ticket.is_unfinished]
    mine = next((each.notice for each in reported if each.notice_id == notice.pk), None)
    if mine is None:
        raise DECIDED_ALREADY
    return Held(mine, groups, reported)


def _refuse(held: Held, *, by: User, reasons: str, statement: Mapping[str, Any] | None) -> None:
    if out_of_reach(by, {group.pk for group in held.groups}):
        raise OUT_OF_REACH
    if statement is None and len(reasons.strip()) < 20:
        raise Refused(
            "no_reasons", _("Write the reasons, in words that the person understands."), field="reasons"
        )
    refuse_names(names_of(held.notices), reasons, statement or {})
    refuse_links(held.reported, reasons, statement or {})


def _close(group: NoticeGroup, decision: Decision, held: Held, *, by: User, at: datetime) -> None:
    """Let the decision answer the link of this group wherever it was reported."""
    group.decision, group.decided_at, group.link_hash = decision, at, None
    with refusing("decider_is_not_barred", OUT_OF_REACH):
        group.save(update_fields=["decision", "decided_at", "link_hash"])
    answered_now = [each.pk for each in held.reported if each.group_id == group.pk]
    ReportedLink.objects.filter(pk__in=answered_now).update(
        decision=decision, acted_at=at, acted_on=_acted_on(decision)
    )
    record(
        group, "decided", by=by, at=at, decision=decision.pk, notices=len(answered_now), kind=decision.kind
    )


def _acted_on(decision: Decision) -> str:
    if decision.kind != DecisionKind.RESTRICTION:
        return ""
    illegal = decision.decision_ground == "DECISION_GROUND_ILLEGAL_CONTENT"
    return Ground.LAW if illegal else Ground.RULES


def _decision(
    notice: Notice, statement: Mapping[str, Any] | None, reasons: str, *, rule: str, by: User, at: datetime
) -> Decision:
    if statement is not None:
        return write_decision(notice.platform, DecisionKind.RESTRICTION, statement, by=by, at=at, rule=rule)
    nothing = {
        "category": notice.category,
        "category_specification": [notice.keyword] if notice.keyword else [],
        "decision_facts": reasons,
        "application_date": at.date(),
        "source_type": "SOURCE_TRUSTED_FLAGGER" if notice.trusted_flagger else "SOURCE_ARTICLE_16",
        "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    }
    return write_decision(notice.platform, DecisionKind.NO_ACTION, nothing, by=by, at=at, rule=rule)


def _answer(notice: Notice, held: Held, *, by: User, at: datetime) -> None:
    """Tell the notifier once all their links are answered; till then the case goes on."""
    left = notice.links.filter(acted_at=None).count()
    decisions = [group.decision_id for group in held.groups if _is_of(notice, group, held)]
    record(notice, "decided", by=by, at=at, decisions=decisions, left=left)
    if left:
        note_event(notice.ticket, "links_decided", by=by, at=at, decided=len(decisions), left=left)
        return
    notice.acted_at = at
    notice.told_at = at + TOLD_AFTER
    notice.save(update_fields=["acted_at", "told_at"])
    answered(notice.ticket, by=by, at=at)
    tell_person(notice.ticket, at=at, due_at=at + TOLD_AFTER)
    move_ticket(notice.ticket, Status.RESOLVED, by=by, at=at, code="resolved")


def _is_of(notice: Notice, group: NoticeGroup, held: Held) -> bool:
    return any(each.notice_id == notice.pk and each.group_id == group.pk for each in held.reported)
