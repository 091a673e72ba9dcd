"""Taking in statements by the hundred thousand: each line is judged and answered for itself.

A stream can be sent again as it is: a statement that is there already is found by its puid and answered
with its uuid, so that what was interrupted goes on where it stopped.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from accounts.models import ApiKey, Platform
from appeals.actions.decisions import Arriving, PuidsTaken, recourse_answer, take_in_statements
from appeals.models import Decision, DecisionKind, DecisionPerson, Intake, Puid
from appeals.statements.check import check_item
from appeals.statements.files import Numbered, Unreadable
from appeals.statements.recourse import check_recourse
from journal.actors import Actor

BATCH = 2000  # statements stored in one transaction

Answer = dict[str, Any]


def take_in_each(
    platform: Platform, raws: Iterable[Numbered], *, by: ApiKey | Actor, at: datetime, intake: Intake
) -> Iterator[Answer]:
    """Store what is complete, batch by batch, and say of each what became of it, in the order it came.

    Every batch is one transaction with one event, so that a stream that breaks off has stored whole batches.
    """
    raws, expect_known = iter(raws), False
    while batch := list(islice(raws, BATCH)):
        judged = [_judge(raw, number) for number, raw in batch]
        refused = intake.refused
        expect_known = _store_new(platform, judged, expect_known, by=by, at=at, intake=intake)
        for answer, arriving in judged:
            if answer["status"] == 422:
                intake.note(answer["errors"])
            elif arriving and arriving.answer and answer["status"] == 201:
                answer["recourse"] = arriving.answer
        if intake.refused > refused:
            intake.save()
        yield from (answer for answer, _ in judged)


def _judge(raw: Any, number: int) -> tuple[Answer, Arriving | None]:
    if isinstance(raw, Unreadable):
        return {"line": number, "status": 422, "errors": {"line": [raw.why]}}, None
    clean, errors = check_item(raw)
    recourse = None
    if not errors and raw.get("recourse") is not None:
        recourse, errors = check_recourse(raw["recourse"])
    if errors:
        return {"line": number, "puid": clean.get("puid"), "status": 422, "errors": errors}, None
    arriving = Arriving(clean, recourse)
    return {"line": number, "puid": clean["puid"], "status": 201, "uuid": str(arriving.id)}, arriving


def _store_new(platform, judged, expect_known, *, by, at, intake) -> bool:
    """Store those that are not there yet. Says whether some were, for then more will be."""
    fresh: dict[str, Arriving] = {}
    repeats = []
    for answer, arriving in judged:
        if arriving and fresh.setdefault(arriving.clean["puid"], arriving) is not arriving:
            repeats.append(answer)
    known: dict[str, Answer] = _known(platform, fresh) if expect_known else {}
    while wanted := [arriving for puid, arriving in fresh.items() if puid not in known]:
        try:
            take_in_statements(platform, wanted, by=by, at=at, intake=intake)
            break
        except PuidsTaken:
            known |= _known(platform, fresh)
    for answer, arriving in judged:
        if arriving and answer["puid"] in known:
            answer |= known[answer["puid"]]
    for answer in repeats:
        answer |= {"status": 200, "uuid": str(fresh[answer["puid"]].id)} | known.get(answer["puid"], {})
    return bool(known)


def _known(platform: Platform, puids: Iterable[str]) -> dict[str, Answer]:
    """What to answer for statements that were taken in before: 200, the uuid, and their recourse."""
    ids = dict(
        Puid.objects.filter(platform=platform, puid__in=list(puids)).values_list("puid", "decision_id")
    )
    persons = DecisionPerson.objects.filter(pk__in=ids.values()).values_list("pk", "reference")
    references = dict(persons)
    decisions = Decision.objects.filter(pk__in=ids.values(), kind=DecisionKind.RESTRICTION)
    windows = dict(decisions.values_list("pk", "appeal_until"))
    answers = {}
    for puid, key in ids.items():
        answers[puid] = {"status": 200, "uuid": str(key)}
        if key in references:
            answers[puid]["recourse"] = recourse_answer(key, references[key], windows.get(key))
    return answers
