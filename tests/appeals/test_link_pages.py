"""Pages of reports with several links: the moderator ticks which to answer, the notifier reads by link."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from appeals.actions.filing import AppealLetter, file_appeal
from appeals.actions.notice_decisions import decide_notice
from appeals.desk import may_purge
from appeals.models import AppealDecision, Decision, Notice
from appeals.outcomes import notifier_until
from helpdesk.models import QueueKind
from helpdesk.receipts import new_token
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_moderator,
    make_notice,
    make_platform,
    make_queue,
    make_reported,
    person,
)
from tests.factories import make_decision as make_platforms_decision

pytestmark = pytest.mark.django_db
A, B, C = (f"https://t.example/post/{name}" for name in "abc")
AGO = timedelta(minutes=1)


@pytest.fixture
def queue():
    return make_queue(kind=QueueKind.NOTICE)


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def desk(client, amir):
    client.force_login(amir)
    return client


@pytest.fixture
def report(queue):
    platform = make_platform()
    return lambda *links, **more: make_notice(platform, links=links, at=now() - 2 * AGO, **more)


def decide(opened, by, *links, reasons=REASONS, at=None):
    notice = Notice.objects.get(ticket=opened.ticket)
    chosen = [notice.links.get(link=link).pk for link in links] if links else None
    at = at or now() - AGO
    return decide_notice(notice, by=by, at=at, statement=None, reasons=reasons, links=chosen)


def form_of(opened):
    return reverse("appeals_console:notice", args=[opened.ticket.notice.pk])


def send(desk, opened, *links, **more):
    """The form with these links ticked."""
    chosen = [str(opened.ticket.notice.links.get(link=link).pk) for link in links]
    turn = Notice.objects.get(ticket=opened.ticket).ticket.turn
    typed = {"turn": turn, "action": "no_action", "reasons": REASONS, "links": chosen, **more}
    return desk.post(form_of(opened), typed, follow=True)


class TestModerator:
    def test_every_link_of_several_is_ticked_at_first(self, desk, report):
        page = desk.get(form_of(report(A, B, C))).content.decode()
        assert page.count('name="links"') == page.count("checked") == 3

    def test_of_one_link_there_is_nothing_to_tick(self, desk, report):
        assert 'name="links"' not in desk.get(form_of(report(A))).content.decode()

    def test_only_what_is_ticked_is_answered(self, desk, report):
        opened = report(A, B, C)
        page = send(desk, opened, A, C).content.decode()
        assert "1 link of this report still waits for its answer." in page
        assert opened.ticket.notice.links.get(acted_at=None).link == B

    def test_the_answered_are_offered_no_more(self, desk, amir, report):
        opened = report(A, B, C)
        decide(opened, amir, A)
        page = desk.get(form_of(opened)).content.decode()
        assert (page.count('name="links"'), A in page) == (2, False)

    def test_nothing_ticked_is_said_at_the_ticks(self, desk, report):
        answer = send(desk, report(A, B))
        assert (answer.status_code, "Tick at least one link." in answer.content.decode()) == (409, True)
        assert not Decision.objects.exists()

    def test_what_was_answered_meanwhile_is_said_in_words(self, desk, amir, report):
        opened = report(A, B, C)
        links = [str(each.pk) for each in opened.ticket.notice.links.all()]
        turn = opened.ticket.turn
        decide(opened, amir, A)
        page = desk.post(
            form_of(opened), {"turn": turn, "action": "no_action", "reasons": REASONS, "links": links}
        ).content.decode()
        assert "Look at what is new, then send again." in page
        assert page.count('name="links"') == 2

    def test_a_link_out_of_reach_is_named_and_cannot_be_ticked(self, desk, report, queue):
        opened = report(A, B)
        hidden = report(B)
        elsewhere = make_queue(kind=QueueKind.NOTICE)
        type(hidden.ticket).objects.filter(pk=hidden.ticket.pk).update(queue=elsewhere)
        page = desk.get(form_of(opened)).content.decode()
        assert "Hand this case to somebody who may work on all" in page
        assert 'name="links"' not in page
        send(desk, opened)
        assert opened.ticket.notice.links.get(acted_at=None).link == B

    def test_a_stranger_finds_no_form(self, client, report):
        client.force_login(make_moderator(make_queue().team, "Otto"))
        assert client.get(form_of(report(A, B))).status_code == 404

    @pytest.mark.parametrize("many", [1, 50])
    def test_the_case_costs_the_same_for_one_link_and_for_fifty(self, desk, report, many):
        opened = report(*(f"https://t.example/post/{n}" for n in range(many)))
        report("https://t.example/post/0")
        address = reverse("console:ticket", args=[opened.ticket.reference])
        desk.get(address)
        for tab in ("reply", "decide"):
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(address, {"tab": tab}).status_code == 200
            assert len(queries) <= 12, [query["sql"][:100] for query in queries]


def enter(client, opened):
    given = {"reference": opened.ticket.reference, "receipt": opened.receipt}
    return client.post(reverse("helpdesk:case_login"), given, follow=True).content.decode()


class TestNotifier:
    def test_reads_what_is_answered_so_far_and_what_still_waits(self, client, amir, report):
        opened = report(A, B)
        decide(opened, amir, A)
        page = enter(client, opened)
        assert REASONS in page
        assert "These links have no answer yet." in page
        assert page.index(A) < page.index(REASONS) < page.index(B)

    def test_reads_words_of_one_act_once_with_its_links(self, client, amir, report):
        opened = report(A, B, C)
        decide(opened, amir, A, C)
        decide(opened, amir, B, reasons="This one is a joke among friends.")
        page = enter(client, opened)
        assert (page.count(REASONS), page.count("It is about these links:")) == (1, 1)
        assert "This one is a joke among friends." in page

    def test_reads_nothing_within_the_last_seconds(self, client, amir, report):
        opened = report(A, B)
        decide(opened, amir, A, at=now())
        assert REASONS not in enter(client, opened)

    def test_learns_no_link_of_another_report_nor_that_there_is_one(self, client, amir, report):
        """Otto's report shares one link; what is his alone, and what he called it, is nobody's else."""
        keyword, category = "KEYWORD_PHISHING", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
        otto = report(A, B, keyword=keyword, category=category)
        rita = report(A)
        decide(otto, amir)
        page = enter(client, rita)
        data = client.get(reverse("helpdesk:case_data_file")).content.decode()
        for said in (page, data):
            assert REASONS in said
            assert not any(word in said for word in (B, otto.ticket.reference, "Scams", "passwords"))

    def test_takes_the_answer_to_each_link_along(self, client, amir, report):
        opened = report(A, B)
        decide(opened, amir, B)
        enter(client, opened)
        about = json.loads(client.get(reverse("helpdesk:case_data_file")).content)["about"]
        assert about["links"] == [A, B]
        assert [each["links"] for each in about["answers"]] == [[B]]

    def test_is_told_once_when_all_is_answered(self, amir, report):
        opened = report(A, B)
        decide(opened, amir, A)
        assert Notice.objects.get().told_at is None
        decide(opened, amir, B)
        assert Notice.objects.get().told_at is not None


class TestNotifiersAppeal:
    @pytest.fixture
    def opened(self, client, amir, report):
        appeals_queue()
        opened = report(A, B)
        decide(opened, amir, A)
        decide(opened, amir, B, reasons="This one is a joke among friends.")
        enter(client, opened)
        return opened

    def ask(self, client, **more):
        typed = {"token": new_token(), "asks": "act", "text": "Look at minute 3.", "language": "en"}
        return client.post(reverse("appeals:ask_as_notifier"), {**typed, **more})

    def test_is_about_all_links_at_first(self, client, opened):
        page = client.get(reverse("appeals:ask_as_notifier")).content.decode()
        assert (page.count('name="decisions"'), page.count("checked")) == (2, 3)  # and what is asked for

    def test_is_about_those_that_are_ticked(self, client, opened):
        wanted = opened.ticket.notice.links.get(link=B).decision
        self.ask(client, decisions=[str(wanted.pk)])
        assert AppealDecision.objects.get().decision == wanted

    def test_may_cover_several_in_one_case(self, client, opened):
        self.ask(client, decisions=[str(each.pk) for each in Decision.objects.all()])
        assert AppealDecision.objects.values("appeal").distinct().count() == 1
        assert AppealDecision.objects.filter(party=opened.ticket.notice.pk).count() == 2

    def test_names_at_least_one(self, client, opened):
        assert "Choose at least one." in self.ask(client).content.decode()
        assert not AppealDecision.objects.exists()

    def test_is_not_about_another_decision(self, client, opened):
        self.ask(client, decisions=[str(make_platforms_decision().pk)])
        assert not AppealDecision.objects.exists()

    def test_offers_what_is_under_appeal_no_more(self, client, opened):
        self.ask(client, decisions=[str(opened.ticket.notice.links.get(link=A).decision_id)])
        self.ask(client)
        assert AppealDecision.objects.count() == 2


class TestWindow:
    """A notifier has six months from being told, not from the decision on the first of their links."""

    def test_begins_when_the_last_link_is_answered(self, amir, report):
        opened = report(A, B)
        [first] = decide(opened, amir, A, at=NOON)
        [last] = decide(opened, amir, B, at=NOON + timedelta(days=100))
        notice = Notice.objects.get()
        assert notifier_until(first, notice) == last.appeal_until > first.appeal_until

    def test_a_case_is_not_purged_before_its_end(self):
        notice = make_reported(make_platforms_decision(), at=NOON + timedelta(days=100))
        until = notifier_until(notice.links.get().decision, notice)
        assert not may_purge(notice.ticket, until - timedelta(days=1))
        assert may_purge(notice.ticket, until + timedelta(days=1))


def test_only_the_notifier_appeals_what_was_decided_on_their_links(report, amir):
    mine, other = report(A), report(B)
    [decision] = decide(other, amir)
    letter = AppealLetter(language="en", text="Look again.", token=new_token())
    own = {"side": "notifier", "notice": mine.ticket.notice, "at": now()}
    with pytest.raises(PermissionDenied):
        file_appeal([decision], letter, by=person(mine.ticket), **own)
