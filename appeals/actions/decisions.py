"""Taking in what platforms decided: statements, what is said of the person, and the rule that is cited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from accounts.models import ApiKey, Platform, Scope
from appeals.links import appeal_url
from appeals.models import Decision, DecisionKind, DecisionPerson, Intake, Puid
from appeals.statements.check import NOT_UNIQUE
from appeals.statements.fields import STORED
from appeals.statements.rows import NULL, escaped, line, moment, statement_values
from appeals.window import window_end
from journal.actions import record
from journal.actors import SYSTEM, Actor
from journal.errors import Refused, require
from journal.ids import uuid7
from journal.models import Lane
from journal.outbox import deliver
from journal.references import new_reference
from rulebook.models import RuleVersion

KEPT_AFTER_WINDOW = timedelta(days=30)  # what recourse says of a person
NO_SUCH_RULE = (
    "No version of this rule was in force on the application date. The decision is kept without it."
)
_TRIES = 5  # a reference is random; two alike are rare, five times in a row do not happen

_DECISION = (
    *("id", "kind", "platform_id", "puid", "received_at"),
    *STORED,
    *("rule_version_id", "content_rule_version_id", "informed_at", "appeal_until"),
    *("decided_by", "decided_by_user_id"),
)
_PERSON = (
    *("decision_id", "platform_id", "reference", "user_ref", "language", "contact"),
    *("content_ref", "content_excerpt", "in_force", "empty_at", "emptied_at"),
)
_EFFECT = ("id", "decision_id", "code", "platform_ref", "until", "is_irreversible", "irreversible_why")
_ORDER = ("decision_id", "authority", "country", "legal_basis", "kind", "may_be_told_from")


class PuidsTaken(Refused):
    """This platform has used these identifiers before."""

    def __init__(self, puids: list[str]):
        super().__init__("puid_taken", NOT_UNIQUE)
        self.puids = puids


@dataclass(slots=True)
class Arriving:
    """A statement that was judged complete, on its way into the tables."""

    clean: dict[str, Any]
    recourse: dict[str, Any] | None = None
    id: UUID = field(default_factory=uuid7)
    reference: str = ""
    appeal_until: datetime | None = None
    rule_version: UUID | None = None
    content_rule_version: UUID | None = None
    rule_is_unknown: bool = False

    @property
    def answer(self) -> dict[str, Any] | None:
        """What `recourse` says in the answer, where the request had it."""
        if self.recourse is None:
            return None
        told, errors = recourse_answer(self.id, self.reference, self.appeal_until), self.kept_without
        return told | {"errors": errors} if errors else told

    @property
    def kept_without(self) -> dict[str, list[str]]:
        """What of `recourse` was not kept, by its member, and why. The decision is kept all the same."""
        unknown = self.recourse["unknown"] if self.recourse else {}
        return ({"rule": [NO_SUCH_RULE]} if self.rule_is_unknown else {}) | unknown


def recourse_answer(decision_id: UUID, reference: str, appeal_until: datetime | None) -> dict[str, Any]:
    """The reference, the signed address and the end of the window, for the platform's own notice."""
    until = appeal_until and appeal_until.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"reference": reference, "appeal_url": appeal_url(decision_id), "appeal_until": until}


def may_send(by: ApiKey | Actor, platform: Platform) -> bool:
    """A key of that platform with the scope for it; or the operator's own command on the machine."""
    if isinstance(by, ApiKey):
        return by.platform_id == platform.id and by.may([Scope.STATEMENTS_WRITE])
    return by == SYSTEM


def take_in_statements(
    platform: Platform, arriving: Sequence[Arriving], *, by: ApiKey | Actor, at: datetime, intake: Intake
) -> None:
    """Store judged statements, all or none, with one event for the call.

    Raises PuidsTaken, PermissionDenied. Costs one COPY for each table that has rows, one query where rules
    are cited, and three statements for the intake and its event, however many statements there are.
    """
    require(may_send(by, platform))
    _cite_rules(arriving)
    for statement in arriving:
        informed = (statement.recourse or {}).get("informed_at") or at
        statement.appeal_until = _window_end(informed.date(), informed)
    for tried in range(_TRIES):
        try:
            with transaction.atomic():
                _store(platform, arriving, at)
                _tell_people(arriving, at)
                intake.taken += len(arriving)
                _count_kept_without(arriving, intake)
                intake.save()
                record(
                    intake,
                    "statements_taken",
                    by=by,
                    at=at,
                    platform=platform.id,
                    taken=len(arriving),
                    first=arriving[0].id,
                    last=arriving[-1].id,
                )
            return
        except UniqueViolation as error:
            if error.diag.constraint_name == "one_puid":
                raise PuidsTaken(_taken_among(platform, arriving)) from None
            if tried == _TRIES - 1:
                raise


def _count_kept_without(arriving: Iterable[Arriving], intake: Intake) -> None:
    """For the operator: rules that nobody published, members that nobody knows. Their names are not counted
    apart, for a client that makes them up would fill the figures."""
    for statement in arriving:
        if statement.rule_is_unknown:
            intake.count("recourse.rule")
        if statement.recourse and statement.recourse["unknown"]:
            intake.count("recourse.unknown")


_windows: dict[tuple[date, int], datetime] = {}


def _window_end(day: date, informed_at: datetime) -> datetime:
    """All who were informed on one day (UTC) have the same window; the days of the last calls are kept."""
    key = (day, settings.APPEAL_WINDOW_MONTHS)
    if key not in _windows:
        if len(_windows) > 1000:
            _windows.clear()
        _windows[key] = window_end(informed_at, months=settings.APPEAL_WINDOW_MONTHS)
    return _windows[key]


