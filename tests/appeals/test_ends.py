"""A decision that is replaced by the same with another end: the platform hears of the new end."""

from datetime import timedelta

import pytest
from django.urls import reverse

from appeals.actions.deciders import map_decider
from appeals.actions.measures import confirm_measure
from appeals.actions.reviews import decide, set_aside, undo_review
from appeals.models import AppealDecision, Measure
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
    subject_of,
)

pytestmark = pytest.mark.django_db

SUSPENDED = "DECISION_ACCOUNT_SUSPENDED"
LATER = NOON + timedelta(days=1)
MONTH, YEAR = (NOON.date() + timedelta(days=days) for days in (30, 365))


@pytest.fixture
def amir():
    return make_moderator(appeals_queue().team)


def suspended(until, **fields):
    """Rita's account, suspended until a day, or for ever."""
    fields = {"decision_visibility": [], "decided_by": "mod-17", **fields}
    decision = make_decision(decision_account=SUSPENDED, end_date_account_restriction=until, **fields)
    make_endpoint(decision.platform)
    return decision


def answer(subject, by, outcome="modified", *, until=None, at=NOON):
    new = {"decision_visibility": [], "decision_account": SUSPENDED, "end_date_account_restriction": until}
    replacement = REPLACEMENT | new if outcome == "modified" else None
    facts = {"outcome": outcome, "reasons": REASONS, "attested": True, "replacement": replacement}
    return decide(subject, by=by, at=at, **facts)


def asked(review):
    """What each measure asks for, and the end that the platform is told."""
    told = {each.body["measure"]: each.body for each in Delivery.objects.filter(kind="measure.required")}
    return [(each.kind, told[str(each.pk)]["until"]) for each in review.measures.order_by("id")]


@pytest.mark.parametrize(("before", "after"), [(YEAR, MONTH), (MONTH, YEAR), (None, MONTH), (MONTH, None)])
def test_a_new_end_is_asked_of_the_platform_and_nothing_is_lifted(amir, before, after):
    review = answer(subject_of(make_appeal(suspended(before))), amir, until=after)
    assert asked(review) == [("restrict", after.isoformat() if after else None)]
    assert review.measures.get().decision == review.replacement


@pytest.mark.parametrize("end", [MONTH, None])
def test_of_the_same_end_nothing_is_asked(amir, end):
    assert asked(answer(subject_of(make_appeal(suspended(end))), amir, until=end)) == []


def test_what_is_done_for_ever_gets_no_new_end(amir):
    decision = suspended(None)
    decision.effects.create(code=SUSPENDED, platform_ref="e", is_irreversible=True, irreversible_why="Law.")
    assert asked(answer(subject_of(make_appeal(decision)), amir, until=MONTH)) == []


def test_taken_back_within_ten_seconds_the_platform_hears_nothing(amir):
    review = answer(subject_of(make_appeal(suspended(YEAR))), amir, until=MONTH)
    undo_review(review, by=amir, at=NOON)
    assert not Measure.objects.unconfirmed().exists()
    assert not Delivery.objects.filter(kind__startswith="measure.").exists()


def test_the_interface_tells_the_end(client, amir):
    decision = suspended(YEAR)
    answer(subject_of(make_appeal(decision)), amir, until=MONTH)
    key = make_api_key(decision.platform)
    url = reverse("appeals_api:measures")
    [measure] = client.get(url, headers={"Authorization": f"Bearer {key.shown}"}).json()["measures"]
    assert (measure["kind"], measure["until"]) == ("restrict", MONTH.isoformat())


def test_the_person_and_the_staff_read_the_end(client, amir):
    opened = make_appeal(suspended(YEAR))
    answer(subject_of(opened), amir, until=MONTH)
    given = {"reference": opened.ticket.reference, "receipt": opened.receipt}
    case = client.post(reverse("helpdesk:case_login"), given, follow=True).content.decode()
    assert "This lasts until" in case.split("What the platform was asked to do")[1]
    client.force_login(amir)
    for page in (
        reverse("console:ticket", args=[opened.ticket.reference]),
        reverse("appeals_console:measures"),
    ):
        assert "This lasts until" in client.get(page).content.decode()


class TestSetAside:
    """The answer that gave the new end, which the platform has carried out, is set aside; another follows."""

    @pytest.fixture
    def again(self, amir):
        lena = make_moderator(appeals_queue().team, "Lena", role="lead")
        mira = make_moderator(appeals_queue().team, "Mira")

        def answer_again(before, *, until, outcome, then=None):
            review = answer(subject_of(make_appeal(suspended(before))), amir, until=until)
            for measure in Measure.objects.unconfirmed():
                confirm_measure(measure, by=make_api_key(measure.platform), at=NOON)
            map_decider("mod-17", amir, platform=review.subject.decision.platform, by=lena, at=NOON)
            set_aside(review, by=lena, at=NOON)
            subject = AppealDecision.objects.select_related("appeal__ticket", "decision").get()
            return answer(subject, mira, outcome, until=then, at=LATER)

        return answer_again

    def test_upheld_the_old_end_is_asked_for_again(self, again):
        review = again(YEAR, until=MONTH, outcome="upheld")
        assert asked(review) == [("restrict", YEAR.isoformat())]
        assert review.measures.get().decision == review.subject.decision

    def test_upheld_after_its_own_end_it_is_lifted(self, again):
        assert asked(again(NOON.date(), until=YEAR, outcome="upheld")) == [("undo", None)]

    def test_overturned_it_is_lifted_once(self, again):
        assert asked(again(YEAR, until=MONTH, outcome="overturned")) == [("undo", None)]

    def test_modified_to_the_end_that_the_first_decision_had(self, again):
        review = again(YEAR, until=MONTH, outcome="modified", then=YEAR)
        assert asked(review) == [("restrict", YEAR.isoformat())]

    def test_modified_to_the_end_that_is_in_force_nothing_is_asked(self, again):
        assert asked(again(YEAR, until=MONTH, outcome="modified", then=MONTH)) == []
