"""The person's road in a real browser: from the platform's link to an answer, in both directions of
writing, without scripts, and when a connection breaks after sending."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now
from playwright.sync_api import expect

from appeals.links import make_link
from appeals.models import Appeal
from helpdesk.actions import reply
from helpdesk.models import Message, QueueKind, Status, Ticket
from tests.factories import appeals_queue, make_case, make_decision, make_moderator, make_queue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE = 60_000  # milliseconds: proof of work takes long on a machine that has much else to do
WORDS = "This was news, not violence.\nI film protests."


@pytest.fixture
def link():
    """The signed link of a decision on Rita's video."""
    appeals_queue()
    decision = make_decision(received_at=now(), informed_at=now(), person={"user_ref": "rita"})
    return reverse("appeals:decision", args=[make_link(decision.pk)])


def open_page(browser, live_server, *, language="en", scripts=True):
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def appeal(page, address):
    """From the link to the receipt; the words that were shown."""
    page.goto(address)
    page.locator("main a.btn-main").click()
    page.locator("[name=text]").fill(WORDS)
    page.locator("main button.btn-main").click()
    return kept(page)


def kept(page):
    """Reference and receipt, as a person would write them down."""
    reference = page.locator(".receipt .reference").inner_text().strip()
    return reference, " ".join(page.locator(".receipt .words li").all_inner_texts())


def enter(page, reference, receipt):
    page.locator("[name=reference]").fill(reference)
    page.locator("[name=receipt]").fill(receipt)
    page.locator("main button.btn-main").click()


@pytest.mark.parametrize(
    ("language", "scripts"), [("en", True), ("fa", True), ("ru", True), ("en", False), ("fa", False)]
)
def test_whole_road_of_a_person(live_server, browser, link, language, scripts):
    page = open_page(browser, live_server, language=language, scripts=scripts)
    reference, receipt = appeal(page, live_server.url + link)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "fa" else "ltr")
    page.locator(".receipt a.btn-primary").click()
    enter(page, reference, receipt)
    expect(page.locator("main")).to_contain_text("I film protests.")

    ticket = Ticket.objects.get(reference=reference)
    amir = make_moderator(ticket.queue.team)
    asked_at = now() - timedelta(minutes=1)
    reply(ticket, by=amir, at=asked_at, text="Which video?", is_question=True, turn=None)
    page.reload()
    expect(page.locator("#questions")).to_be_visible()
    page.locator("#write [name=text]").fill("The one of Monday.")
    page.locator("#write button.btn-main").click()
    expect(page.locator("#last")).to_contain_text("The one of Monday.")
    expect(page.locator("#questions")).to_have_count(0)
    page.context.close()


def test_answer_that_never_arrives_loses_nothing(live_server, browser, link):
    """The server stores the appeal, then the connection breaks; the person goes back and sends again."""
    page = open_page(browser, live_server)

    def break_after_sending(route):
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    page.goto(live_server.url + link + "ask/")
    page.locator("[name=text]").fill(WORDS)
    page.route(re.compile(r"/ask/$"), break_after_sending)
    with page.expect_event("requestfailed"):
        page.locator("main button.btn-main").click(no_wait_after=True)
    assert Appeal.objects.count() == 1
    page.unroute(re.compile(r"/ask/$"))
    page.goto(live_server.url + link + "ask/")
    expect(page.locator("[name=text]")).to_have_value(WORDS)
    page.locator("main button.btn-main").click()
    reference, _receipt = kept(page)
    assert Ticket.objects.get().reference == reference
    assert Message.objects.count() == 1
    page.context.close()


def test_words_without_a_space_do_not_widen_the_page_of_a_phone(live_server, browser, is_too_wide):
    opened = make_case(at=now(), text="Donaudampfschiff" * 40)
    page = open_page(browser, live_server, scripts=False)
    page.goto(live_server.url + reverse("helpdesk:case_login"))
    enter(page, opened.ticket.reference, opened.receipt)
    expect(page.locator(".talk")).to_contain_text("Donaudampfschiff")
    assert not is_too_wide(page)
    page.context.close()


def test_words_survive_a_session_that_has_ended(live_server, browser):
    opened = make_case(at=now())
    page = open_page(browser, live_server, scripts=False)
    page.goto(live_server.url + reverse("helpdesk:case_login"))
    enter(page, opened.ticket.reference, opened.receipt)
    page.locator("#write [name=text]").fill("A long story.")
    page.context.clear_cookies(name="sessionid")
    page.locator("#write button.btn-main").click()
    enter(page, opened.ticket.reference, opened.receipt)
    expect(page.locator("#write [name=text]")).to_have_value("A long story.")
    page.context.close()


def test_browser_that_keeps_no_cookies_gets_its_receipt(live_server, browser, link):
    page = open_page(browser, live_server, scripts=False)
    page.goto(live_server.url + link + "ask/")
    page.context.clear_cookies()
    page.locator("[name=text]").fill(WORDS)
    page.locator("main button.btn-main").click()
    reference, _receipt = kept(page)
    assert Ticket.objects.get().reference == reference
    page.context.close()


def test_erasing_a_case_in_two_steps(live_server, browser):
    opened = make_case(at=now())
    page = open_page(browser, live_server, scripts=False)
    page.goto(live_server.url + reverse("helpdesk:case_login"))
    enter(page, opened.ticket.reference, opened.receipt)
    page.goto(live_server.url + reverse("helpdesk:case_erase"))
    page.locator("main button.btn-danger").click()
    assert Ticket.objects.get().status == Status.NEW
    page.locator("[name=sure]").check()
    page.locator("main button.btn-danger").click()
    expect(page.locator("h1")).to_have_text("Your case is erased")
    page.context.close()


PAGES = ["/rules/", "/appeal/", "/report/", "/report/violence/", "/report/child-abuse/", "/complain/"]
PAGES += ["/danger/", "/case/enter/"]


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_public_pages(live_server, browser, link, language, scheme):
    from axe_playwright_python.sync_playwright import Axe

    make_queue(kind=QueueKind.NOTICE)
    opened = make_case(at=now())
    page = open_page(browser, live_server, language=language)
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + reverse("helpdesk:case_login"))
    enter(page, opened.ticket.reference, opened.receipt)
    found = []
    for path in [link, f"{link}ask/", "/case/", "/case/data/", "/case/erase/", "/case/withdraw/", *PAGES]:
        page.goto(live_server.url + path)
        results = Axe().run(page)
        found += [(path, each["id"], each["nodes"][0]["html"]) for each in results.response["violations"]]
    page.context.close()
    assert not found
