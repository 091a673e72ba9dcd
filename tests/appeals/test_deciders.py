"""Whom a platform's id stands for: said by a lead, held against what waits and what was answered."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from appeals.actions.deciders import AlreadyMapped, map_decider, questioned_reviews
from appeals.actions.reviews import decide
from appeals.models import Decider
from helpdesk.models import Barred
from journal.models import Event
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

LATER = NOON + timedelta(days=1)
DECIDERS = reverse("appeals_console:deciders")


@pytest.fixture
def amir():
    return make_moderator(appeals_queue().team)


@pytest.fixture
def mira():
    return make_moderator(appeals_queue().team, "Mira")


@pytest.fixture
def lena():
    return make_moderator(appeals_queue().team, "Lena", role="lead")


@pytest.fixture
def decision():
    return make_decision(decided_by="mod-17")


@pytest.fixture
def map_to(decision, lena):
    """Lena says whom `mod-17` stands for."""

    def act(user, **more):
        return map_decider("mod-17", user, platform=decision.platform, by=lena, at=LATER, **more)

    return act


class TestAMappingMadeLater:
    def test_bars_from_what_waits(self, decision, amir, map_to):
        opened = make_appeal(decision)
        _decider, wrong = map_to(amir)
        assert wrong == []
        assert Barred.objects.filter(ticket=opened.ticket, user=amir, why="decided").exists()

    def test_finds_and_flags_the_answers_that_they_have_given(self, decision, amir, lena, map_to):
        subject = subject_of(make_appeal(decision))
        review = decide(subject, by=amir, at=NOON, outcome="upheld", reasons=REASONS, attested=True)
        _decider, wrong = map_to(amir)
        assert wrong == [subject]
        assert questioned_reviews(lena) == [review]
        flag = Event.objects.get(code="review_questioned")
        assert (flag.subject_id, flag.values["user"]) == (subject.appeal_id, str(amir.pk))

    def test_leaves_answers_of_others_alone(self, decision, amir, mira, lena, map_to):
        subject = subject_of(make_appeal(decision))
        decide(subject, by=mira, at=NOON, outcome="upheld", reasons=REASONS, attested=True)
        assert map_to(amir)[1] == []
        assert questioned_reviews(lena) == []


class TestAnIdThatIsMapped:
    @pytest.fixture(autouse=True)
    def mapped(self, amir, map_to):
        return map_to(amir)[0]

    def test_is_not_replaced_unseen(self, amir, mira, map_to):
        with pytest.raises(AlreadyMapped) as refusal:
            map_to(mira)
        assert refusal.value.decider.user == amir
        assert Decider.objects.get().user == amir

    def test_is_not_replaced_by_who_saw_somebody_else(self, amir, mira, lena, map_to):
        with pytest.raises(AlreadyMapped):
            map_to(mira, replaces=lena.pk)
        assert Decider.objects.get().user == amir

    def test_is_replaced_knowingly_and_history_keeps_both(self, mapped, amir, mira, map_to):
        map_to(mira, replaces=amir.pk)
        assert Decider.objects.get().user == mira
        first, second = Event.objects.filter(subject_id=mapped.pk).order_by("number")
        assert first.values == {"user": str(amir.pk)}
        assert second.values == {"user": str(mira.pk), "before": str(amir.pk)}

    def test_is_held_against_the_answers_of_who_it_stands_for_now(self, decision, amir, mira, lena, map_to):
        subject = subject_of(make_appeal(decision))
        review = decide(subject, by=mira, at=NOON, outcome="upheld", reasons=REASONS, attested=True)
        assert map_to(mira, replaces=amir.pk)[1] == [subject]
        assert questioned_reviews(lena) == [review]

    def test_mapped_to_the_same_again_is_no_event(self, mapped, amir, map_to):
        map_to(amir)
        assert Event.objects.filter(subject_id=mapped.pk).count() == 1

    def test_the_page_says_whom_it_stands_for_and_asks(self, client, decision, amir, mira, lena):
        client.force_login(lena)
        typed = {"platform": decision.platform_id, "decided_by": "mod-17", "user": mira.pk}
        page = client.post(DECIDERS, typed)
        html = page.content.decode()
        assert page.status_code == 409
        assert "stands for \u2068Amir\u2069 now" in html
        assert f'name="replaces" value="{amir.pk}"' in html
        assert client.post(DECIDERS, typed | {"replaces": amir.pk}).status_code == 302
        assert Decider.objects.get().user == mira


def test_a_moderator_cannot_map_deciders():
    amir = make_moderator(appeals_queue().team)
    with pytest.raises(PermissionDenied):
        map_decider("mod-17", amir, platform=make_decision().platform, by=amir, at=NOON)
