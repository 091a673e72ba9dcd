"""A report is decided once for its link; everybody who reported it is told in a case of their own."""

import pytest
from django.core.exceptions import PermissionDenied

from appeals.actions.notice_decisions import decide_notice
from appeals.models import Decision, Measure, Notice
from helpdesk.models import QueueKind, Status, Ticket
from journal.models import Delivery
from tests.appeals.test_reviews import REPLACEMENT
from tests.factories import (
    NOON,
    REASONS,
    make_case,
    make_endpoint,
    make_group,
    make_moderator,
    make_queue,
    make_user,
    refused,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue(kind=QueueKind.NOTICE)


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def group():
    return make_group()


def make_notice(queue, group, **fields):
    return Notice.objects.create(
        ticket=make_case(queue).ticket,
        platform=group.platform,
        group=group,
        ground="law",
        category="STATEMENT_CATEGORY_VIOLENCE",
        links=["https://platform.example/post/1"],
        language="en",
        received_at=NOON,
        **fields,
    )


def test_no_action_is_a_decision_with_reasons_that_can_be_appealed(queue, amir, group):
    decision = decide_notice(make_notice(queue, group), by=amir, at=NOON, statement=None, reasons=REASONS)
    assert (decision.kind, decision.decision_facts, decision.decided_by_user) == ("no_action", REASONS, amir)
    assert decision.appeal_until > NOON


def test_no_action_needs_reasons(queue, amir, group):
    with refused("no_reasons"):
        decide_notice(make_notice(queue, group), by=amir, at=NOON, statement=None, reasons="")


def test_every_report_on_the_link_is_answered_at_once(queue, amir, group):
    notices = [make_notice(queue, group) for _ in range(3)]
    decide_notice(notices[0], by=amir, at=NOON, statement=None, reasons=REASONS)
    assert set(Ticket.objects.values_list("status", flat=True)) == {Status.RESOLVED}
    assert Decision.objects.get().notices.count() == 3


def test_a_restriction_is_asked_of_the_platform_and_counted_by_its_ground(queue, amir, group):
    make_endpoint(group.platform)
    notice = make_notice(queue, group)
    decide_notice(notice, by=amir, at=NOON, statement=REPLACEMENT, reasons="")
    notice.refresh_from_db()
    told = Delivery.objects.get(kind="measure.required").body
    assert "/decision/" in told["appeal_url"]
    assert notice.acted_on == "rules"
    assert list(Measure.objects.values_list("kind", "effect_code")) == [
        ("restrict", "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED")
    ]


def test_a_link_is_decided_once(queue, amir, group):
    first, second = make_notice(queue, group), make_notice(queue, group)
    decide_notice(first, by=amir, at=NOON, statement=None, reasons=REASONS)
    with refused("decided_already"):
        decide_notice(second, by=amir, at=NOON, statement=None, reasons=REASONS)


def test_a_stranger_cannot_decide(queue, group):
    otto = make_user("Otto", roles=["moderator"])
    with pytest.raises(PermissionDenied):
        decide_notice(make_notice(queue, group), by=otto, at=NOON, statement=None, reasons=REASONS)
