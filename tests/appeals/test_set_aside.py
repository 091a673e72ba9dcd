"""An answer that turns out to be the first decider's own is set aside by a lead; somebody else answers."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from appeals.actions.deciders import map_decider, questioned_reviews
from appeals.actions.reviews import decide, set_aside
from appeals.models import AppealDecision
from helpdesk.actions import take_next
from helpdesk.models import Status, Ticket
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_appeal,
    make_decision,
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
    assert questioned_reviews() == [review]


def test_a_lead_sets_it_aside_and_somebody_else_answers(review, amir, lena):
    map_amir(review, amir, lena)
    set_aside(review, by=lena, at=LATER)
    assert Ticket.objects.get().status == Status.NEW
    assert take_next(by=amir, at=LATER) is None
    mira = make_moderator(appeals_queue().team, "Mira")
    assert take_next(by=mira, at=LATER) == Ticket.objects.get()
    decide(subject_again(), by=mira, at=LATER, outcome="overturned", reasons=REASONS, attested=True)
    assert (AppealDecision.objects.get().outcome, questioned_reviews()) == ("overturned", [])


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
