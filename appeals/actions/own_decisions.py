"""Decisions that our own moderators take: one that replaces another, or one on a notice."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.conf import settings

from accounts.models import Platform, User
from appeals.actions.endings import KEPT_AFTER_WINDOW
from appeals.models import Decision, DecisionKind, DecisionPerson, Puid
from appeals.window import window_end
from journal.actions import record
from journal.ids import uuid7
from journal.references import new_reference
from rulebook.models import RuleVersion

SAME_PERSON = ("user_ref", "language", "contact", "content_ref")
NOT_COLUMNS = {"puid", "content_id", "recourse"}


def make_restriction(
    instead_of: Decision, statement: Mapping[str, Any], *, by: User, at: datetime
) -> Decision:
    """The decision that replaces another, about the same person and content, with a window of its own."""
    person = DecisionPerson.objects.filter(pk=instead_of.pk).first()
    about = {name: getattr(person, name) for name in SAME_PERSON} if person else {}
    return write_decision(instead_of.platform, DecisionKind.RESTRICTION, statement, by=by, at=at, about=about)


def write_decision(
    platform: Platform,
    kind: str,
    statement: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    rule: str = "",
    about: Mapping[str, str] = MappingProxyType({}),
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
    DecisionPerson.objects.create(
        decision=decision,
        platform=platform,
        reference=new_reference(),
        **about,
        empty_at=decision.appeal_until + KEPT_AFTER_WINDOW if decision.appeal_until else None,
    )
    record(decision, "decided", by=by, at=at, platform=platform.pk, kind=kind, category=decision.category)
    return decision
