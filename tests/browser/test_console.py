"""A moderator works in a real browser: by keyboard alone, beside a colleague, in both directions."""

import re
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk import presence
from helpdesk.actions import reply
from helpdesk.models import Message, Note, ReplyTemplate
from tests.factories import make_message, make_note, make_queue, make_ticket, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def amir():
    return make_user("Amir", roles=["moderator"])


@pytest.fixture
def lena():
    return make_user("Lena", roles=["lead"])


@pytest.fixture
def queue(amir, lena):
    return make_queue(amir, lena, name="Complaints", slug="complaints")


def test_a_shift_by_keyboard_alone(desk_of, amir, queue, no_hurry):
    calm = make_ticket(queue, summary="Calm", text="Not urgent.", priority=4)
    make_ticket(queue, summary="Urgent", text="Please be quick.", priority=1)
    page = desk_of(amir)
    page.goto("/console/queues/complaints/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".row-item.is-chosen")).to_contain_text("Calm")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(calm.reference))
    page.go_back()
    page.wait_for_load_state()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Urgent")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("i")
    page.keyboard.type("Looks real.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".talk .is-note")).to_contain_text("Looks real.")
    page.wait_for_load_state()
    page.keyboard.press("r")
    page.keyboard.type("We restore it.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".from-staff")).to_contain_text("We restore it.")
    page.wait_for_load_state()
    assert Note.objects.get().text == "Looks real."
    page.keyboard.press("u")
    expect(page.locator("#reply-text")).to_have_value("We restore it.")
    assert not Message.objects.filter(author=amir).exists()


def test_the_keys_are_listed_and_search_is_one_away(desk_of, amir, queue):
    make_ticket(queue, text="The channel of poetry is gone.")
    page = desk_of(amir)
    page.goto("/console/")
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_contain_text("take the next ticket")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("poetry")
    page.keyboard.press("Enter")
    expect(page.locator(".row-item")).to_have_count(1)


def test_on_a_phone_the_menu_opens_over_the_page_without_a_script(desk_of, amir, queue):
    page = desk_of(amir, viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page.goto("/console/")
    rail = page.locator("#rail").get_by_role("link", name="Complaints")
    expect(rail).to_be_hidden()
    page.get_by_role("button", name="Menu").press("Enter")
    rail.click()
    expect(page).to_have_url(re.compile("/queues/complaints/"))
    expect(page.locator("#rail")).to_be_hidden()


def test_two_colleagues_see_each_other_as_long_as_they_are_there(desk_of, amir, lena, queue, monkeypatch):
    for name in ("LOOKING_FOR", "WRITING_FOR"):
        monkeypatch.setattr(presence, name, 60)
    ticket = make_ticket(queue, text="Help")
    hers, his = desk_of(lena), desk_of(amir)
    hers.goto(f"/console/tickets/{ticket.reference}/")
    his.goto(f"/console/tickets/{ticket.reference}/")
    expect(hers.locator("#others")).to_have_attribute("hx-trigger", "every 2s")
    expect(hers.locator("#others")).to_contain_text("Amir is looking")
    his.locator("#reply-text").press_sequentially("Dear person,", delay=20)
    expect(hers.locator("#others")).to_contain_text("Amir is writing")
    his.close()
    with time_machine.travel(now() + timedelta(seconds=61)) as clock:
        with hers.expect_response(re.compile("/others/")):  # his last request may have come after the jump
            pass
        clock.shift(61)
        expect(hers.locator("#others")).not_to_contain_text("Amir")


def test_a_form_overtaken_by_a_colleague_shows_both_texts(desk_of, amir, lena, queue):
    ticket = make_ticket(queue, text="Help", assignee=amir)
    page = desk_of(amir)
    page.goto(f"/console/tickets/{ticket.reference}/")
    reply(ticket, by=lena, at=now(), text="Lena was faster.", turn=None)
    expect(page.locator("#others")).to_contain_text("has changed since you opened it")
    page.fill("#reply-text", "My own words.")
    page.get_by_role("button", name="Send to the person").click()
    expect(page.locator("#refusal")).to_contain_text("Lena was faster.")
    expect(page.locator("#refusal")).to_contain_text("My own words.")
    expect(page.locator("#reply-text")).to_have_value("My own words.")
    page.get_by_role("button", name="Send to the person").click()
    expect(page.locator(".talk")).to_contain_text("My own words.")


def test_what_was_typed_outlives_a_closed_page(desk_of, amir, queue):
    ticket = make_ticket(queue, text="Help")
    page = desk_of(amir)
    page.goto(f"/console/tickets/{ticket.reference}/")
    with page.expect_response(lambda answer: keeps(answer, "Half a sent")):
        page.locator("#reply-text").press_sequentially("Half a sent")
    page.goto("/console/")
    page.goto(f"/console/tickets/{ticket.reference}/")
    expect(page.locator("#reply-text")).to_have_value("Half a sent")


def keeps(answer, words):
    """Whether this is the answer to the draft that ends with these words."""
    return "/draft/" in answer.url and words in parse_qs(answer.request.post_data).get("text", [])


def a_busy_desk(amir, lena, queue):
    ticket = make_ticket(queue, text="کانال من بسته شد", language="fa", assignee=amir)
    make_message(ticket, "We look at it.", author=lena)
    make_note(ticket, lena)
    make_ticket(queue, summary="Another")
    ReplyTemplate.objects.create(name="First answer", text="We have your case {reference}.")
    case, team = f"/console/tickets/{ticket.reference}/", queue.team_id
    paths = ["", "mine/", "queues/complaints/", "queues/complaints/?language=fa", "search/?q=another"]
    paths += ["settings/", "settings/queues/add/", f"settings/teams/{team}/", f"bulk/?t={ticket.reference}"]
    parts = ["", "?tab=note", "do/hand-over/", "do/snooze/", "history/", "templates/"]
    return [f"/console/{path}" for path in paths] + [f"{case}{part}" for part in parts]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_axe_finds_nothing_on_any_page(desk_of, lena, amir, queue, language, scheme):
    lena.language = language
    lena.save(update_fields=["language"])
    page = desk_of(lena, locale=language, color_scheme=scheme)
    found = {}
    for path in a_busy_desk(amir, lena, queue):
        assert page.goto(path).ok, path
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "fa" else "ltr")
        results = Axe().run(page)
        if results.violations_count:
            found[path] = results.generate_report()
    assert not found, found
