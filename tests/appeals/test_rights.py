"""Each action of appeals asks for the right itself, whatever the door before it has looked at."""

import ast
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from appeals.actions.bodies import add_body, change_body, end_body
from appeals.actions.deciders import map_decider
from appeals.actions.filing import AppealLetter, file_appeal
from appeals.actions.leave import give_leave, refuse_leave
from appeals.actions.measures import confirm_measure
from appeals.actions.notices import NoticeLetter, file_notice
from appeals.actions.proofs import check_mandate, name_decision, prove, request_link
from appeals.actions.reviews import answer_remit, decide, undo_review
from appeals.models import Review
from helpdesk.actions import NEWCOMER
from helpdesk.receipts import new_token
from journal.actors import SYSTEM, Actor
from journal.ids import uuid7
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_api_key,
    make_appeal,
    make_body,
    make_decision,
    make_measure,
    make_moderator,
    make_platform,
    make_reported,
    make_user,
    person,
    subject_of,
)

pytestmark = pytest.mark.django_db

ACTIONS = Path(__file__).parents[2] / "appeals" / "actions"
# Pieces that other actions call, which have asked.
PIECES = {
    "take_up", "ask_to_undo", "ask_to_restrict", "ask_to_settle", "withdraw_measures",
    "make_restriction", "write_decision",
}  # fmt: skip


def calls(function):
    return {getattr(node.func, "id", "") for node in ast.walk(function) if isinstance(node, ast.Call)}


def all_calls(function, beside):
    """What it calls, also through functions of its own file."""
    seen, ahead = set(), {function.name}
    while ahead:
        seen |= ahead
        ahead = {each for name in ahead if name in beside for each in calls(beside[name])} - seen
    return seen


def acts():
    """The public functions of the actions that take who acts, with all that they call."""
    found = []
    for path in sorted(ACTIONS.glob("*.py")):
        functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
        beside = {each.name: each for each in functions}
        acting = [each for each in functions if any(arg.arg == "by" for arg in each.args.kwonlyargs)]
        public = [each for each in acting if not each.name.startswith("_")]
        found += [pytest.param(each.name, all_calls(each, beside), id=each.name) for each in public]
    return found


@pytest.mark.parametrize(("name", "called"), acts())
def test_every_action_asks_for_the_right(name, called):
    assert name in PIECES or called & {"require", "take_in_statements"}  # the latter asks


def a_letter(kind=AppealLetter, **fields):
    return kind(language="en", text="Please look again.", token=new_token(), **fields)


@pytest.fixture
def otto():
    """Staff of another team, who sees none of these cases."""
    appeals_queue()
    return make_user("Otto", roles=["moderator"])


@pytest.fixture
def claimed():
    return make_appeal(make_decision(), is_proven=False).ticket.appeal


@pytest.fixture
def remitted():
    amir = make_moderator(appeals_queue().team)
    day = NOON.date().replace(day=30)
    return decide(
        subject_of(make_appeal()), by=amir, at=NOON, outcome="remitted", reasons=REASONS, attested=True,
        remit_until=day,
    )  # fmt: skip


class TestWhoMayAppeal:
    def test_a_stranger_claims_and_does_not_own(self):
        appeals_queue()
        assert file_appeal([make_decision()], a_letter(), by=NEWCOMER, at=NOON, is_proven=False).was_new
        with pytest.raises(PermissionDenied):
            file_appeal([make_decision()], a_letter(), by=NEWCOMER, at=NOON)

    def test_the_link_of_one_decision_owns_no_other(self):
        with pytest.raises(PermissionDenied):
            file_appeal([make_decision()], a_letter(), by=Actor("person", uuid7()), at=NOON)

    def test_neither_staff_nor_the_platform_appeal_for_somebody(self, otto):
        decision = make_decision()
        for by in (otto, make_api_key(decision.platform), SYSTEM):
            with pytest.raises(PermissionDenied):
                file_appeal([decision], a_letter(), by=by, at=NOON)

    def test_a_notifier_appeals_what_their_own_report_led_to(self):
        appeals_queue()
        decision = make_decision()
        notice = make_reported(decision)
        own = {"side": "notifier", "notice": notice, "at": NOON}
        with pytest.raises(PermissionDenied):
            file_appeal([decision], a_letter(), by=NEWCOMER, **own)
        with pytest.raises(PermissionDenied):
            file_appeal([make_decision()], a_letter(), by=person(notice.ticket), **own)
        assert file_appeal([decision], a_letter(), by=person(notice.ticket), **own).was_new


