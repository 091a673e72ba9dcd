"""A notice is decided: no action, or a restriction. Once for all notices of its group."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appeals.actions.groups import DECIDED_ALREADY, hold_group
from appeals.actions.measures import ask_to_restrict
from appeals.actions.own_decisions import write_decision
from appeals.models import Decision, DecisionKind, Ground, Notice, NoticeGroup
from appeals.notifiers import names_of, refuse_names
from appeals.permissions import can_decide_all, can_decide_notice
from helpdesk.actions import answered, lock, move_ticket, tell_person
from helpdesk.models import Status, Ticket
from journal.actions import record
from journal.errors import Refused, refusing, require

TOLD_AFTER = timedelta(seconds=10)

OUT_OF_REACH = Refused(
    "group_out_of_reach",
    gettext_lazy(
        "Others reported the same, in cases that you may not see or must stay out of, and one decision "
        "answers all of them. Hand this case to somebody who may work on all, such as a head."
    ),
)


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
) -> Decision:
    """Decide a notice and every other open one of its group.

    With a `statement` (checked, EU names) it is a restriction, and the platform is asked to carry it
    out; with None it is a decision not to act, with `reasons`. Each notifier is told, in a case of their own.
    Raises PermissionDenied, Refused("decided_already", "group_out_of_reach", "no_reasons", "names_notifier").
    """
    group, notices = _lock(notice)
    mine = next((each for each in notices if each.pk == notice.pk), notice)
    require(can_decide_notice(by, mine))
    lock(mine.ticket, turn=turn)
    if group.decided_at or not mine.ticket.is_unfinished:
        raise DECIDED_ALREADY
    if not can_decide_all(by, [mine, *notices]):
        raise OUT_OF_REACH
    if statement is None and len(reasons.strip()) < 20:
        raise Refused(
            "no_reasons", _("Write the reasons, in words that the person understands."), field="reasons"
        )
    refuse_names(names_of(notices), reasons, statement or {})
    decision = _decision(mine, statement, reasons, rule=rule, by=by, at=at)
    group.decision = decision
    group.decided_at = at
    with refusing("decider_is_not_barred", OUT_OF_REACH):
        group.save(update_fields=["decision", "decided_at"])
    group.open_links.all().delete()
    record(group, "decided", by=by, at=at, decision=decision.pk, notices=len(notices), kind=decision.kind)
    for each in notices:
        _answer(each, decision, by=by, at=at)
    if decision.kind == DecisionKind.RESTRICTION:
        ask_to_restrict(decision, by=by, at=at, ticket=mine.ticket)
    return decision


def _lock(notice: Notice) -> tuple[NoticeGroup, list[Notice]]:
    """The group and its open reports, held until the commit: the group first, then tickets in their order.

    A new report waits for the group, a bar for the tickets; so none slips in between look and decision.
    """
    group, notice = hold_group(notice)
    tickets = Ticket.objects.filter(notice__group=group).order_by("id")
    list(tickets.select_for_update(no_key=True))
    notices = Notice.objects.filter(group=group, acted_at=None).select_related(
        "ticket__queue", "ticket__contact", "platform"
    )
    return group, [each for each in notices if each.ticket.is_unfinished or each.pk == notice.pk]


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
    return write_decision(
        notice.platform, DecisionKind.NO_ACTION, nothing, by=by, at=at, rule=rule or notice.rule_code
    )


def _answer(notice: Notice, decision: Decision, *, by: User, at: datetime) -> None:
    notice.decision = decision
    notice.acted_at = at
    notice.told_at = at + TOLD_AFTER
    if decision.kind == DecisionKind.RESTRICTION:
        illegal = decision.decision_ground == "DECISION_GROUND_ILLEGAL_CONTENT"
        notice.acted_on = Ground.LAW if illegal else Ground.RULES
    notice.save(update_fields=["decision", "acted_at", "told_at", "acted_on"])
    record(
        notice,
        "decided",
        by=by,
        at=at,
        decision=decision.pk,
        kind=decision.kind,
        acted_on=notice.acted_on or None,
    )
    answered(notice.ticket, by=by, at=at)
    tell_person(notice.ticket, at=at, due_at=at + TOLD_AFTER)
    move_ticket(notice.ticket, Status.RESOLVED, by=by, at=at, code="resolved")
