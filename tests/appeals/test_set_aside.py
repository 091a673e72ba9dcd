"""An answer that turns out to be the first decider's own is set aside by a lead; somebody else answers."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from appeals.actions.deciders import map_decider, questioned_reviews
from appeals.actions.measures import confirm_measure
from appeals.actions.reviews import decide, set_aside, undo_review
from appeals.models import AppealDecision, Decision, Measure
from helpdesk.actions import take_next
from helpdesk.models import Status, Ticket
from journal.models import Delivery
from tests.appeals.test_reviews import REPLACEMENT
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_api_key,
    make_appeal,
    make_decision,
    make_endpoint,
    make_moderator,
    refused,
    subject_of,
)

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=1)


@pytest.fixture
def amir():
    return make_moderator(appeals_queue().team)


@pytest.fixture
def lena():
    return make_moderator(appeals_queue().team, "Lena", role="lead")


@pytest.fixture
def review(amir):
    subject = subject_of(make_appeal(make_decision(decided_by="mod-17")))
    return decide(subject, by=amir, at=NOON, outcome="upheld", reasons=REASONS, attested=True)


def map_amir(review, amir, lena):
    map_decider("mod-17", amir, platform=review.subject.decision.platform, by=lena, at=LATER)


def test_the_mapping_brings_the_answer_into_question(review, amir, lena):
    map_amir(review, amir, lena)
    assert questioned_reviews(lena) == [review]


def test_a_lead_sets_it_aside_and_somebody_else_answers(review, amir, lena):
    map_amir(review, amir, lena)
    set_aside(review, by=lena, at=LATER)
    assert Ticket.objects.get().status == Status.NEW
    assert take_next(by=amir, at=LATER) is None
    mira = make_moderator(appeals_queue().team, "Mira")
    assert take_next(by=mira, at=LATER) == Ticket.objects.get()
    decide(subject_again(), by=mira, at=LATER, outcome="overturned", reasons=REASONS, attested=True)
    assert (AppealDecision.objects.get().outcome, questioned_reviews(lena)) == ("overturned", [])


def subject_again():
    return AppealDecision.objects.select_related("appeal__ticket", "decision").get()


def test_an_independent_answer_is_not_set_aside(review, lena):
    with pytest.raises(PermissionDenied):
        set_aside(review, by=lena, at=LATER)


def test_a_moderator_sets_nothing_aside(review, amir, lena):
    map_amir(review, amir, lena)
    with pytest.raises(PermissionDenied):
        set_aside(review, by=make_moderator(appeals_queue().team, "Otto"), at=LATER)


def test_it_stays_while_another_appeal_of_the_decision_is_open(review, amir, lena):
    map_amir(review, amir, lena)
    make_appeal(review.subject.decision, at=LATER)
    with refused("appeal_open"):
        set_aside(review, by=lena, at=LATER)
    review.refresh_from_db()
    assert review.undone_at is None


class TestMeasures:
    """What platforms were asked to do for an answer that is set aside."""

    HIDDEN = "DECISION_VISIBILITY_CONTENT_DISABLED"
    AGED = "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED"

    @pytest.fixture
    def decision(self):
        decision = make_decision(decided_by="mod-17")
        make_endpoint(decision.platform)
        return decision

    @pytest.fixture
    def mira(self):
        return make_moderator(appeals_queue().team, "Mira")

    def answered(self, decision, amir, outcome="overturned", **fields):
        subject = subject_of(make_appeal(decision))
        facts = {"outcome": outcome, "reasons": REASONS, "attested": True, **fields}
        return decide(subject, by=amir, at=NOON, **facts)

    def aside(self, review, amir, lena):
        map_amir(review, amir, lena)
        return set_aside(review, by=lena, at=LATER)

    def again(self, mira, outcome, **fields):
        facts = {"outcome": outcome, "reasons": REASONS, "attested": True, **fields}
        return decide(subject_again(), by=mira, at=LATER, **facts)

    def confirm(self):
        for measure in Measure.objects.unconfirmed():
            confirm_measure(measure, by=make_api_key(measure.platform), at=LATER)

    def asked(self, review):
        return sorted(review.measures.values_list("kind", "effect_code"))

    def test_the_platform_is_told_what_it_need_not_do_any_more(self, decision, amir, lena):
        review = self.answered(decision, amir)
        self.aside(review, amir, lena)
        told = Delivery.objects.get(kind="measure.withdrawn").body
        assert (told["measure"], told["effect"]) == (str(review.measures.get().pk), self.HIDDEN)
        assert told["withdrawn_at"] == LATER.isoformat()

    def test_undone_within_ten_seconds_nothing_was_told_so_nothing_is_taken_back(self, decision, amir):
        undo_review(self.answered(decision, amir), by=amir, at=NOON)
        assert not Delivery.objects.filter(kind__startswith="measure.").exists()

    def test_a_late_confirmation_is_refused_in_words(self, decision, amir, lena):
        review = self.answered(decision, amir)
        self.aside(review, amir, lena)
        with refused("withdrawn"):
            confirm_measure(review.measures.get(), by=make_api_key(decision.platform), at=LATER)

    def test_the_interface_answers_a_late_confirmation_with_409(self, client, decision, amir, lena):
        review = self.answered(decision, amir)
        self.aside(review, amir, lena)
        url = reverse("appeals_api:confirm_measure", args=[review.measures.get().pk])
        key = make_api_key(decision.platform)
        answer = client.post(url, headers={"Authorization": f"Bearer {key.shown}"})
        assert (answer.status_code, answer.json()["title"]) == (409, "withdrawn")

    def test_what_is_done_stays_while_the_case_is_open(self, decision, amir, lena):
        review = self.answered(decision, amir)
        self.confirm()
        self.aside(review, amir, lena)
        assert not Delivery.objects.filter(kind="measure.withdrawn").exists()
        assert not Measure.objects.unconfirmed().exists()

    def test_upheld_after_all_it_is_put_in_force_again(self, decision, amir, lena, mira):
        review = self.answered(decision, amir)
        self.confirm()
        self.aside(review, amir, lena)
        assert self.asked(self.again(mira, "upheld")) == [("restrict", self.HIDDEN)]

    def test_what_ended_meanwhile_is_not_put_in_force_again(self, decision, amir, lena, mira):
        Decision.objects.update(end_date_visibility_restriction=NOON.date())
        review = self.answered(decision, amir)
        self.confirm()
        self.aside(review, amir, lena)
        assert self.asked(self.again(mira, "upheld")) == []

    def test_overturned_again_nothing_is_asked_twice(self, decision, amir, lena, mira):
        review = self.answered(decision, amir)
        self.confirm()
        self.aside(review, amir, lena)
        assert self.asked(self.again(mira, "overturned")) == []

    def test_a_replacement_falls_with_the_answer_that_made_it(self, decision, amir, lena, mira):
        review = self.answered(decision, amir, "modified", replacement=REPLACEMENT)
        self.confirm()
        self.aside(review, amir, lena)
        upheld = self.again(mira, "upheld")
        assert self.asked(upheld) == [("restrict", self.HIDDEN), ("undo", self.AGED)]
        assert upheld.measures.get(kind="undo").decision == review.replacement

    def test_a_replacement_like_the_one_that_fell_keeps_its_effects(self, decision, amir, lena, mira):
        review = self.answered(decision, amir, "modified", replacement=REPLACEMENT)
        self.confirm()
        self.aside(review, amir, lena)
        anew = self.again(mira, "modified", replacement=REPLACEMENT)
        assert ("undo", self.AGED) not in self.asked(anew)

    def test_the_form_says_what_upholding_would_ask_again(self, client, decision, amir, lena, mira):
        review = self.answered(decision, amir)
        self.confirm()
        self.aside(review, amir, lena)
        client.force_login(mira)
        page = client.get(reverse("appeals_console:review", args=[review.subject_id])).content.decode()
        assert "the platform is asked to put it in force again" in page
        assert "Nothing has to be undone" in page
