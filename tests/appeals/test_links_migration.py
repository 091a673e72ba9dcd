"""What stood in lists of links and in groups of several becomes rows, and each open link one group."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from helpdesk.models import QueueKind
from tests.factories import NOON, make_case, make_decision, make_platform, make_queue

pytestmark = pytest.mark.django_db(transaction=True)
A, B, C = (f"https://t.example/post/{name}" for name in "abc")


def migrate(name):
    executor = MigrationExecutor(connection)
    executor.migrate([("appeals", name)])
    return MigrationExecutor(connection).loader.project_state([("appeals", name)]).apps


@pytest.fixture
def before():
    """The tables as they were, and as they are again when the test is over."""
    queue, platform = make_queue(kind=QueueKind.NOTICE), make_platform()
    yield Before(migrate("0010_open_links"), queue, platform)
    latest = MigrationExecutor(connection)
    latest.migrate(latest.loader.graph.leaf_nodes())  # else the next test meets a table without its columns


class Before:
    def __init__(self, apps, queue, platform):
        self.apps, self.queue, self.platform = apps, queue, platform

    def group(self, **fields):
        return self.apps.get_model("appeals", "NoticeGroup").objects.create(
            platform_id=self.platform.pk, **fields
        )

    def notice(self, group, *links, **fields):
        return self.apps.get_model("appeals", "Notice").objects.create(
            ticket_id=make_case(self.queue).ticket.pk,
            platform_id=self.platform.pk,
            group=group,
            ground="law",
            category="STATEMENT_CATEGORY_VIOLENCE",
            links=list(links),
            items=len(links) or 2,
            language="en",
            received_at=NOON,
            **fields,
        )


def rows_of(apps, notice):
    rows = apps.get_model("appeals", "ReportedLink").objects
    return list(rows.filter(notice_id=notice.pk).select_related("group").order_by("id"))


def test_a_group_of_several_links_becomes_one_group_a_link(before):
    first = before.group()
    wide, narrow = before.notice(first, B, A), before.notice(first, A)
    apps = migrate("0013_one_group_a_link")
    rows = rows_of(apps, wide)
    assert [row.link for row in rows] == [B, A]
    assert rows[1].group == rows_of(apps, narrow)[0].group != rows[0].group
    assert all(row.group.link_hash for row in rows)


def test_a_link_that_waited_in_two_groups_waits_in_one(before):
    one, two = before.notice(before.group(), A, B), before.notice(before.group(), C, A)
    apps = migrate("0013_one_group_a_link")
    assert rows_of(apps, one)[0].group == rows_of(apps, two)[1].group
    assert apps.get_model("appeals", "NoticeGroup").objects.count() == 3


def test_what_was_decided_keeps_its_answer_on_each_link(before):
    decision = make_decision(before.platform).pk
    answer = {"decision_id": decision, "acted_at": NOON, "acted_on": "rules"}
    notice = before.notice(before.group(decision_id=decision, decided_at=NOON), A, B, **answer)
    for row in rows_of(migrate("0013_one_group_a_link"), notice):
        assert (row.decision_id, row.acted_at, row.acted_on) == (decision, NOON, "rules")
        assert (row.group.decision_id, row.group.link_hash) == (decision, None)


def test_of_an_erased_report_the_answer_is_kept_and_nothing_of_an_open_one(before):
    decision = make_decision(before.platform).pk
    decided = before.group(decision_id=decision, decided_at=NOON)
    answered = before.notice(decided, decision_id=decision, acted_at=NOON)
    waiting = before.notice(before.group())
    apps = migrate("0013_one_group_a_link")
    [row] = rows_of(apps, answered)
    assert (row.link, row.decision_id) == ("", decision)
    assert rows_of(apps, waiting) == []
    assert apps.get_model("appeals", "NoticeGroup").objects.count() == 1
