"""When a case ends or is erased, words go and counts stay; nothing of a person is kept without a reason."""

from datetime import timedelta

import pytest

from appeals.actions.emptying import empty_people
from appeals.actions.notice_decisions import decide_notice
from appeals.actions.reviews import answer_remit, decide
from appeals.models import Appeal, AppealDecision, DecisionPerson, Notice, Review
from helpdesk.actions import erase_case, mark_spam, purge_due, reopen, reply, resolve, withdraw
from helpdesk.models import QueueKind, Receipt, Ticket
from journal.actors import SYSTEM
from tests.appeals.test_notice_decisions import make_notice
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_appeal,
    make_decision,
    make_moderator,
    make_platform,
    make_queue,
    person,
    refused,
    subject_of,
)

pytestmark = pytest.mark.django_db

RITA = {"user_ref": "u-1", "content_excerpt": "My words"}


@pytest.fixture
def decision():
    decision = make_decision(person=RITA)
    DecisionPerson.objects.update(empty_at=decision.appeal_until + timedelta(days=30))
    return decision


def test_what_was_told_of_a_person_is_emptied_after_the_window(decision):
    assert empty_people(at=decision.appeal_until + timedelta(days=29)) == 0
    assert empty_people(at=decision.appeal_until + timedelta(days=30)) == 1
    row = DecisionPerson.objects.get()
    assert (row.user_ref, row.content_excerpt, bool(row.reference)) == ("", "", True)


def test_an_appeal_keeps_it_while_it_stands(decision):
    make_appeal(decision)
    assert empty_people(at=decision.appeal_until + timedelta(days=365)) == 0


def test_a_withdrawn_appeal_gives_it_back_its_end(decision):
    opened = make_appeal(decision)
    withdraw(opened.ticket, by=person(opened.ticket), at=NOON)
    assert DecisionPerson.objects.get().empty_at == decision.appeal_until + timedelta(days=30)


def test_erasing_an_answered_case_takes_the_reasons_and_leaves_the_count(decision):
    opened = make_appeal(decision, urgent_why="An election")
    subject = subject_of(opened)
    amir = make_moderator(appeals_queue().team)
    decide(subject, by=amir, at=NOON, outcome="upheld", reasons=REASONS, attested=True)
    erase_case(opened.ticket, by=person(opened.ticket), at=NOON + timedelta(days=1))
    assert (Review.objects.get().reasons, Appeal.objects.get().urgent_why) == ("", "")
    assert AppealDecision.objects.get().outcome == "upheld"
    assert DecisionPerson.objects.get().empty_at is not None


def test_erasing_a_report_takes_its_links():
    notice = make_notice(make_queue(kind=QueueKind.NOTICE), make_platform())
    erase_case(notice.ticket, by=person(notice.ticket), at=NOON)
    notice = Notice.objects.get()
    assert (notice.links.count(), notice.items, notice.category) == (0, 1, "STATEMENT_CATEGORY_VIOLENCE")


def test_what_was_told_of_a_person_ends_also_where_they_erased_before_the_platform_answered(decision):
    opened, day = make_appeal(decision), NOON.date() + timedelta(days=7)
    amir = make_moderator(appeals_queue().team)
    review = decide(
        subject_of(opened),
        by=amir,
        at=NOON,
        outcome="remitted",
        reasons=REASONS,
        attested=True,
        remit_until=day,
    )
    erase_case(opened.ticket, by=person(opened.ticket), at=NOON)
    answer_remit(review, None, by=SYSTEM, at=NOON + timedelta(days=8))
    assert DecisionPerson.objects.get().empty_at == decision.appeal_until + timedelta(days=30)


def test_an_appeal_without_a_decision_cannot_be_ended_as_answered(decision):
    opened = make_appeal(decision)
    amir = make_moderator(appeals_queue().team)
    reply(opened.ticket, by=amir, at=NOON, text="We have looked at it.", turn=None)
    with refused("not_decided"):
        resolve(opened.ticket, by=amir, at=NOON)


def test_a_report_without_a_decision_cannot_be_ended_as_answered():
    queue = make_queue(kind=QueueKind.NOTICE)
    notice, amir = make_notice(queue, make_platform()), make_moderator(queue.team)
    reply(notice.ticket, by=amir, at=NOON, text="We have looked at it.", turn=None)
    with refused("not_decided"):
        resolve(notice.ticket, by=amir, at=NOON)


def test_an_appeal_that_was_no_spam_can_be_decided_after_all(decision):
    opened, amir = make_appeal(decision), make_moderator(appeals_queue().team)
    mark_spam(opened.ticket, by=amir, at=NOON, reason="empty")
    reopen(opened.ticket, by=amir, at=NOON)
    subject = subject_of(opened)
    assert (subject.outcome, subject.closed_at, DecisionPerson.objects.get().empty_at) == ("", None, None)
    assert decide(subject, by=amir, at=NOON, outcome="upheld", reasons=REASONS, attested=True)


def test_a_dropped_appeal_is_not_reopened_beside_a_new_one(decision):
    opened, amir = make_appeal(decision), make_moderator(appeals_queue().team)
    mark_spam(opened.ticket, by=amir, at=NOON, reason="empty")
    make_appeal(decision)
    with refused("appeal_open"):
        reopen(opened.ticket, by=amir, at=NOON)


def test_a_report_is_purged_only_when_its_answer_can_no_longer_be_appealed():
    queue = make_queue(kind=QueueKind.NOTICE, keep_for_days=1)
    notice = make_notice(queue, make_platform())
    [decided] = decide_notice(notice, by=make_moderator(queue.team), at=NOON, statement=None, reasons=REASONS)
    assert purge_due(at=decided.appeal_until - timedelta(days=1)) == 0
    assert Receipt.objects.filter(ticket=notice.ticket).exists()
    assert purge_due(at=decided.appeal_until + timedelta(days=2)) == 1


def test_an_appeal_is_purged_only_when_its_round_has_ended(decision):
    opened = make_appeal(decision)
    Ticket.objects.update(purge_at=NOON)
    assert purge_due(at=NOON) == 0
    withdraw(opened.ticket, by=person(opened.ticket), at=NOON)
    assert purge_due(at=opened.ticket.queue.keep_for_days * timedelta(days=1) + NOON) == 1
