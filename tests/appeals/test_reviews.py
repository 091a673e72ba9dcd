"""Answering an appeal: with reasons, by somebody else, told after ten seconds, undone before."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from appeals.actions.leave import give_leave, refuse_leave
from appeals.actions.measures import confirm_measure, nag
from appeals.actions.reviews import answer_remit, decide, lapsed_remits, undo_review
from appeals.models import AppealDecision, Measure, Review
from appeals.sections import answers
from helpdesk.models import Status, Ticket
from journal.actors import SYSTEM
from journal.models import Delivery, Event
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_api_key,
    make_appeal,
    make_decision,
    make_endpoint,
    make_moderator,
    make_platform,
    make_user,
    refused,
    subject_of,
)

pytestmark = pytest.mark.django_db

HIDDEN = "DECISION_VISIBILITY_CONTENT_DISABLED"
SUSPENDED = "DECISION_ACCOUNT_SUSPENDED"


@pytest.fixture
def amir():
    return make_moderator(appeals_queue().team)


@pytest.fixture
def lena():
    return make_moderator(appeals_queue().team, "Lena", role="lead")


def answer(subject, by, outcome="overturned", *, at=NOON, **fields):
    return decide(
        subject, by=by, at=at, **{"outcome": outcome, "reasons": REASONS, "attested": True, **fields}
    )


def test_an_answer_ends_the_case_with_its_reasons(amir):
    subject = subject_of(make_appeal())
    review = answer(subject, amir, "upheld")
    subject.refresh_from_db()
    assert (subject.outcome, review.reasons) == ("upheld", REASONS)
    assert Ticket.objects.get().status == Status.RESOLVED
    assert not Measure.objects.exists()


def test_reasons_are_always_needed(amir):
    with refused("no_reasons"):
        answer(subject_of(make_appeal()), amir, reasons="No.")


def test_overturning_asks_for_each_effect_to_be_undone(amir):
    subject = subject_of(make_appeal(make_decision(decision_account=SUSPENDED)))
    answer(subject, amir)
    assert set(Measure.objects.values_list("effect_code", flat=True)) == {HIDDEN, SUSPENDED}


def test_nothing_is_told_before_ten_seconds(amir):
    decision = make_decision()
    make_endpoint(decision.platform)
    answer(subject_of(make_appeal(decision)), amir)
    told = Delivery.objects.filter(kind__in=["appeal.decided", "measure.required", "person.notify"])
    assert {delivery.due_at for delivery in told} == {NOON + timedelta(seconds=10)}
    assert told.count() == 3


def test_who_decided_first_cannot_answer_and_is_told_so(lena):
    subject = subject_of(make_appeal(make_decision(decided_by_user=lena)))
    with refused("not_independent"):
        answer(subject, lena)


def test_the_database_refuses_a_reviewer_who_took_part(amir):
    subject = subject_of(make_appeal(make_decision(decided_by_user=amir)))
    with pytest.raises(IntegrityError, match="took part"), transaction.atomic():
        Review.objects.create(
            subject=subject, reviewer=amir, outcome="upheld", reasons=REASONS, decided_at=NOON
        )


def test_an_unknown_decider_must_be_attested(amir):
    with refused("attest"):
        answer(subject_of(make_appeal()), amir, attested=False)


def test_what_a_machine_decided_needs_no_attestation(amir):
    subject = subject_of(make_appeal(make_decision(automated_decision="AUTOMATED_DECISION_FULLY")))
    assert not answer(subject, amir, attested=False).attested


@pytest.mark.parametrize("otto", ["no team", "no factor", "operator", "key"])
def test_others_cannot_answer(otto):
    subject = subject_of(make_appeal())
    by = {
        "no team": lambda: make_user("Otto", roles=["moderator"]),
        "no factor": lambda: make_moderator(appeals_queue().team, "Otto", factor=False),
        "operator": lambda: make_moderator(appeals_queue().team, "Otto", role="operator"),
        "key": lambda: make_api_key(user=make_moderator(appeals_queue().team, "Otto")),
    }[otto]()
    with pytest.raises(PermissionDenied):
        answer(subject, by)


def test_a_stale_form_is_refused(amir):
    subject = subject_of(make_appeal())
    with refused("changed_meanwhile"):
        answer(subject, amir, turn=subject.appeal.ticket.turn - 1)


def test_the_second_of_two_answers_is_refused(amir, lena):
    subject = subject_of(make_appeal())
    answer(subject, amir)
    with refused("decided_already"):
        answer(subject, lena, "upheld")


def test_a_late_appeal_is_answered_only_by_leave(amir):
    subject = subject_of(make_appeal(make_decision(appeal_until=NOON - timedelta(days=1))))
    with refused("needs_leave"):
        answer(subject, amir)
    give_leave(subject.appeal, by=amir, at=NOON)
    assert answer(subject, amir).outcome == "overturned"


def test_a_lead_may_refuse_leave_with_reasons(amir, lena):
    subject = subject_of(make_appeal(make_decision(appeal_until=NOON - timedelta(days=1))))
    with pytest.raises(PermissionDenied):
        refuse_leave(subject.appeal, by=amir, at=NOON, reasons=REASONS)
    refuse_leave(subject.appeal, by=lena, at=NOON, reasons=REASONS)
    assert AppealDecision.objects.get().outcome == "omitted"
    assert Ticket.objects.get().messages.last().text == REASONS


def test_a_case_of_two_decisions_ends_with_the_second_answer(amir):
    opened = make_appeal(make_decision(), make_decision())
    first, second = AppealDecision.objects.select_related("appeal__ticket", "decision")
    answer(first, amir, "upheld")
    assert Ticket.objects.get().is_unfinished
    answer(second, amir)
    opened.ticket.refresh_from_db()
    assert opened.ticket.status == Status.RESOLVED


class TestWhatItLeaves:
    """Only effects that this decision caused and no other standing decision also causes are undone."""

    def arrange(self, **other):
        platform = make_platform()
        rita = {"user_ref": "u-1", "content_ref": "post-1"}
        make_decision(platform, **{"decision_visibility": [], "decision_account": SUSPENDED, **other})
        mine = make_decision(platform, decision_account=SUSPENDED, person=rita)
        return platform, mine

    def test_an_effect_of_another_standing_decision_stays(self, amir):
        platform, mine = self.arrange()
        make_decision(
            platform,
            decision_visibility=[],
            decision_account=SUSPENDED,
            person={"user_ref": "u-1", "content_ref": "post-2"},
        )
        answer(subject_of(make_appeal(mine)), amir)
        assert list(Measure.objects.values_list("effect_code", flat=True)) == [HIDDEN]

    def test_an_effect_on_other_content_is_another_effect(self, amir):
        platform, mine = self.arrange()
        make_decision(platform, person={"user_ref": "u-1", "content_ref": "post-2"})
        answer(subject_of(make_appeal(mine)), amir)
        assert Measure.objects.filter(effect_code=HIDDEN).exists()

    def test_an_ended_effect_keeps_nothing_standing(self, amir):
        platform, mine = self.arrange()
        make_decision(
            platform,
            decision_account=SUSPENDED,
            end_date_account_restriction=NOON.date() - timedelta(days=1),
            person={"user_ref": "u-1", "content_ref": "post-2"},
        )
        answer(subject_of(make_appeal(mine)), amir)
        assert Measure.objects.filter(effect_code=SUSPENDED).exists()

    def test_an_irreversible_effect_is_not_asked_for(self, amir):
        mine = make_decision()
        mine.effects.create(
            code="files_deleted", platform_ref="e-1", is_irreversible=True, irreversible_why="Erased by law."
        )
        answer(subject_of(make_appeal(mine)), amir)
        assert list(Measure.objects.values_list("effect_code", flat=True)) == [HIDDEN]


class TestUndo:
    @pytest.fixture
    def review(self, amir):
        decision = make_decision()
        make_endpoint(decision.platform)
        return answer(subject_of(make_appeal(decision)), amir)

    def test_within_ten_seconds_nobody_is_told(self, amir, review):
        undo_review(review, by=amir, at=NOON + timedelta(seconds=9))
        assert not Delivery.objects.filter(kind__in=["appeal.decided", "measure.required", "person.notify"])
        assert AppealDecision.objects.get().outcome == ""
        assert Ticket.objects.get().status == Status.OPEN
        assert not Measure.objects.unconfirmed().exists()

    def test_after_ten_seconds_it_stands(self, amir, review):
        with refused("too_late"):
            undo_review(review, by=amir, at=NOON + timedelta(seconds=10))

    def test_another_moderator_cannot_undo_it(self, review):
        with pytest.raises(PermissionDenied):
            undo_review(review, by=make_moderator(appeals_queue().team, "Otto"), at=NOON)

    def test_what_was_told_before_and_still_waits_is_told(self, amir, review):
        filed = Delivery.objects.filter(kind="appeal.filed")
        filed.update(made_at=NOON - timedelta(hours=1), due_at=NOON + timedelta(minutes=1))
        undo_review(review, by=amir, at=NOON)
        assert filed.exists()

    def test_a_replacement_that_was_taken_back_keeps_nothing_standing(self, amir):
        subject = subject_of(make_appeal(make_decision(person={"user_ref": "u-1", "content_ref": "post-1"})))
        milder = REPLACEMENT | {"decision_visibility": [HIDDEN]}
        undo_review(answer(subject, amir, "modified", replacement=milder), by=amir, at=NOON)
        answer(subject, amir)
        assert Measure.objects.unconfirmed().get().effect_code == HIDDEN

    def test_it_can_be_decided_anew(self, amir, review):
        undo_review(review, by=amir, at=NOON)
        assert answer(subject_of_review(review), amir, "upheld").outcome == "upheld"


def subject_of_review(review):
    return AppealDecision.objects.select_related("appeal__ticket", "decision").get(pk=review.subject_id)


REPLACEMENT = {
    "decision_visibility": ["DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED"],
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "Rule 4.3",
    "incompatible_content_explanation": "The video may frighten children.",
    "category": "STATEMENT_CATEGORY_VIOLENCE",
    "content_type": ["CONTENT_TYPE_VIDEO"],
    "content_date": NOON.date(),
    "application_date": NOON.date(),
    "decision_facts": "Seen by two people.",
    "source_type": "SOURCE_ARTICLE_16",
    "automated_detection": "No",
    "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
}


def test_modifying_replaces_the_decision_with_one_that_can_be_appealed(amir):
    decision = make_decision(person={"user_ref": "u-1", "content_ref": "post-1"})
    review = answer(subject_of(make_appeal(decision)), amir, "modified", replacement=REPLACEMENT)
    asked = set(Measure.objects.values_list("kind", "effect_code"))
    assert asked == {("undo", HIDDEN), ("restrict", "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED")}
    assert review.replacement.decided_by_user == amir
    assert review.replacement.person.user_ref == "u-1"
    assert review.replacement.appeal_until > NOON + timedelta(days=180)


class TestRemit:
    @pytest.fixture
    def review(self, amir):
        return answer(
            subject_of(make_appeal()), amir, "remitted", remit_until=NOON.date() + timedelta(days=7)
        )

    def test_needs_a_day_ahead(self, amir):
        with refused("remit_date"):
            answer(subject_of(make_appeal()), amir, "remitted", remit_until=NOON.date())

    def test_an_answer_in_time_is_the_new_decision(self, review):
        new = make_decision(
            review.subject.decision.platform, decision_visibility=[], decision_account=SUSPENDED
        )
        answer_remit(review, new, by=platform_of(review), at=NOON + timedelta(days=1))
        assert list(Measure.objects.values_list("effect_code", flat=True)) == [HIDDEN]
        assert AppealDecision.objects.get().closed_at is not None

    def test_no_answer_by_then_counts_as_overturned(self, review):
        assert lapsed_remits(NOON + timedelta(days=7)) == []
        later = NOON + timedelta(days=8)
        [lapsed] = lapsed_remits(later)
        answer_remit(lapsed, None, by=SYSTEM, at=later)
        assert AppealDecision.objects.get().outcome == "overturned"
        assert Measure.objects.get().effect_code == HIDDEN

    def test_an_answer_after_the_day_is_too_late_though_no_clock_has_said_so(self, review):
        late = make_decision(review.subject.decision.platform)
        with refused("too_late"):
            answer_remit(review, late, by=platform_of(review), at=NOON + timedelta(days=8))

    def test_an_answer_on_the_last_day_is_in_time(self, review):
        new = make_decision(review.subject.decision.platform)
        answer_remit(review, new, by=platform_of(review), at=NOON + timedelta(days=7))
        assert AppealDecision.objects.get().outcome == "remitted"

    def test_the_clock_says_nothing_before_the_day_has_passed(self, review):
        with refused("still_awaited"):
            answer_remit(review, None, by=SYSTEM, at=NOON + timedelta(days=7))

    def test_a_second_answer_is_not_awaited(self, review):
        answer_remit(review, None, by=SYSTEM, at=NOON + timedelta(days=8))
        with refused("not_awaited"):
            answer_remit(review, None, by=SYSTEM, at=NOON + timedelta(days=9))

    def test_an_old_statement_is_no_answer(self, review):
        platform, before = review.subject.decision.platform, NOON - timedelta(days=1)
        for old in (review.subject.decision, make_decision(platform, received_at=before)):
            old.received_at = before
            with refused("not_anew"):
                answer_remit(review, old, by=platform_of(review), at=NOON + timedelta(days=1))

    def test_a_decision_about_somebody_else_is_no_answer(self, amir):
        day = NOON.date() + timedelta(days=7)
        rita = make_decision(person={"user_ref": "u-1"})
        review = answer(subject_of(make_appeal(rita)), amir, "remitted", remit_until=day)
        other = make_decision(rita.platform, person={"user_ref": "u-2"})
        with refused("other_person"):
            answer_remit(review, other, by=platform_of(review), at=NOON + timedelta(days=1))

    def test_another_platforms_decision_is_no_answer(self, review):
        with refused("other_platform"):
            answer_remit(review, make_decision(), by=platform_of(review), at=NOON)


def platform_of(review):
    """The platform that must decide anew, as it calls."""
    return make_api_key(review.subject.decision.platform)


class TestMeasures:
    @pytest.fixture
    def measure(self, amir):
        answer(subject_of(make_appeal()), amir)
        return Measure.objects.get()

    def test_the_platform_confirms_once(self, measure):
        key = make_api_key(measure.platform)
        confirm_measure(measure, by=key, at=NOON + timedelta(hours=1))
        again = confirm_measure(measure, by=key, at=NOON + timedelta(hours=2))
        assert again.confirmed_at == NOON + timedelta(hours=1)
        assert Event.objects.filter(subject_id=measure.pk, code="confirmed").count() == 1

    def test_another_platform_cannot_confirm(self, measure):
        with pytest.raises(PermissionDenied):
            confirm_measure(measure, by=make_api_key(), at=NOON)

    def test_what_is_not_confirmed_nags_and_escalates(self, measure, lena):
        for day in range(1, 4):
            nag(measure.pk, at=NOON + timedelta(days=day, minutes=day))
        measure.refresh_from_db()
        assert (measure.nagged, measure.escalated_at is not None) == (3, True)
        assert Delivery.objects.filter(kind="measure_unconfirmed", address=lena.email).count() == 1

    def test_nagging_twice_at_once_asks_once(self, measure):
        at = NOON + timedelta(days=1, minutes=1)
        nag(measure.pk, at=at)
        nag(measure.pk, at=at)
        measure.refresh_from_db()
        assert measure.nagged == 1


def test_a_lapsed_remit_is_told_as_what_it_is(amir):
    opened = make_appeal()
    review = answer(subject_of(opened), amir, "remitted", remit_until=NOON.date() + timedelta(days=7))
    answer_remit(review, None, by=SYSTEM, at=NOON + timedelta(days=8))
    [told] = answers(opened.ticket, None, at=NOON + timedelta(days=9))["reviews"]
    assert "did not decide in time" in str(told["says"])
    assert not told["is_awaited"]


def test_a_notifier_is_not_led_to_the_affected_persons_new_decision(amir):
    opened = make_appeal(side="notifier")
    answer(subject_of(opened), amir, "modified", replacement=REPLACEMENT)
    [told] = answers(opened.ticket, None, at=NOON + timedelta(days=9))["reviews"]
    assert told["new_decision"] == ""
