"""A group is one open link of one platform: all who report it wait for the same decision."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from appeals.actions.notice_decisions import decide_notice
from appeals.models import Decision, Notice, NoticeGroup, ReportedLink
from helpdesk.actions import declare_conflict, erase_case, mark_spam, reopen
from helpdesk.models import Barred, QueueKind, Status
from journal.models import Event
from tests.factories import (
    NOON,
    REASONS,
    make_moderator,
    make_notice,
    make_platform,
    make_queue,
    person,
    refused,
)

pytestmark = pytest.mark.django_db
A, B, C = (f"https://t.example/post/{name}" for name in "abc")


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


def answer(notice, by, *links, **more):
    """Decide these links of a report, or all of them."""
    chosen = [notice.links.get(link=link).pk for link in links] if links else None
    words = {"statement": None, "reasons": REASONS, **more}
    return decide_notice(notice, by=by, at=NOON, links=chosen, **words)


def group_of(notice, link):
    return notice.links.get(link=link).group


def status_of(notice):
    return Notice.objects.get(pk=notice.pk).ticket.status


class TestJoining:
    def test_a_link_waits_in_one_group_whatever_else_is_reported_with_it(self, report):
        first, wide = report(A), report(A, B)
        assert group_of(first, A) == group_of(wide, A)
        assert group_of(wide, B) == group_of(report(B), B)
        assert NoticeGroup.objects.count() == 2

    def test_two_platforms_never_share_a_group(self, queue):
        for _ in range(2):
            make_notice(make_platform(), links=[A])
        assert NoticeGroup.objects.count() == 2

    def test_what_is_decided_waits_for_nobody(self, report, amir):
        mine = report(A)
        answer(mine, amir)
        assert group_of(report(A), A) != group_of(mine, A)
        assert NoticeGroup.objects.filter(decided_at=None).count() == 1

    def test_one_link_written_in_two_ways_is_one_item(self, report):
        notice = report(A, A.replace("https://t", "HTTPS://T") + "/")
        assert (notice.items, notice.links.get().link) == (1, A)

    def test_what_follows_the_hash_is_another_link(self, report):
        """It may name another channel, or somebody else's comment on the same page."""
        assert report(f"{A}#@one", f"{A}#@two").items == 2

    def test_words_that_a_browser_marks_are_no_part_of_a_link(self, report):
        assert report(A, f"{A}#:~:text=beat%20him").items == 1

    def test_the_links_stay_as_they_were_typed(self, report):
        assert list(report(C, A, B).links.order_by("id").values_list("link", flat=True)) == [C, A, B]

    def test_the_event_names_the_group_of_each_link(self, report):
        notice = report(A, B)
        event = Event.objects.get(subject_id=notice.pk, code="filed")
        assert set(event.values["groups"]) == {str(group_of(notice, link).pk) for link in (A, B)}

    def test_the_database_holds_one_open_group_a_link(self, report):
        group = group_of(report(A), A)
        with pytest.raises(IntegrityError, match="one_open_group_a_link"), transaction.atomic():
            NoticeGroup.objects.create(platform=group.platform, link_hash=group.link_hash)

    def test_the_database_lets_the_hash_go_with_the_decision(self, report):
        report(A)
        with pytest.raises(IntegrityError, match="a_link_until_decided"), transaction.atomic():
            NoticeGroup.objects.update(decided_at=NOON)