class TestWhoMayReport:
    def send(self, platform, by):
        letter = a_letter(NoticeLetter, links=["https://t.example/1"], category="STATEMENT_CATEGORY_VIOLENCE")
        return file_notice(letter, platform=platform, by=by, at=NOON)

    def test_a_key_reports_on_its_own_platform_alone(self):
        with pytest.raises(PermissionDenied):
            self.send(make_platform(), make_api_key())

    def test_a_key_needs_the_scope(self):
        platform = make_platform()
        with pytest.raises(PermissionDenied):
            self.send(platform, make_api_key(platform, scopes=["measures:read"]))

    def test_staff_report_as_anybody_does_and_not_as_staff(self, otto):
        with pytest.raises(PermissionDenied):
            self.send(make_platform(), otto)


class TestProofs:
    def test_only_the_holder_of_the_receipt_asks_for_a_link(self, claimed, otto):
        for by in (NEWCOMER, otto, SYSTEM, person(make_appeal().ticket)):
            with pytest.raises(PermissionDenied):
                request_link(claimed, by=by, at=NOON)

    def test_only_the_holder_of_the_receipt_proves(self, claimed, otto):
        [decision] = claimed.claimed
        for by in (Actor("person", decision), otto, SYSTEM):
            with pytest.raises(PermissionDenied):
                prove(claimed, by=by, at=NOON, decision=make_decision())

    def test_who_does_not_see_the_case_checks_and_names_nothing(self, claimed, otto):
        with pytest.raises(PermissionDenied):
            check_mandate(claimed, by=otto, at=NOON)
        with pytest.raises(PermissionDenied):
            name_decision(claimed, make_decision(), by=otto, at=NOON)


class TestRemits:
    def test_another_platform_does_not_answer(self, remitted):
        with pytest.raises(PermissionDenied):
            answer_remit(remitted, make_decision(), by=make_api_key(), at=NOON)

    def test_a_key_without_the_scope_does_not_answer(self, remitted):
        platform = remitted.subject.decision.platform
        key = make_api_key(platform, scopes=["measures:read"])
        with pytest.raises(PermissionDenied):
            answer_remit(remitted, make_decision(platform), by=key, at=NOON)

    def test_staff_do_not_decide_for_the_platform_nor_say_that_it_is_late(self, remitted, otto):
        for answer in (make_decision(remitted.subject.decision.platform), None):
            with pytest.raises(PermissionDenied):
                answer_remit(remitted, answer, by=otto, at=NOON)

    def test_the_platform_does_not_say_that_it_is_late(self, remitted):
        with pytest.raises(PermissionDenied):
            answer_remit(remitted, None, by=make_api_key(remitted.subject.decision.platform), at=NOON)


class TestStaffOfAnotherTeam:
    def test_decide_nothing(self, otto):
        with pytest.raises(PermissionDenied):
            decide(subject_of(make_appeal()), by=otto, at=NOON, outcome="upheld", reasons=REASONS)

    def test_take_nothing_back(self, remitted, otto):
        with pytest.raises(PermissionDenied):
            undo_review(remitted, by=otto, at=NOON)
        assert Review.objects.get().undone_at is None

    def test_give_and_refuse_no_leave(self, otto):
        late = make_appeal(make_decision(appeal_until=NOON), at=NOON.replace(hour=13)).ticket.appeal
        with pytest.raises(PermissionDenied):
            give_leave(late, by=otto, at=NOON)
        with pytest.raises(PermissionDenied):
            refuse_leave(late, by=otto, at=NOON, reasons=REASONS)

    def test_confirm_no_measure(self, otto):
        with pytest.raises(PermissionDenied):
            confirm_measure(make_measure(), by=otto, at=NOON)


def test_a_moderator_changes_neither_deciders_nor_bodies(otto):
    body = make_body()
    with pytest.raises(PermissionDenied):
        map_decider("mod-1", otto, platform=make_platform(), by=otto, at=NOON)
    with pytest.raises(PermissionDenied):
        add_body(by=otto, at=NOON, name="Mine", country="DE", url="https://mine.example")
    with pytest.raises(PermissionDenied):
        change_body(body, by=otto, at=NOON, name="Mine")
    with pytest.raises(PermissionDenied):
        end_body(body, by=otto, at=NOON)
