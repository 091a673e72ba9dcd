"""The console's doors to answers: what is typed reaches the action, what is refused is said."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from appeals.actions.proofs import prove
from appeals.actions.reviews import decide
from appeals.models import Appeal, AppealDecision, Decider, Decision, Measure, Puid, Review
from helpdesk.actions import add_note
from helpdesk.models import QueueKind, Ticket
from tests.appeals.test_notice_decisions import make_notice
from tests.factories import (
    REASONS,
    appeals_queue,
    make_appeal,
    make_decision,
    make_measure,
    make_moderator,
    make_platform,
    make_queue,
    make_user,
    person,
    subject_of,
)

pytestmark = pytest.mark.django_db

REPLACING = {
    "decision_visibility": ["DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED"],
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "ground": "Rule 4.3",
    "explanation": "The video may frighten children.",
    "category": "STATEMENT_CATEGORY_VIOLENCE",
    "content_type": ["CONTENT_TYPE_VIDEO"],
    "content_date": "2026-11-20",
    "decision_facts": "Seen by two people.",
}


@pytest.fixture
def amir(client):
    user = make_moderator(appeals_queue().team)
    client.force_login(user)
    return user


@pytest.fixture
def subject(amir):
    return subject_of(make_appeal(at=now()))


def send(client, subject, **fields):
    typed = {
        "turn": subject.appeal.ticket.turn,
        "outcome": "overturned",
        "reasons": REASONS,
        "attested": "on",
    }
    return client.post(reverse("appeals_console:review", args=[subject.pk]), typed | fields)


def test_the_form_says_what_overturning_leaves(client, subject):
    page = client.get(reverse("appeals_console:review", args=[subject.pk]))
    assert "The platform is asked to undo" in page.content.decode()


def test_an_answer_goes_back_to_the_case(client, subject):
    answer = send(client, subject)
    assert answer.url == reverse("console:ticket", args=[subject.appeal.ticket.reference])
    assert Review.objects.get().outcome == "overturned"


def test_what_was_typed_stays_after_a_refusal(client, subject):
    page = send(client, subject, attested="")
    assert page.status_code == 409
    assert REASONS in page.content.decode()
    assert not Review.objects.exists()


def test_a_stale_form_says_so_and_keeps_the_words(client, subject):
    page = send(client, subject, turn=0)
    assert "has changed since you opened it" in page.content.decode()
    assert REASONS in page.content.decode()


def test_modifying_takes_a_complete_statement(client, subject):
    incomplete = send(client, subject, outcome="modified", **REPLACING | {"explanation": ""})
    assert (incomplete.status_code, Review.objects.count()) == (409, 0)
    assert send(client, subject, outcome="modified", **REPLACING).status_code == 302
    assert Review.objects.get().replacement.incompatible_content_ground == "Rule 4.3"


def test_an_answer_is_taken_back_within_ten_seconds(client, subject):
    send(client, subject)
    client.post(reverse("appeals_console:undo", args=[Review.objects.get().pk]))
    assert AppealDecision.objects.get().outcome == ""


def test_otto_of_another_team_finds_nothing(client, subject):
    client.force_login(make_user("Otto", roles=["moderator"]))
    assert send(client, subject).status_code == 404


def test_a_late_appeal_is_heard_by_a_button(client, amir):
    opened = make_appeal(make_decision(appeal_until=now() - timedelta(days=1)), at=now())
    client.post(reverse("appeals_console:leave", args=[opened.ticket.appeal.pk]), {"give": "1"})
    assert Appeal.objects.get().leave_given_at is not None


@pytest.mark.parametrize(("role", "is_offered"), [("moderator", False), ("lead", True)])
def test_leads_alone_are_offered_to_turn_a_late_appeal_away(client, role, is_offered):
    opened = make_appeal(make_decision(appeal_until=now() - timedelta(days=1)), at=now())
    client.force_login(make_moderator(opened.ticket.queue.team, "Lea", role=role))
    page = client.get(reverse("console:ticket", args=[opened.ticket.reference])).content.decode()
    assert 'name="give"' in page
    assert ('name="refuse"' in page) == is_offered


def test_the_card_says_when_the_decision_was_applied_not_when_we_heard_of_it(client, amir):
    decision = make_decision(application_date=date(2026, 2, 1))
    opened = make_appeal(decision, at=now())
    page = client.get(reverse("console:ticket", args=[opened.ticket.reference])).content.decode()
    assert "<dt>When</dt><dd>1 February 2026</dd>" in page


def test_a_report_is_answered_with_no_action(client):
    queue = make_queue(kind=QueueKind.NOTICE)
    client.force_login(make_moderator(queue.team))
    notice = make_notice(queue, make_platform())
    typed = {"turn": notice.ticket.turn, "action": "no_action", "reasons": REASONS}
    assert client.post(reverse("appeals_console:notice", args=[notice.pk]), typed).status_code == 302
    assert Decision.objects.get().kind == "no_action"


def test_a_report_is_answered_with_a_restriction(client):
    queue = make_queue(kind=QueueKind.NOTICE)
    client.force_login(make_moderator(queue.team))
    notice = make_notice(queue, make_platform())
    typed = {"turn": notice.ticket.turn, "action": "restriction", **REPLACING}
    assert client.post(reverse("appeals_console:notice", args=[notice.pk]), typed).status_code == 302
    assert Measure.objects.get().kind == "restrict"


class TestLeads:
    @pytest.fixture(autouse=True)
    def lena(self, client):
        client.force_login(make_moderator(appeals_queue().team, "Lena", role="lead"))

    def test_map_deciders(self, client):
        amir = make_moderator(appeals_queue().team)
        decision = make_decision(decided_by="mod-17")
        typed = {"platform": decision.platform_id, "decided_by": "mod-17", "user": amir.pk}
        client.post(reverse("appeals_console:deciders"), typed)
        assert Decider.objects.get().user == amir

    def test_answers_that_rest_on_a_word_alone_are_stored_and_counted(self, client):
        amir = make_moderator(appeals_queue().team)
        machine = make_decision(automated_decision="AUTOMATED_DECISION_FULLY")
        for decision in (make_decision(), machine):
            subject = subject_of(make_appeal(decision))
            decide(
                subject, by=amir, at=now(), outcome="upheld", reasons=REASONS, attested=decision != machine
            )
        assert sorted(Review.objects.values_list("attested", flat=True)) == [False, True]
        html = client.get(reverse("appeals_console:deciders")).content.decode()
        assert "2 answers were given; 1 of them rest" in html

    def test_the_list_of_measures_costs_the_same_for_3_and_for_40(self, client, django_assert_num_queries):
        for _ in range(3):
            make_measure()
        page = reverse("appeals_console:measures")
        with CaptureQueriesContext(connection) as few:
            client.get(page)
        for _ in range(37):
            make_measure()
        with django_assert_num_queries(len(few)):
            client.get(page)


class TestTogether:
    """Many like appeals are answered at once, each with an answer of its own."""

    def send(self, client, *tickets, **fields):
        typed = {
            "t": [ticket.reference for ticket in tickets],
            "outcome": "upheld",
            "reasons": REASONS,
            "attested": "on",
        }
        return client.post(reverse("appeals_console:bulk"), typed | fields)

    def test_each_gets_its_own_answer(self, client, amir):
        tickets = [make_appeal(at=now()).ticket for _ in range(3)]
        assert self.send(client, *tickets).status_code == 302
        assert Review.objects.filter(reasons=REASONS).count() == 3

    def test_one_that_must_not_be_answered_stays_with_its_reason(self, client, amir):
        mine = make_appeal(make_decision(decided_by_user=amir), at=now()).ticket
        other = make_appeal(at=now()).ticket
        page = self.send(client, mine, other)
        assert page.status_code == 409
        assert "You took part in this decision" in page.content.decode()
        assert Review.objects.get().subject.appeal.ticket == other

    def test_a_case_out_of_sight_is_not_among_them(self, client, amir):
        ticket = make_appeal(at=now()).ticket
        client.force_login(make_user("Otto", roles=["moderator"]))
        self.send(client, ticket)
        assert not Review.objects.exists()


@pytest.mark.parametrize("by", ["reference", "puid"])
def test_a_moderator_names_the_decision_that_was_described(client, amir, by):
    decision = make_decision(person={"user_ref": "u-1"})
    ticket = make_appeal(decision, is_proven=False).ticket
    Appeal.objects.update(claimed=[])
    Puid.objects.create(platform=decision.platform, puid=decision.puid, decision_id=decision.pk)
    typed = {"reference": decision.person.reference, "puid": decision.puid}[by]
    path = reverse("console:act", args=[ticket.reference, "name-decision"])
    assert client.post(path, {"decision": "nothing-of-ours"}).status_code == 409
    client.post(path, {"decision": typed})
    appeal = Appeal.objects.get()
    assert (appeal.claimed, appeal.is_proven) == ([decision.pk], False)


def test_answer_taken_back_comes_back_into_the_form_and_is_offered_no_more(client, subject):
    send(client, subject, reasons="It was news, I think.")
    review = Review.objects.get()
    client.post(reverse("appeals_console:undo", args=[review.pk]))
    html = client.get(reverse("appeals_console:review", args=[subject.pk])).content.decode()
    assert "It was news, I think." in html
    ticket = client.get(reverse("console:ticket", args=[subject.appeal.ticket.reference]))
    assert "What you decided is told" not in ticket.content.decode()


def test_refused_for_what_is_new_the_same_form_sent_again_is_taken(client, subject, amir):
    stale = subject.appeal.ticket.turn
    add_note(subject.appeal.ticket, by=amir, at=now(), text="Look at the date.")
    answer = send(client, subject, turn=stale)
    assert answer.status_code == 409
    assert "Look at what is new" in answer.content.decode()
    send(client, subject, turn=answer.context["form"]["turn"].value())
    assert Review.objects.get().outcome == "overturned"


@pytest.mark.parametrize("language", ["en", "ru", "fa"])
def test_form_of_a_new_decision_hands_the_browser_days_that_it_understands(client, subject, language):
    Decision.objects.update(content_date=date(2026, 1, 20))
    client.cookies["django_language"] = language
    html = client.get(reverse("appeals_console:review", args=[subject.pk])).content.decode()
    assert re.search(r'name="content_date" value="2026-01-20"', html)


@pytest.mark.parametrize("name", ["measures", "deciders", "bodies", "intake"])
def test_pages_beside_the_queues_keep_the_queues_in_sight(client, name):
    queue = appeals_queue()
    client.force_login(make_moderator(queue.team, "Lena", role="lead"))
    html = client.get(reverse(f"appeals_console:{name}")).content.decode()
    assert reverse("console:queue", args=[queue.slug]) in html
    assert f'href="{reverse(f"appeals_console:{name}")}" aria-current="page"' in html


def test_case_by_description_says_that_it_is_unknown_until_the_decision_is_shown(amir):
    decision = make_decision(person={"user_ref": "u-1"})
    appeal = make_appeal(decision, is_proven=False).ticket.appeal
    Ticket.objects.update(summary="")
    appeal.ticket.refresh_from_db()
    assert "still to be found out" in appeal.ticket.headline
    prove(appeal, by=person(appeal.ticket), at=now(), decision=decision)
    assert Ticket.objects.get().summary == decision.effect_codes[0]
