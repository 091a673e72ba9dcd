"""Reports that share a link are decided together, unless a moderator takes one out."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from appeals.actions.groups import take_out
from appeals.actions.notice_decisions import decide_notice
from appeals.models import Decision, Notice, NoticeGroup, OpenLink
from helpdesk.actions import declare_conflict
from helpdesk.models import Barred, QueueKind
from journal.models import Event
from tests.factories import (
    NOON,
    REASONS,
    make_moderator,
    make_notice,
    make_platform,
    make_queue,
    make_user,
    refused,
)

pytestmark = pytest.mark.django_db
A, B, C, D = (f"https://t.example/post/{name}" for name in "abcd")


@pytest.fixture
def queue():
    return make_queue(kind=QueueKind.NOTICE)


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def report(queue):
    platform = make_platform()
    return lambda *links: make_notice(platform, links=links).ticket.notice


def answer(notice, by):
    return decide_notice(notice, by=by, at=NOON, statement=None, reasons=REASONS)


class TestJoining:
    def test_one_shared_link_is_enough(self, report):
        assert report(A, B).group == report(B, C).group

    def test_reports_without_a_shared_link_are_decided_apart(self, report):
        assert report(A).group != report(B).group

    def test_the_link_that_a_later_report_brought_counts_too(self, report):
        report(A)
        assert report(A, B).group == report(B).group

    def test_most_shared_links_win(self, report):
        report(A)
        wide = report(B, C)
        assert report(A, B, C).group == wide.group

    def test_a_report_never_glues_two_groups_together(self, report):
        first, second = report(A), report(B)
        report(A, B)
        assert report(A).group == first.group
        assert report(B).group == second.group

    def test_two_platforms_never_share_a_group(self, queue):
        groups = {make_notice(make_platform(), links=[A]).ticket.notice.group for _ in range(2)}
        assert len(groups) == 2

    def test_what_is_decided_waits_for_nobody(self, report, amir):
        answer(report(A, B), amir)
        assert not OpenLink.objects.exists()
        report(B)
        assert NoticeGroup.objects.filter(decided_at=None).count() == 1

    def test_everybody_who_shares_a_link_is_answered_at_once(self, report, amir):
        report(A), report(B, C)
        decision = answer(report(A, B), amir)
        assert decision.notices.count() == 2


class TestTakingOut:
    def test_a_report_that_was_taken_out_is_decided_by_itself(self, report, amir):
        other, mine = report(A), report(A, B)
        take_out(mine, by=amir, at=NOON)
        answer(mine, amir)
        other.refresh_from_db()
        assert (other.decision, Decision.objects.get().notices.get()) == (None, mine)

    def test_the_links_that_it_alone_brought_go_with_it(self, report, amir):
        other, mine = report(A), report(A, B)
        mine = take_out(mine, by=amir, at=NOON)
        assert report(B).group == mine.group
        assert report(A).group == other.group

    def test_it_is_an_event(self, report, amir):
        other, mine = report(A), report(A)
        mine = take_out(mine, by=amir, at=NOON)
        event = Event.objects.get(subject_id=mine.pk, code="taken_out")
        assert event.values == {"before": str(other.group_id), "group": str(mine.group_id)}

    def test_a_decision_form_from_before_is_noticed(self, report, amir):
        report(A)
        mine = report(A)
        turn = mine.ticket.turn
        take_out(mine, by=amir, at=NOON)
        with refused("changed_meanwhile"):
            decide_notice(mine, by=amir, at=NOON, statement=None, reasons=REASONS, turn=turn)

    def test_who_must_stay_out_still_must(self, report, queue, amir):
        other, mine = report(A), report(A)
        lena = make_moderator(queue.team, "Lena")
        declare_conflict(other.ticket, by=lena, at=NOON)
        take_out(mine, by=amir, at=NOON)
        assert Barred.objects.filter(ticket=mine.ticket, user=lena).exists()

    def test_one_that_stands_alone_is_not_taken_out(self, report, amir):
        with refused("alone"):
            take_out(report(A), by=amir, at=NOON)

    def test_a_decided_one_is_not_taken_out(self, report, amir):
        report(A)
        mine = report(A)
        answer(mine, amir)
        with refused("decided_already"):
            take_out(mine, by=amir, at=NOON)

    def test_who_does_not_see_the_case_or_is_barred_takes_nothing_out(self, report, queue, amir):
        other, mine = report(A), report(A)
        declare_conflict(other.ticket, by=amir, at=NOON)
        for by in (amir, make_user("Otto", roles=["moderator"])):
            with pytest.raises(PermissionDenied):
                take_out(mine, by=by, at=NOON)

    def test_by_the_button_of_the_case_page(self, client, report, amir):
        other, mine = report(A), report(A)
        client.force_login(amir)
        url = reverse("appeals_console:take_out", args=[mine.pk])
        case = reverse("console:ticket", args=[mine.ticket.reference])
        assert url in client.get(case).content.decode()
        client.post(url)
        assert Notice.objects.get(pk=mine.pk).group_id != other.group_id
        assert url not in client.get(case).content.decode()
