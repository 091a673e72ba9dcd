"""A report is decided once for its link; everybody who reported it is told in a case of their own."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from appeals.actions.groups import file_links
from appeals.actions.notice_decisions import decide_notice
from appeals.models import Decision, Measure, Notice, NoticeGroup
from helpdesk.actions import assign, declare_conflict, mark_spam, take_next
from helpdesk.models import Barred, Contact, QueueKind, Status, Ticket
from journal.models import Delivery
from journal.senders import whole_body
from tests.appeals.test_reviews import REPLACEMENT
from tests.factories import (
    NOON,
    REASONS,
    make_api_key,
    make_case,
    make_decision,
    make_endpoint,
    make_moderator,
    make_platform,
    make_queue,
    make_user,
    refused,
)
from tests.factories import bar as make_bar

pytestmark = pytest.mark.django_db
POST, OTHER = (f"https://platform.example/post/{number}" for number in (1, 2))


@pytest.fixture
def queue():
    return make_queue(kind=QueueKind.NOTICE)


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def platform():
    return make_platform()


@transaction.atomic
def make_notice(queue, platform, *links, **fields):
    """A report that waits in this queue; of one link that all who call this share, where none is given."""
    links = links or (POST,)
    notice = Notice.objects.create(
        ticket=make_case(queue).ticket,
        platform=platform,
        ground="law",
        category="STATEMENT_CATEGORY_VIOLENCE",
        items=len(links),
        language="en",
        received_at=NOON,
        **fields,
    )
    file_links(notice, links, at=NOON)
    return notice


def test_no_action_is_a_decision_with_reasons_that_can_be_appealed(queue, amir, platform):
    [decision] = decide_notice(
        make_notice(queue, platform), by=amir, at=NOON, statement=None, reasons=REASONS
    )
    assert (decision.kind, decision.decision_facts, decision.decided_by_user) == ("no_action", REASONS, amir)
    assert decision.appeal_until > NOON


def test_no_action_needs_reasons(queue, amir, platform):
    with refused("no_reasons"):
        decide_notice(make_notice(queue, platform), by=amir, at=NOON, statement=None, reasons="")


def test_every_report_on_the_link_is_answered_at_once(queue, amir, platform):
    notices = [make_notice(queue, platform) for _ in range(3)]
    decide_notice(notices[0], by=amir, at=NOON, statement=None, reasons=REASONS)
    assert set(Ticket.objects.values_list("status", flat=True)) == {Status.RESOLVED}
    assert Decision.objects.get().reported_links.count() == 3


def test_a_restriction_is_asked_of_the_platform_and_counted_by_its_ground(queue, amir, platform):
    make_endpoint(platform)
    notice = make_notice(queue, platform)
    decide_notice(notice, by=amir, at=NOON, statement=REPLACEMENT, reasons="")
    told = whole_body(Delivery.objects.get(kind="measure.required"))
    assert "/decision/" in told["appeal_url"]
    assert notice.links.get().acted_on == "rules"
    assert list(Measure.objects.values_list("kind", "effect_code")) == [
        ("restrict", "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED")
    ]


def test_the_platform_reads_which_link_each_measure_is_about_and_the_outbox_keeps_none(queue, amir, platform):
    make_endpoint(platform)
    decide_notice(
        make_notice(queue, platform, POST, OTHER), by=amir, at=NOON, statement=REPLACEMENT, reasons=""
    )
    deliveries = Delivery.objects.filter(kind="measure.required")
    assert {whole_body(each)["content"] for each in deliveries} == {POST, OTHER}
    assert not any("platform.example/post" in str(each.body) for each in deliveries)


def test_the_list_of_measures_names_the_link_and_a_confirmation_keeps_none(client, queue, amir, platform):
    decide_notice(make_notice(queue, platform), by=amir, at=NOON, statement=REPLACEMENT, reasons="")
    asks = {"headers": {"Authorization": f"Bearer {make_api_key(platform).shown}"}}
    [listed] = client.get(reverse("appeals_api:measures"), **asks).json()["measures"]
    done = client.post(reverse("appeals_api:confirm_measure", args=[listed["id"]]), **asks)
    assert (listed["content"], done.status_code, "content" in done.json()) == (POST, 200, False)


@pytest.mark.parametrize("said", ["Otto+Olsen", "OTTO%20olsen", "otto%40mail.example"])
def test_a_link_that_names_who_reported_it_is_told_to_no_platform(client, queue, amir, platform, said):
    make_endpoint(platform)
    notice = make_notice(queue, platform, f"{POST}?shared_by={said}")
    Contact.objects.create(ticket=notice.ticket, name="Otto Olsen", address="otto@mail.example")
    decide_notice(notice, by=amir, at=NOON, statement=REPLACEMENT, reasons="")
    asks = {"headers": {"Authorization": f"Bearer {make_api_key(platform).shown}"}}
    [listed] = client.get(reverse("appeals_api:measures"), **asks).json()["measures"]
    assert whole_body(Delivery.objects.get(kind="measure.required"))["content"] is None
    assert listed["content"] is None


def test_a_link_is_decided_once(queue, amir, platform):
    first, second = make_notice(queue, platform), make_notice(queue, platform)
    decide_notice(first, by=amir, at=NOON, statement=None, reasons=REASONS)
    with refused("decided_already"):
        decide_notice(second, by=amir, at=NOON, statement=None, reasons=REASONS)


def test_a_stranger_cannot_decide(queue, platform):
    otto = make_user("Otto", roles=["moderator"])
    with pytest.raises(PermissionDenied):
        decide_notice(make_notice(queue, platform), by=otto, at=NOON, statement=None, reasons=REASONS)


class TestAGroup:
    """One decision answers every case of a group, so whoever takes it must be free to work on each."""

    @pytest.fixture
    def pair(self, queue, platform):
        return make_notice(queue, platform), make_notice(queue, platform)

    @pytest.fixture
    def elsewhere(self, platform):
        """A report on the same link that waits with another team."""
        return make_notice(make_queue(kind=QueueKind.NOTICE), platform)

    def answer(self, notice, by, **more):
        return decide_notice(notice, by=by, at=NOON, statement=None, reasons=REASONS, **more)

    def test_who_does_not_see_one_of_its_cases_decides_none(self, queue, amir, platform, elsewhere):
        with refused("group_out_of_reach"):
            self.answer(make_notice(queue, platform), amir)
        assert not Decision.objects.exists()

    def test_a_head_sees_all_and_decides_all(self, queue, platform, elsewhere):
        self.answer(make_notice(queue, platform), make_user("Lena", roles=["head"]))
        assert Notice.objects.filter(acted_at=NOON).count() == 2

    def test_a_case_out_of_sight_that_has_ended_does_not_hold_it_up(self, queue, amir, platform, elsewhere):
        lead = make_moderator(elsewhere.ticket.queue.team)
        mark_spam(elsewhere.ticket, by=lead, at=NOON, reason="advertising")
        assert self.answer(make_notice(queue, platform), amir)

    def test_a_bar_of_one_report_bars_from_the_others(self, amir, pair):
        declare_conflict(pair[0].ticket, by=amir, at=NOON)
        assert take_next(by=amir, at=NOON) is None
        with pytest.raises(PermissionDenied):
            self.answer(pair[1], amir)

    def test_a_bar_takes_the_other_reports_from_who_has_them(self, amir, pair):
        assign(pair[1].ticket, by=amir, at=NOON, to=amir)
        declare_conflict(pair[0].ticket, by=amir, at=NOON)
        assert Ticket.objects.get(pk=pair[1].ticket_id).assignee is None

    def test_a_bar_holds_for_a_report_that_joins_later(self, queue, amir, platform):
        declare_conflict(make_notice(queue, platform).ticket, by=amir, at=NOON)
        later = make_notice(queue, platform)
        assert Barred.objects.filter(ticket=later.ticket, user=amir).exists()

    def test_a_bar_does_not_reach_another_link(self, queue, amir, platform):
        declare_conflict(make_notice(queue, platform).ticket, by=amir, at=NOON)
        assert self.answer(make_notice(queue, platform, OTHER), amir)

    def test_a_wide_report_carries_a_bar_no_further_than_to_itself(self, queue, amir, platform):
        declare_conflict(make_notice(queue, platform).ticket, by=amir, at=NOON)
        strangers = make_notice(queue, platform, OTHER)
        wide = make_notice(queue, platform, POST, OTHER)
        assert Barred.objects.get(ticket=wide.ticket).why == Barred.Why.TOGETHER
        assert self.answer(strangers, amir)
        assert wide.links.exclude(decision=None).get().link == OTHER

    def test_a_link_in_reach_is_decided_beside_one_out_of_reach(self, queue, amir, platform, elsewhere):
        notice = make_notice(queue, platform, POST, OTHER)
        self.answer(notice, amir, links=[notice.links.get(link=OTHER).pk])
        assert notice.links.get(acted_at=None).link == POST

    def test_the_database_refuses_the_barred_where_the_code_forgets(self, queue, amir, platform):
        make_bar(make_notice(queue, platform).ticket, amir)
        decision = make_decision(platform, decided_by_user=amir)
        with pytest.raises(IntegrityError, match="must stay out"):
            NoticeGroup.objects.update(decision=decision, decided_at=NOON, link_hash=None)

    def test_the_case_page_names_the_others_and_counts_those_out_of_sight(
        self, client, queue, amir, pair, elsewhere
    ):
        client.force_login(amir)
        page = client.get(reverse("console:ticket", args=[pair[0].ticket.reference])).content.decode()
        assert pair[1].ticket.reference in page
        assert elsewhere.ticket.reference not in page
        assert "Reported by 2 others" in page

    def test_the_form_says_who_must_decide_instead(self, client, queue, amir, pair, elsewhere):
        client.force_login(amir)
        page = client.get(reverse("appeals_console:notice", args=[pair[0].pk]))
        assert "Hand this case to somebody who may work on all" in page.content.decode()
