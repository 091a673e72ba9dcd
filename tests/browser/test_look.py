"""How the pages look and weigh, and that they leave nothing behind."""

import gzip

import pytest
import time_machine
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk.models import QueueKind, Ticket
from helpdesk.waiting import WAIT
from tests.factories import make_queue, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/",
    "/how/",
    "/how-long/",
    "/contact/",
    "/safety/",
    "/privacy/",
    "/accessibility/",
    "/complain/",
    "/nowhere/",
]
LANGUAGES = ["en", "fa"]
WORDS = "They closed my channel on Monday."


@pytest.fixture(autouse=True)
def complaints():
    return make_queue(kind=QueueKind.COMPLAINT)


@pytest.fixture
def away(settings, live_server):
    """Where "Leave this page" leads to; within our own host, as no test calls the world."""
    settings.QUICK_EXIT_URL = f"{live_server.url}/health/live"
    return settings.QUICK_EXIT_URL


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_nothing_is_cut_off(live_server, browse, findings, is_too_wide, language, dark):
    page = browse(language=language, dark=dark, phone=True)
    for path in PAGES:
        page.goto(f"{live_server.url}{path}")
        assert page.get_attribute("html", "dir") == ("rtl" if language == "fa" else "ltr")
        assert (path, findings(page)) == (path, [])
        assert not is_too_wide(page), path


@pytest.mark.parametrize("path", ["/", "/complain/", "/privacy/"])
def test_page_weighs_sixty_kilobytes_at_most_until_it_can_be_read(live_server, browse, path):
    page = browse()
    seen = []
    page.on("response", lambda response: seen.append(response))
    page.goto(f"{live_server.url}{path}")
    page.wait_for_load_state("networkidle")
    weights = [weight(each, path) for each in seen if "/proof" not in each.url]
    assert sum(weights) <= 60_000
    assert all(each.url.startswith(live_server.url) for each in seen)


def weight(response, path):
    """Bytes over the wire, with headers: a page as it is made, other files compressed as they are served."""
    body = response.body()
    return len(body if response.url.endswith(path) else gzip.compress(body, 6)) + 600


def test_title_of_the_tab_says_nothing(live_server, page):
    for path in ("/", "/complain/", "/danger/", "/case/enter/"):
        page.goto(f"{live_server.url}{path}")
        assert page.title() == "Help"


def test_shift_three_times_leaves_no_words_and_no_way_back(live_server, page, away):
    page.goto(f"{live_server.url}/how/")
    page.goto(f"{live_server.url}/complain/")
    page.fill("textarea[name=text]", WORDS)
    for _ in range(3):
        page.keyboard.press("Shift")
    expect(page).to_have_url(away)
    assert page.evaluate("Object.keys(sessionStorage).length") == 0
    page.go_back()
    expect(page).to_have_url(f"{live_server.url}/how/")


def test_typing_capitals_leaves_nobody_out(live_server, page, away):
    page.goto(f"{live_server.url}/complain/")
    page.locator("textarea[name=text]").press_sequentially("ABCD")
    expect(page).to_have_url(f"{live_server.url}/complain/")


def test_leaving_works_without_scripts(live_server, browse, away):
    page = browse(scripts=False)
    page.goto(f"{live_server.url}/danger/")
    page.get_by_role("link", name="Leave this page").click()
    expect(page).to_have_url(away)


def test_draft_stays_in_the_tab_and_ends_with_it(live_server, page):
    page.goto(f"{live_server.url}/complain/")
    page.fill("textarea[name=text]", WORDS)
    page.goto(f"{live_server.url}/how/")
    page.goto(f"{live_server.url}/complain/")
    expect(page.locator("textarea[name=text]")).to_have_value(WORDS)
    other = page.context.new_page()
    other.goto(f"{live_server.url}/complain/")
    expect(other.locator("textarea[name=text]")).to_have_value("")


