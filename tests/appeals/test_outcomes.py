"""Each answer, for each side and each kind of decision: what it asks of the platform, and when it closes."""

from datetime import timedelta
from itertools import product

import pytest

from appeals.actions.reviews import decide
from appeals.models import AppealDecision, Measure
from helpdesk.models import Status, Ticket
from tests.appeals.test_reviews import REPLACEMENT
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_appeal,
    make_decision,
    make_moderator,
    subject_of,
)

pytestmark = pytest.mark.django_db
NEW = "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED"
OLD = "DECISION_VISIBILITY_CONTENT_DISABLED"
MORE = {
    "modified": {"replacement": REPLACEMENT},
    "remitted": {"remit_until": (NOON + timedelta(days=7)).date()},
}
# What each answer asks of the platform where something had been restricted; of no action there is nothing
# to undo, and only another decision asks for something.
ASKED = {
    "upheld": set(),
    "overturned": {("undo", OLD)},
    "modified": {("undo", OLD), ("restrict", NEW)},
    "remitted": set(),
}


@pytest.fixture
def amir():
    return make_moderator(appeals_queue().team)


def answer(subject, by, outcome):
    fields = {"outcome": outcome, "reasons": REASONS, "attested": True, **MORE.get(outcome, {})}
    return decide(subject, by=by, at=NOON, **fields)


@pytest.mark.parametrize(
    ("outcome", "side", "kind"), list(product(ASKED, ("affected", "notifier"), ("restriction", "no_action")))
)
def test_an_answer_asks_for_what_it_says_and_no_more(amir, outcome, side, kind):
    nothing = {"kind": kind, "decision_visibility": []} if kind == "no_action" else {}
    subject = subject_of(make_appeal(make_decision(**nothing), side=side))
    answer(subject, amir, outcome)
    expected = {each for each in ASKED[outcome] if kind == "restriction" or each[0] == "restrict"}
    assert set(Measure.objects.values_list("kind", "effect_code")) == expected
    stored = AppealDecision.objects.get(pk=subject.pk)
    assert (stored.outcome, stored.closed_at is None) == (outcome, outcome == "remitted")
    assert Ticket.objects.get(appeal__decisions=subject).status == Status.RESOLVED


def test_of_two_decisions_one_may_fall_and_one_stand(amir):
    opened = make_appeal(make_decision(), make_decision(decision_account="DECISION_ACCOUNT_SUSPENDED"))
    first, second = opened.ticket.appeal.decisions.order_by("id")
    answer(first, amir, "upheld")
    assert Ticket.objects.get().is_unfinished
    answer(second, amir, "overturned")
    assert Ticket.objects.get().status == Status.RESOLVED
    assert set(Measure.objects.values_list("decision", flat=True)) == {second.decision_id}