def _taken_among(platform: Platform, arriving: Iterable[Arriving]) -> list[str]:
    sent = [statement.clean["puid"] for statement in arriving]
    taken = set(Puid.objects.filter(platform=platform, puid__in=sent).values_list("puid", flat=True))
    return [puid for puid in sent if puid in taken]


def _cite_rules(arriving: Iterable[Arriving]) -> None:
    """Find the version of each cited rule on the day it was applied, and on the day of the content."""
    citing = [statement for statement in arriving if (statement.recourse or {}).get("rule")]
    if not citing:
        return
    codes = {statement.recourse["rule"] for statement in citing if statement.recourse}
    versions: dict[str, list[tuple[date, UUID, bool]]] = {}
    found = RuleVersion.objects.filter(rule__code__in=codes).order_by("in_force_on")
    for code, *version in found.values_list("rule__code", "in_force_on", "id", "is_repeal"):
        versions.setdefault(code, []).append(tuple(version))  # type: ignore[arg-type]
    for statement in citing:
        assert statement.recourse  # noqa: S101 - for the reader of types
        of_rule = versions.get(statement.recourse["rule"], [])
        applied = _in_force(of_rule, statement.clean["application_date"])
        before = _in_force(of_rule, statement.clean["content_date"])
        statement.rule_version, statement.rule_is_unknown = applied, applied is None
        statement.content_rule_version = before if before != applied else None


def _in_force(versions: list[tuple[date, UUID, bool]], day: str) -> UUID | None:
    begun = [(key, is_repeal) for on, key, is_repeal in versions if on.isoformat() <= day]
    return begun[-1][0] if begun and not begun[-1][1] else None


def _store(platform: Platform, arriving: Sequence[Arriving], at: datetime) -> None:
    """COPY into the tables. Puids go first and in order: two calls with the same ones never deadlock."""
    of_platform, received = str(platform.id), at.isoformat()
    puids = sorted((statement.clean["puid"], str(statement.id)) for statement in arriving)
    _copy(Puid._meta.db_table, ("platform_id", "puid", "decision_id"), [(of_platform, *row) for row in puids])
    _copy("appeals_decision", _DECISION, (_decision_row(each, of_platform, received) for each in arriving))
    with_person = [statement for statement in arriving if statement.recourse is not None]
    if not with_person:
        return
    for statement in with_person:
        statement.reference = new_reference()
    _copy(DecisionPerson._meta.db_table, _PERSON, (_person_row(each, of_platform) for each in with_person))
    _copy("appeals_effect", _EFFECT, (row for each in with_person for row in _effect_rows(each)))
    _copy("appeals_decisionorder", _ORDER, (_order_row(each) for each in with_person if _order_of(each)))


def _tell_people(arriving: Iterable[Arriving], at: datetime) -> None:
    """Write to those whom the platform left to us to tell; in the slow lane, for there may be many."""
    for statement in arriving:
        recourse = statement.recourse or {}
        if address := recourse.get("user_contact"):
            deliver(
                "decision_made",
                about=Decision(id=statement.id),
                at=at,
                lane=Lane.BULK,
                address=address,
                language=recourse.get("user_language") or "en",
            )


def _copy(table: str, columns: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    text = "".join(map(line, rows))
    if not text:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        copy.write(text)


def _decision_row(arriving: Arriving, platform: str, received: str) -> tuple[str, ...]:
    head = (str(arriving.id), DecisionKind.RESTRICTION.value, platform, arriving.clean["puid"], received)
    return (*head, statement_values(arriving.clean), *_recourse_values(arriving))


def _recourse_values(arriving: Arriving) -> tuple[str, ...]:
    """The columns of a decision that come from `recourse`; most statements have none."""
    until, recourse = moment(arriving.appeal_until), arriving.recourse
    if recourse is None:
        return (NULL, NULL, NULL, until, "", NULL)
    return (
        NULL if arriving.rule_version is None else str(arriving.rule_version),
        NULL if arriving.content_rule_version is None else str(arriving.content_rule_version),
        moment(recourse["informed_at"]),
        until,
        escaped(recourse["decided_by"] or ""),
        NULL,
    )


def _person_row(arriving: Arriving, platform: str) -> tuple[str, ...]:
    recourse = arriving.recourse or {}
    words = ("user_ref", "user_language", "user_contact", "content_ref", "content_excerpt")
    return (
        str(arriving.id),
        platform,
        arriving.reference,
        *(escaped(recourse.get(name) or "") for name in words),
        escaped(orjson.dumps(recourse["in_force"]).decode()),
        moment(arriving.appeal_until and arriving.appeal_until + KEPT_AFTER_WINDOW),
        NULL,
    )


def _effect_rows(arriving: Arriving) -> list[tuple[str, ...]]:
    effects = (arriving.recourse or {}).get("effects") or []
    return [
        (
            str(uuid7()),
            str(arriving.id),
            escaped(effect["kind"]),
            escaped(effect["id"]),
            moment(effect["until"]),
            "t" if effect["irreversible"] else "f",
            escaped(effect["reason"] or ""),
        )
        for effect in effects
    ]


def _order_of(arriving: Arriving) -> dict[str, Any]:
    return (arriving.recourse or {}).get("order") or {}


def _order_row(arriving: Arriving) -> tuple[str, ...]:
    order = _order_of(arriving)
    words = (escaped(order[name] or "") for name in ("authority", "country", "legal_basis", "kind"))
    return (str(arriving.id), *words, moment(order["may_be_told_from"]))
