"""Decisions that our own moderators take: one that replaces another, or one on a notice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import Platform, User
from appeals.models import Decision, DecisionKind, DecisionPerson, Puid
from appeals.window import window_end
from journal.actions import record
from journal.ids import uuid7
from journal.references import new_reference
from rulebook.models import RuleVersion

NOT_COLUMNS = {"puid", "content_id", "recourse"}


def make_restriction(
    instead_of: Decision, statement: Mapping[str, Any], *, by: User, at: datetime
) -> Decision:
    """The decision that replaces another, about the same person and content, with a window of its own."""
    decision = write_decision(instead_of.platform, DecisionKind.RESTRICTION, statement, by=by, at=at)
    person = DecisionPerson.objects.filter(pk=instead_of.pk).first()
    if person is not None:
        DecisionPerson.objects.create(
            decision=decision,
            platform_id=person.platform_id,
            reference=new_reference(),
            user_ref=person.user_ref,
            language=person.language,
            contact=person.contact,
            content_ref=person.content_ref,
        )
    return decision


def write_decision(
    platform: Platform, kind: str, statement: Mapping[str, Any], *, by: User, at: datetime, rule: str = ""
) -> Decision:
    """Write a decision of ours from a checked statement (EU names), deciding person and window included."""
    key = uuid7()
    version = RuleVersion.objects.in_force_on(at.date()).filter(rule__code=rule).first() if rule else None
    decision = Decision.objects.create(
        id=key,
        kind=kind,
        platform=platform,
        puid=f"recourse-{key}",
        received_at=at,
        informed_at=at,
        appeal_until=window_end(at, months=settings.APPEAL_WINDOW_MONTHS),
        decided_by_user=by,
        rule_version=version,
        **{name: value for name, value in statement.items() if name not in NOT_COLUMNS},
    )
    Puid.objects.create(platform=platform, puid=decision.puid, decision_id=decision.pk)
    record(decision, "decided", by=by, at=at, platform=platform.pk, kind=kind, category=decision.category)
    return decision
