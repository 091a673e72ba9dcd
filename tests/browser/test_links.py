"""Reports with several links, as moderator and notifier see them: nothing cut off, nothing that axe finds."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from appeals.actions.notice_decisions import decide_notice
from helpdesk.models import QueueKind
from tests.browser.people import DESK, PHONE, a_browser, open_case
from tests.factories import REASONS, make_moderator, make_notice, make_platform, make_queue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "https://platform.example/channel/a-rather-long-name-of-a-channel-that-goes-on/post/{}?comment=12345678901"


@pytest.fixture
def queue():
    return make_queue(kind=QueueKind.NOTICE)


def report(many):
    platform = make_platform()
    links = [LONG.format(number) for number in range(many)]
    make_notice(platform, at=now(), links=links[:1])
    return make_notice(platform, at=now() - timedelta(minutes=2), links=links)


@pytest.mark.parametrize("many", [1, 50])
@pytest.mark.parametrize(("language", "viewport"), [("en", DESK), ("fa", PHONE)])
def test_the_form_of_one_link_and_of_fifty(desk_of, queue, findings, is_too_wide, many, language, viewport):
    opened = report(many)
    amir = make_moderator(queue.team, language=language)
    page = desk_of(amir, viewport=viewport, locale=language)
    page.goto(f"/console/reports/{opened.ticket.notice.pk}/answer/")
    assert (findings(page), is_too_wide(page)) == ([], False)
    page.locator(".composer .btn-primary").click()  # nothing is filled in
    expect(page.locator(".composer .errorlist").first).to_be_visible()
    assert (findings(page), is_too_wide(page)) == ([], False)
    page.goto(f"/console/tickets/{opened.ticket.reference}/")
    assert (findings(page), is_too_wide(page)) == ([], False)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_notifiers_case_with_two_answers_and_a_link_that_waits(
    live_server, browser, queue, findings, is_too_wide, language
):
    opened = report(4)
    notice, amir = opened.ticket.notice, make_moderator(queue.team)
    links = list(notice.links.order_by("id").values_list("pk", flat=True))
    for minutes, chosen in ((60, links[:2]), (30, links[2:3])):
        at = now() - timedelta(minutes=minutes)
        decide_notice(notice, by=amir, at=at, statement=None, reasons=REASONS, links=chosen)
    with a_browser(browser, live_server, language=language) as page:
        page.goto("/")
        open_case(page, opened.ticket.reference, opened.receipt)
        page.wait_for_url("**/case/")
        assert (findings(page), is_too_wide(page)) == ([], False)
        page.goto("/case/ask-again/")
        assert (findings(page), is_too_wide(page)) == ([], False)
