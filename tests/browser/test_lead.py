"""A lead watches in a real browser: late cases come and go without a reload, in both directions."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk.models import Ticket
from tests.factories import make_case, make_moderator, make_policy, make_queue
from tests.helpdesk.test_numbers import make_verdict

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR = timedelta(hours=1)


@pytest.fixture
def queue():
    make_policy(at=now() - timedelta(days=30), first_response=2 * HOUR, resolution=30 * HOUR)
    return make_queue(name="Complaints", slug="complaints")


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture(params=["en", "fa"])
def page(request, desk_of, lena):
    """The page of a lead who reads English, and of one who reads Persian."""
    lena.language = request.param
    lena.save()
    page = desk_of(lena, locale=request.param)
    page.clock.install()  # so that fifteen seconds pass when the test says so
    return page


def test_case_that_becomes_late_appears_without_a_reload_and_focus_stays(page, queue, amir):
    first = make_case(queue, at=now() - 3 * HOUR).ticket
    page.goto("/console/lead/")
    page.locator(f"#raise-{first.reference}-first_response").focus()
    page.locator("[data-search]").fill("half a word")
    page.locator(f"#raise-{first.reference}-first_response").focus()
    second = make_case(queue, at=now() - 4 * HOUR, summary="Threats").ticket
    page.clock.fast_forward(16_000)
    expect(page.locator("#lead")).to_contain_text(second.reference)
    expect(page.locator(f"#raise-{first.reference}-first_response")).to_be_focused()
    expect(page.locator("[data-search]")).to_have_value("half a word")


def test_one_click_gives_a_late_case_to_a_colleague(page, queue, amir):
    ticket = make_case(queue, at=now() - 3 * HOUR).ticket
    page.goto("/console/lead/")
    page.locator(f"#give-{ticket.reference}-first_response").click()
    expect(page.locator(".toast")).to_contain_text("Amir")
    expect(page.locator(".lead-rows .row-item").first).to_contain_text("Amir")
    assert Ticket.objects.get().assignee == amir
    assert "/console/lead/" in page.url


def test_page_without_connection_says_that_it_is_not_up_to_date(page, queue, amir):
    make_case(queue, at=now() - 3 * HOUR)
    page.goto("/console/lead/")
    expect(page.locator("[data-stale]")).to_be_hidden()
    page.route("**/lead/now/", lambda route: route.abort())
    page.clock.fast_forward(16_000)
    expect(page.locator("[data-stale]")).to_be_visible()
    page.unroute("**/lead/now/")
    page.clock.fast_forward(16_000)
    expect(page.locator("[data-stale]")).to_be_hidden()


def test_page_is_accessible_and_never_too_wide(page, queue, amir):
    for number in range(12):
        make_case(queue, at=now() - (number + 1) * HOUR / 2, summary="A rather long line " * 6)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/console/lead/")
        found = Axe().run(page).response["violations"]
        assert not found, [(each["id"], each["nodes"][0]["html"][:120]) for each in found]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_numbers_are_drawn_with_their_tables_and_filtered_by_the_address(page, queue):
    ticket = make_case(queue, at=now() - HOUR).ticket
    for number in range(40):
        make_verdict(
            queue, ticket=ticket, at=now() - timedelta(days=2 * number), instance=number + 1,
            spent=(number % 9 + 1) * HOUR, state=("met", "met", "missed")[number % 3],
        )  # fmt: skip
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/console/numbers/")
        page.locator("details").first.evaluate("each => { each.open = true }")
        found = Axe().run(page).response["violations"]
        assert not found, [(each["id"], each["nodes"][0]["html"][:120]) for each in found]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator("svg.plot")).to_have_count(2)
    page.locator("select[name=weeks]").select_option("4")
    page.wait_for_url("**weeks=4**")
    expect(page.locator("#resolution ~ .card-body tbody").first.locator("tr")).to_have_count(4)
