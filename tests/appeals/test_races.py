"""Two at the same moment: the database settles it, and the loser hears so in words."""

import pytest

from appeals.actions.measures import confirm_measure
from appeals.actions.notice_decisions import decide_notice
from appeals.actions.reviews import decide
from appeals.models import AppealDecision, Decision, Measure, Review
from helpdesk.actions import declare_conflict
from helpdesk.models import QueueKind
from journal.models import Event
from tests.appeals.test_notice_decisions import make_notice
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_api_key,
    make_appeal,
    make_decision,
    make_moderator,
    make_platform,
    make_queue,
    subject_of,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_moderators_decide_and_one_answer_stands():
    team = appeals_queue().team
    amir, lena = make_moderator(team), make_moderator(team, "Lena")
    subject = subject_of(make_appeal())

    def answer(by, outcome):
        return lambda: decide(subject, by=by, at=NOON, outcome=outcome, reasons=REASONS, attested=True)

    answers = at_once(answer(amir, "upheld"), answer(lena, "overturned"))
    assert answers.count("decided_already") == 1
    assert Review.objects.filter(undone_at=None).count() == 1


def test_two_tabs_appeal_and_one_case_opens():
    decision = make_decision()
    appeals_queue()
    answers = at_once(lambda: make_appeal(decision), lambda: make_appeal(decision))
    assert answers.count("appeal_open") == 1
    assert AppealDecision.objects.filter(closed_at=None).count() == 1


def test_the_same_form_twice_at_once_is_one_case_and_one_receipt():
    decision = make_decision()
    appeals_queue()

    def send():
        return make_appeal(decision, token="a-form-that-was-shown-once")

    first, second = at_once(send, send)
    assert (first.ticket, first.receipt) == (second.ticket, second.receipt)


def test_two_calls_confirm_a_measure_and_it_is_done_once():
    amir = make_moderator(appeals_queue().team)
    decide(subject_of(make_appeal()), by=amir, at=NOON, outcome="overturned", reasons=REASONS, attested=True)
    measure = Measure.objects.get()
    key = make_api_key(measure.platform)
    at_once(*[lambda: confirm_measure(measure, by=key, at=NOON)] * 3)
    assert Event.objects.filter(subject_id=measure.pk, code="confirmed").count() == 1


def test_a_conflict_declared_while_a_colleague_decides_the_group_locks_nobody_out():
    queue = make_queue(kind=QueueKind.NOTICE)
    amir, lena = make_moderator(queue.team), make_moderator(queue.team, "Lena")
    platform = make_platform()
    notices = [make_notice(queue, platform) for _ in range(3)]
    _, [decision] = at_once(
        lambda: declare_conflict(notices[2].ticket, by=amir, at=NOON),
        lambda: decide_notice(notices[0], by=lena, at=NOON, statement=None, reasons=REASONS),
    )
    assert decision.reported_links.count() == 3


def test_two_moderators_decide_reports_on_one_link_and_one_decision_is_taken():
    queue = make_queue(kind=QueueKind.NOTICE)
    amir, lena = make_moderator(queue.team), make_moderator(queue.team, "Lena")
    platform = make_platform()
    first, second = make_notice(queue, platform), make_notice(queue, platform)

    def answer(notice, by):
        return lambda: decide_notice(notice, by=by, at=NOON, statement=None, reasons=REASONS)

    answers = at_once(answer(first, amir), answer(second, lena))
    assert answers.count("decided_already") == 1
    assert Decision.objects.count() == 1
