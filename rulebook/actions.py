"""What is done to the rules in force: they are published, and never edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.actions import record
from journal.actors import SYSTEM, actor_of
from journal.errors import Refused, refusing, require
from rulebook.models import Rule, RuleText, RuleVersion
from rulebook.permissions import can_publish

DAY_TAKEN = Refused(
    "day_taken",
    gettext_lazy("A version of this rule begins on that day already. Choose another day."),
    field="in_force_on",
)


@dataclass(frozen=True)
class Words:
    """A version in one language. Exactly one of a version's languages binds."""

    language: str
    title: str
    text: str
    summary: str = ""
    is_authoritative: bool = False
    translator: str = ""


@transaction.atomic
def publish_rule(
    code: str,
    *,
    by: Any,
    at: datetime,
    in_force_on: date,
    texts: Sequence[Words],
    is_repeal: bool = False,
    place: int = 0,
) -> RuleVersion:
    """Let a rule say this from 00:00 UTC of `in_force_on` on; what it said before keeps its days.

    Nobody is judged by words that were not yet public: a version begins the day after it is published at
    the earliest. Only rules that stood before this house did are brought in with their past (by SYSTEM).
    """
    require(can_publish(by))
    _check(texts)
    if by != SYSTEM and in_force_on <= at.date():
        raise Refused(
            "begins_too_early",
            _("A rule can begin tomorrow at the earliest, so that everybody can know it before it binds."),
            field="in_force_on",
        )
    rule = _rule(code, by=by, at=at, place=place)
    version = _version(rule, by=by, at=at, in_force_on=in_force_on, is_repeal=is_repeal)
    RuleText.objects.bulk_create(RuleText(version=version, created_at=at, **vars(words)) for words in texts)
    record(version, "published", by=by, at=at, rule=rule.code, in_force_on=in_force_on, repeal=is_repeal)
    return version


def _check(texts: Sequence[Words]) -> None:
    languages = [words.language for words in texts]
    if sum(words.is_authoritative for words in texts) != 1 or len(set(languages)) != len(languages):
        raise Refused(
            "one_binding_language",
            _("Give each language once, and say of exactly one that it binds."),
            field="texts",
        )


def _rule(code: str, *, by: Any, at: datetime, place: int) -> Rule:
    """The rule, locked, so that two versions of it are numbered one after the other."""
    # Two editors may give one new code at the same moment: the loser of the insert waits here for the winner.
    rule, is_new = Rule.objects.get_or_create(code=code, defaults={"created_at": at, "place": place})
    if is_new:
        record(rule, "made", by=by, at=at, rule=code)
    return Rule.objects.select_for_update(no_key=True).get(pk=rule.pk)


def _version(rule: Rule, *, by: Any, at: datetime, in_force_on: date, is_repeal: bool) -> RuleVersion:
    number = (rule.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    with refusing("one_version_a_day", DAY_TAKEN):
        return RuleVersion.objects.create(
            rule=rule,
            number=number,
            in_force_on=in_force_on,
            published_at=at,
            is_repeal=is_repeal,
            published_by=actor_of(by).id,
        )
