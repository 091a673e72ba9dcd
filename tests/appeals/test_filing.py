"""Filing an appeal: once for each side, never in the way of the owner, barred to who decided."""

from datetime import timedelta

import pytest

from appeals.actions.filing import AppealLetter, article20_of, file_appeal
from appeals.actions.proofs import check_mandate, prove, request_link
from appeals.desk import same_person
from appeals.models import Appeal, AppealDecision, Party
from helpdesk.actions import NEWCOMER, case_data, take_next, withdraw
from helpdesk.models import Priority
from helpdesk.reading import CasePage
from journal.models import Delivery, Event
from journal.senders import whole_body
from tests.factories import (
    NOON,
    appeals_queue,
    make_appeal,
    make_decision,
    make_endpoint,
    make_moderator,
    person,
    refused,
    subject_of,
)

pytestmark = pytest.mark.django_db


def test_an_appeal_is_a_case_with_its_decision():
    decision = make_decision()
    opened = make_appeal(decision)
    subject = subject_of(opened)
    assert (subject.decision, subject.side, subject.party) == (decision, Party.AFFECTED, decision.pk)
    assert Event.objects.filter(subject_id=subject.appeal_id, code="filed").exists()


def test_the_same_form_sent_again_opens_the_same_case():
    decision = make_decision()
    first = make_appeal(decision, token="a-form-that-was-shown-once")
    again = make_appeal(decision, token="a-form-that-was-shown-once")
    assert (again.ticket, again.receipt, again.was_new) == (first.ticket, first.receipt, False)
    assert Appeal.objects.count() == 1


def test_a_second_open_appeal_of_one_side_is_refused_and_stores_nothing():
    decision = make_decision()
    make_appeal(decision)
    with refused("appeal_open"):
        make_appeal(decision)
    assert Appeal.objects.count() == 1


def test_a_withdrawn_appeal_is_not_said_to_be_answered():
    opened = make_appeal()
    ended = withdraw(opened.ticket, by=person(opened.ticket), at=NOON)
    said = [str(step["title"]) for step in CasePage(ended, at=NOON).steps]
    assert said[-1] == "You took it back."


def test_a_withdrawn_appeal_frees_its_place():
    decision = make_decision()
    first = make_appeal(decision)
    withdraw(first.ticket, by=person(first.ticket), at=NOON)
    make_appeal(decision)
    assert list(AppealDecision.objects.order_by("id").values_list("outcome", flat=True)) == ["omitted", ""]


def test_one_appeal_covers_several_decisions_of_one_person():
    opened = make_appeal(make_decision(), make_decision())
    assert opened.ticket.appeal.decisions.count() == 2


def test_case_against_an_answer_that_did_nothing_says_so_in_the_queue():
    appeal = make_appeal(make_decision(kind="no_action", decision_visibility=[]))
    assert appeal.ticket.headline == "No action on a report"


def test_a_late_appeal_waits_for_leave():
    decision = make_decision(appeal_until=NOON - timedelta(seconds=1))
    assert make_appeal(decision).ticket.appeal.needs_leave


def test_an_appeal_before_a_near_date_goes_ahead():
    opened = make_appeal(urgent_by=(NOON + timedelta(days=3)).date())
    assert opened.ticket.priority == Priority.HIGH


def test_the_platform_is_told_ids_and_no_words():
    decision = make_decision()
    make_endpoint(decision.platform)
    make_appeal(decision, text="My secret words", contact={"address": "rita@example.org"})
    told = Delivery.objects.get(kind="appeal.filed")
    assert told.body["statement"] == str(decision.pk)
    assert "secret" not in str(told.body)
    assert "rita" not in str(told.body)


def test_whoever_decided_cannot_take_the_appeal():
    amir = make_moderator(appeals_queue().team, "Amir")
    lena = make_moderator(appeals_queue().team, "Lena")
    opened = make_appeal(make_decision(decided_by_user=amir))
    assert take_next(by=amir, at=NOON) is None
    assert take_next(by=lena, at=NOON) == opened.ticket