def test_draft_stays_on_the_device_only_when_asked_and_ends_with_sending(live_server, page):
    page.goto(f"{live_server.url}/complain/")
    page.get_by_label("Keep what I write").check()
    page.fill("textarea[name=text]", WORDS)
    other = page.context.new_page()
    other.goto(f"{live_server.url}/complain/")
    expect(other.locator("textarea[name=text]")).to_have_value(WORDS)
    other.locator("input[name=category]").first.check()
    other.get_by_role("button", name="Send").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("We have received it")
    other.goto(f"{live_server.url}/complain/")
    expect(other.locator("textarea[name=text]")).to_have_value("")


def test_leaving_forgets_what_was_to_be_kept_on_the_device(live_server, page, away):
    page.goto(f"{live_server.url}/complain/")
    page.get_by_label("Keep what I write").check()
    page.fill("textarea[name=text]", WORDS)
    assert WORDS in page.evaluate("JSON.stringify(localStorage)")
    page.get_by_role("link", name="Leave this page").click()
    expect(page).to_have_url(away)
    assert page.evaluate("localStorage.length") == 0
    page.goto(f"{live_server.url}/complain/")
    expect(page.locator("textarea[name=text]")).to_have_value("")


def test_proof_of_work_is_found_in_the_background(live_server, page):
    page.goto(f"{live_server.url}/complain/")
    expect(page.locator("input[name=proof]")).not_to_have_value("")
    page.fill("textarea[name=text]", WORDS)
    page.locator("input[name=category]").first.check()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-receipt]")).to_be_visible()
    assert Ticket.objects.get().is_screened


def test_proof_is_found_anew_for_a_form_that_gets_another_token(live_server, page):
    page.goto(f"{live_server.url}/complain/")
    expect(page.locator("input[name=proof]")).not_to_have_value("")
    page.fill("textarea[name=text]", WORDS)
    page.locator("input[name=category]").first.check()
    page.evaluate("document.querySelector('input[name=token]').value = 'a token that was kept with a draft'")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-receipt]")).to_be_visible()
    assert Ticket.objects.get().is_screened


def test_two_clicks_before_the_proof_is_found_send_the_form_once_and_with_it(live_server, page, settings):
    settings.WAITS_PER_HOUR = 10  # a form without its proof is asked to wait
    held = []
    page.route("**/proof/?**", lambda route: held.append(route))
    with page.expect_request("**/proof/?**"):
        page.goto(f"{live_server.url}/complain/")
    page.fill("textarea[name=text]", WORDS)
    page.locator("input[name=category]").first.check()
    page.get_by_role("button", name="Send").dblclick()
    held[0].continue_()
    expect(page.locator("[data-receipt]")).to_be_visible()
    assert Ticket.objects.get().is_screened


def test_second_page_asks_to_wait_where_no_script_runs(live_server, browse, settings):
    settings.WAITS_PER_HOUR = 10
    page = browse(scripts=False)
    page.goto(f"{live_server.url}/complain/")
    page.fill("textarea[name=text]", WORDS)
    page.locator("input[name=category]").first.check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("wait a little")
    with time_machine.travel(now() + WAIT):
        page.get_by_role("button", name="I have waited").click()
        expect(page.locator("[data-receipt]")).to_be_visible()
    assert Ticket.objects.get().messages.get().text == WORDS


def test_language_is_chosen_without_scripts(live_server, browse):
    page = browse(scripts=False)
    page.goto(f"{live_server.url}/how/")
    page.locator(".languages summary").click()
    page.get_by_role("button", name="فارسی").click()
    expect(page).to_have_url(f"{live_server.url}/how/")
    assert page.get_attribute("html", "dir") == "rtl"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("room", ["", "public/"], ids=["console", "public"])
def test_every_component_passes_axe(live_server, browse, findings, is_too_wide, client, dark, room):
    client.force_login(make_user("Lena", roles=["lead"]))
    page = browse(dark=dark, phone=bool(room))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(f"{live_server.url}/console/style/{room}")
    assert findings(page) == []
    assert not is_too_wide(page)
