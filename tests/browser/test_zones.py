"""Whose clock it is: the browser says it inside the form, where the person sees it and nobody else does."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from helpdesk.models import QueueKind, Ticket
from tests.factories import make_queue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLACE, CHOICE = "[data-zone-place]", "select[name=zone]"


@pytest.fixture(autouse=True)
def complaints():
    return make_queue(kind=QueueKind.COMPLAINT)


@pytest.fixture
def person(browser, live_server):
    """Opens the page for somebody in danger, which never waits, in a browser somewhere on earth."""
    opened = []

    def person(zone, *, language="en", scripts=True):
        context = browser.new_context(timezone_id=zone, locale=language, java_script_enabled=scripts)
        opened.append(context)
        page = context.new_page()
        page.goto(f"{live_server.url}/danger/")
        return page

    yield person
    for context in opened:
        context.close()


def send(page):
    page.fill("textarea", "Somebody stands at my door.")
    page.click(".btn-main")
    expect(page.locator(".receipt")).to_be_visible()
    return page.locator(".timeline").inner_text()


def test_clock_of_the_browser_is_seen_and_sent(person):
    page = person("Asia/Kathmandu")
    expect(page.locator(PLACE)).to_contain_text("Kathmandu")
    assert "in Kathmandu" in send(page)
    assert Ticket.objects.get().zone == "Asia/Kathmandu"  # which Chromium itself calls Asia/Katmandu


def test_place_that_is_not_among_those_offered_is_added(person):
    page = person("Antarctica/Troll")
    expect(page.locator(PLACE)).to_have_text("Troll")
    send(page)
    assert Ticket.objects.get().zone == "Antarctica/Troll"


def test_browser_that_hides_its_place_leaves_the_guess_by_language(person):
    expect(person("UTC", language="fa").locator(CHOICE)).to_have_value("Asia/Tehran")


def test_person_changes_the_clock_and_sees_what_will_be_sent(person):
    page = person("Europe/Berlin")
    page.click(".zone summary")
    page.select_option(CHOICE, "Asia/Tehran")
    expect(page.locator(PLACE)).to_contain_text("Tehran")
    assert "in Tehran" in send(page)


def test_without_scripts_the_clock_can_be_chosen_too(person):
    page = person("Europe/Berlin", scripts=False)
    page.click(".zone summary")
    page.select_option(CHOICE, "Asia/Kabul")
    assert "in Kabul" in send(page)


def test_draft_does_not_say_where_somebody_is(person):
    page = person("Asia/Kathmandu")
    page.fill("textarea", "Somebody stands at my door.")
    kept = page.context.storage_state()  # what would stay on the device
    assert "Kat" not in str(kept)
    held = "Object.values(sessionStorage).join()"
    assert "at my door" in page.evaluate(f"() => {held}")
    assert "Kat" not in page.evaluate(f"() => {held}")


def test_why_so_late_is_asked_of_who_says_so(person, live_server):
    page = person("UTC", scripts=False)
    page.goto(live_server.url + reverse("appeals:start"))
    why = page.locator("[name=late_why]")
    expect(why).to_be_hidden()
    page.check("[value=long_ago]")
    expect(why).to_be_visible()
    page.check("[value=lately]")
    expect(why).to_be_hidden()