def test_each_effect_counts_under_its_letter_of_article_20():
    assert article20_of(make_decision()) == "a"
    assert article20_of(make_decision(decision_account="DECISION_ACCOUNT_SUSPENDED")) == "c"
    money = make_decision(decision_visibility=[], decision_monetary="DECISION_MONETARY_SUSPENSION")
    assert article20_of(money) == "d"
    assert article20_of(make_decision(kind="no_action")) == "no_action"


class TestWithoutProof:
    """Somebody who names a decision has not shown that it is theirs."""

    @pytest.fixture
    def decision(self):
        return make_decision(person={"user_ref": "u-1"})

    @pytest.fixture
    def claimed(self, decision):
        return make_appeal(decision, is_proven=False)

    def test_a_claim_does_not_take_the_owners_place(self, decision, claimed):
        assert make_appeal(decision).was_new

    def test_a_fresh_link_is_asked_of_the_platform_once_an_hour(self, decision, claimed):
        make_endpoint(decision.platform)
        for minutes in (0, 59, 60):
            request_link(
                claimed.ticket.appeal, by=person(claimed.ticket), at=NOON + timedelta(minutes=minutes)
            )
        told = Delivery.objects.filter(kind="link.requested")
        assert told.count() == 2
        assert f"?case={claimed.ticket.reference}" in whole_body(told[0])["url"]

    def test_the_link_proves_the_claim(self, decision, claimed):
        prove(claimed.ticket.appeal, by=person(claimed.ticket), at=NOON, decision=decision)
        assert subject_of(claimed).decision == decision
        assert Appeal.objects.get().is_proven

    def test_the_link_of_another_decision_proves_nothing(self, claimed):
        with refused("not_claimed"):
            prove(claimed.ticket.appeal, by=person(claimed.ticket), at=NOON, decision=make_decision())

    def test_a_claim_proven_beside_an_open_appeal_is_refused(self, decision, claimed):
        make_appeal(decision)
        with refused("appeal_open"):
            prove(claimed.ticket.appeal, by=person(claimed.ticket), at=NOON, decision=decision)

    def test_the_data_of_a_claim_do_not_say_what_was_decided(self, claimed):
        text = str(case_data(claimed.ticket, at=NOON))
        assert "DECISION_" not in text
        assert "STATEMENT_CATEGORY_" not in text

    def test_a_mandate_proves_nothing_before_a_decision_is_named(self):
        appeals_queue()
        letter = AppealLetter(language="en", text="Mine", token="a" * 30)
        appeal = file_appeal([], letter, by=NEWCOMER, at=NOON, is_proven=False).ticket.appeal
        appeal.mandate = make_mandate(appeal.ticket)
        appeal.save()
        with refused("nothing_claimed"):
            check_mandate(appeal, by=make_moderator(appeal.ticket.queue.team), at=NOON)

    def test_a_mandate_takes_two_people(self, decision, claimed):
        appeal = claimed.ticket.appeal
        appeal.mandate = make_mandate(claimed.ticket)
        appeal.save()
        amir = make_moderator(claimed.ticket.queue.team)
        lena = make_moderator(claimed.ticket.queue.team, "Lena")
        check_mandate(appeal, by=amir, at=NOON)
        with refused("needs_another"):
            check_mandate(appeal, by=amir, at=NOON)
        assert not AppealDecision.objects.exists()
        check_mandate(appeal, by=lena, at=NOON)
        assert subject_of(claimed).decision == decision


def make_mandate(ticket):
    from helpdesk.models import Attachment

    return Attachment.objects.create(
        ticket=ticket,
        side="person",
        purpose="mandate",
        name="mandate.pdf",
        content_type="application/pdf",
        size=3,
        sha256="0" * 64,
        file="cases/x",
        added_at=NOON,
    )


def test_the_two_sides_of_a_decision_are_never_one_person():
    decision = make_decision(person={"user_ref": "u-1"})
    ours, theirs = make_appeal(decision), make_appeal(decision, side="notifier")
    assert not same_person(theirs.ticket, ours.ticket)
    again = make_appeal(make_decision(decision.platform, person={"user_ref": "u-1"}))
    assert same_person(again.ticket, ours.ticket)