class TestDecidingSome:
    def test_all_links_are_answered_where_none_is_named(self, report, amir):
        mine = report(A, B)
        assert len(answer(mine, amir)) == 2
        assert status_of(mine) == Status.RESOLVED

    def test_each_link_has_a_decision_of_its_own(self, report, amir):
        """It may be another person's: each gets a statement, a window and an appeal of their own."""
        decisions = answer(report(A, B), amir)
        assert len({each.pk for each in decisions}) == 2
        assert {each.decision_facts for each in decisions} == {REASONS}

    def test_what_is_left_out_waits_and_the_case_goes_on(self, report, amir):
        mine = report(A, B)
        answer(mine, amir, A)
        assert mine.links.get(acted_at=None).link == B
        assert status_of(mine) != Status.RESOLVED

    def test_the_rest_may_be_decided_otherwise_and_ends_the_case(self, report, amir):
        mine = report(A, B)
        [first] = answer(mine, amir, A)
        [second] = answer(mine, amir, B, reasons="This one is a joke among friends.")
        assert first.decision_facts != second.decision_facts
        mine.refresh_from_db()
        assert (status_of(mine), mine.acted_at) == (Status.RESOLVED, NOON)

    def test_a_decision_on_a_link_answers_it_in_every_open_report(self, report, amir):
        other, mine = report(B, C), report(A, B)
        answer(mine, amir)
        assert other.links.get(link=B).decision == mine.links.get(link=B).decision
        assert status_of(other) != Status.RESOLVED
        assert Decision.objects.count() == 2

    def test_a_report_is_resolved_by_whoever_decides_its_last_link(self, report, amir):
        other = report(B)
        answer(report(A, B), amir)
        assert status_of(other) == Status.RESOLVED

    def test_a_form_from_before_a_colleague_decided_one_of_its_links_is_noticed(self, report, amir):
        mine, other = report(A, B), report(A)
        turn = Notice.objects.get(pk=mine.pk).ticket.turn
        answer(other, amir)
        with refused("changed_meanwhile"):
            answer(mine, amir, turn=turn)

    def test_a_decided_link_is_not_decided_again(self, report, amir):
        mine = report(A, B)
        answer(mine, amir, A)
        with refused("decided_already"):
            answer(mine, amir, A)

    def test_another_reports_link_is_not_decided_by_this_form(self, report, amir):
        with refused("decided_already"):
            decide_notice(
                report(A),
                by=amir,
                at=NOON,
                statement=None,
                reasons=REASONS,
                links=[report(B).links.get().pk],
            )

    def test_no_link_at_all_is_refused(self, report, amir):
        with refused("no_links"):
            decide_notice(report(A, B), by=amir, at=NOON, statement=None, reasons=REASONS, links=[])

    def test_the_staff_read_that_a_part_was_decided(self, client, report, amir):
        mine = report(A, B)
        answer(mine, amir, A)
        client.force_login(amir)
        page = client.get(reverse("console:history", args=[mine.ticket.reference])).content.decode()
        assert "Some of its links were decided." in page
        event = Event.objects.get(subject_id=mine.ticket_id, code="links_decided")
        assert event.values == {"decided": 1, "left": 1}


class TestWordsOnLinks:
    """Who reads them may have reported one of the links only, or be the one whom that link is about."""

    @pytest.mark.parametrize("written", [A, A.removeprefix("https://"), A.upper()])
    def test_words_on_several_links_name_none(self, report, amir, written):
        with refused("names_link"):
            answer(report(A, B), amir, reasons=f"{REASONS} See {written}!")

    def test_words_on_one_link_may_name_it(self, report, amir):
        assert answer(report(A, B), amir, A, reasons=f"{REASONS} See {A}.")

    def test_words_on_one_link_name_no_other_of_somebody_who_is_told(self, report, amir):
        report(A, C)
        with refused("names_link"):
            answer(report(A, B), amir, A, reasons=f"{REASONS} See {C}.")

    def test_a_longer_link_is_not_taken_for_its_beginning(self, report, amir):
        with refused("names_link"):
            answer(report(A, f"{A}/2"), amir, A, reasons=f"{REASONS} See {A}/2.")


class TestGoingOn:
    def test_a_reopened_report_waits_again_for_what_was_decided_without_it(self, report, amir):
        mine, other = report(A), report(A)
        mark_spam(mine.ticket, by=amir, at=NOON, reason="advertising")
        answer(other, amir)
        reopen(mine.ticket, by=amir, at=NOON)
        assert group_of(mine, A).decided_at is None
        assert answer(mine, amir)

    def test_a_reopened_report_shares_the_group_that_others_began(self, report, amir):
        mine = report(A)
        mark_spam(mine.ticket, by=amir, at=NOON, reason="advertising")
        answer(report(A), amir)
        later = report(A)
        reopen(mine.ticket, by=amir, at=NOON)
        assert group_of(mine, A) == group_of(later, A)

    def test_who_must_stay_out_of_that_group_stays_out_of_the_reopened_report(self, report, queue, amir):
        mine = report(A)
        mark_spam(mine.ticket, by=amir, at=NOON, reason="advertising")
        answer(report(A), amir)
        lena = make_moderator(queue.team, "Lena")
        declare_conflict(report(A).ticket, by=lena, at=NOON)
        reopen(mine.ticket, by=amir, at=NOON)
        assert Barred.objects.filter(ticket=mine.ticket, user=lena).exists()


class TestForgetting:
    def test_an_erased_link_that_nobody_else_waits_for_leaves_no_hash(self, report):
        mine = report(A)
        erase_case(mine.ticket, by=person(mine.ticket), at=NOON)
        assert not NoticeGroup.objects.exists()
        assert Notice.objects.get().items == 1

    def test_a_link_that_others_wait_for_stays_with_them(self, report):
        mine, other = report(A), report(A)
        erase_case(mine.ticket, by=person(mine.ticket), at=NOON)
        assert group_of(other, A).link_hash
        assert not ReportedLink.objects.exclude(notice=other).exclude(link="").exists()

    def test_how_an_answered_link_ended_is_counted_on(self, report, amir):
        mine = report(A)
        [decision] = answer(mine, amir)
        erase_case(mine.ticket, by=person(mine.ticket), at=NOON)
        row = ReportedLink.objects.get()
        assert (row.link, row.decision, row.group.link_hash) == ("", decision, None)
