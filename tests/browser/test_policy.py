"""What is promised is edited in a real browser, and what follows of it is seen: steps, picks, the end."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk.actions import confirm_contact, end_silence, reply, set_contact
from helpdesk.actions.policies import publish_policy
from helpdesk.models import Level, Policy, PolicyRow, Status, Step, Ticket
from helpdesk.silence import open_again_path
from journal.actors import SYSTEM
from journal.models import Delivery
from tests.factories import contact_token, make_case, make_moderator, make_queue, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOOKS = [("en", "light"), ("fa", "dark")]
PHONE = {"width": 390, "height": 800}


@pytest.fixture
def queue():
    row = PolicyRow(name_en="Everybody", name_fa="همه", resolution=10 * HOUR)
    half = {"key": "half", "when": "share", "percent": 50, "what": "tell", "level": Level.LEAD}
    late = {"key": "late", "when": "after", "length": HOUR, "what": "hand"}
    steps = [
        Step(row=row, clock="resolution", place=place, **each) for place, each in enumerate((half, late))
    ]
    at = now() - 365 * DAY
    publish_policy([row], by=SYSTEM, at=at, from_at=at, steps=steps)
    return make_queue(name="Complaints", slug="complaints", remind_after_days=7, close_after_days=14)


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


def reading(user, language):
    user.language = language
    user.save()
    return user


@pytest.mark.parametrize("language", ["en", "fa"])
def test_step_is_added_seen_before_it_fires_and_published_by_keyboard(desk_of, queue, lena, language):
    waiting = make_case(queue, at=now() - 8 * HOUR).ticket
    page = desk_of(reading(lena, language), locale=language)
    page.goto(reverse("console:edit_promises"))
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "fa" else "ltr")
    page.locator("button[value='step-0']").press("Enter")
    page.select_option("[name='0-s2-clock']", "resolution")
    page.select_option("[name='0-s2-when']", "share")
    page.fill("[name='0-s2-amount']", "75")
    page.select_option("[name='0-s2-what']", "tell")
    page.select_option("[name='0-s2-level']", "2")
    page.locator("button[name=preview]").press("Enter")
    expect(page.locator("main")).to_contain_text(waiting.reference)
    page.locator("button[name=publish]").press("Enter")
    page.wait_for_url("**/settings/promises/")
    assert Policy.objects.first().rows.get().steps.filter(percent=75, level=Level.LEAD).exists()


def test_enter_in_a_field_looks_first_and_publishes_nothing(desk_of, queue, lena):
    page = desk_of(lena, locale="en")
    page.goto(reverse("console:edit_promises"))
    page.fill("[name='0-resolution']", "8")
    page.press("[name='0-resolution']", "Enter")
    expect(page.locator("button[name=publish]")).to_be_visible()
    expect(page.locator("[name='0-resolution']")).to_be_hidden()
    page.locator("form summary").press("Enter")
    page.fill("[name='0-resolution']", "9")
    page.press("[name='0-resolution']", "Enter")
    expect(page.locator("[name='0-resolution']")).to_have_value("9")
    assert Policy.objects.count() == 1


def test_errors_of_a_step_lead_to_their_field_and_keep_what_was_typed(desk_of, queue, lena, findings):
    page = desk_of(lena, locale="en")
    page.goto(reverse("console:edit_promises"))
    page.fill("[name='0-s0-amount']", "half")
    page.fill("[name='0-resolution']", "soon")
    page.click("button[name=preview]")
    expect(page.locator(".errors li")).to_have_count(2)
    page.locator(".errors a").last.click()
    expect(page).to_have_url(re.compile("0-s0-amount"))
    expect(page.locator("[name='0-s0-amount']")).to_have_value("half")
    assert findings(page) == []


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_pages_of_promises(
    desk_of, queue, lena, findings, is_too_wide, language, scheme, width
):
    first = make_case(queue, at=now() - 8 * HOUR).ticket
    make_case(queue, at=now() - 9 * HOUR, priority=4)
    viewport = {"width": width, "height": 800}
    page = desk_of(reading(lena, language), locale=language, color_scheme=scheme, viewport=viewport)
    names = ["promises", "edit_promises", "what_if", "add_calendar"]
    addresses = [reverse(f"console:{name}") for name in names]
    addresses += [
        reverse("console:queue", args=[queue.slug]),
        reverse("console:ticket", args=[first.reference]),
    ]
    for address in addresses:
        page.goto(address)
        assert findings(page) == [], address
        assert not is_too_wide(page), address
    page.goto(addresses[1])
    page.click("button[name=preview]")
    assert findings(page) == []
    assert not is_too_wide(page)


def silent_case(queue, amir):
    """A case that ended because Rita did not answer, and the path of the link in her mail."""
    asked = now() - 15 * DAY
    ticket = make_case(queue, at=asked).ticket
    set_contact(ticket, by=person(ticket), at=asked, address="rita@mail.example")
    confirm_contact(contact_token(ticket), at=asked)
    reply(ticket, by=amir, at=asked, turn=None, text="Which channel?", is_question=True)
    end_silence(at=asked + 7 * DAY)
    end_silence(at=asked + 14 * DAY)
    body = Delivery.objects.get(kind="case_closed").body
    return ticket, open_again_path(body["case"], body["reminded_at"], body["closes_at"])


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_person_opens_their_case_again_from_the_mail(
    browser, live_server, queue, findings, is_too_wide, language, scheme
):
    ticket, path = silent_case(queue, make_moderator(queue.team))
    context = browser.new_context(
        base_url=live_server.url,
        locale=language,
        color_scheme=scheme,
        viewport=PHONE,
        java_script_enabled=True,
    )
    page = context.new_page()
    page.goto(path)
    assert findings(page) == []
    assert not is_too_wide(page)
    assert Ticket.objects.get().status == Status.RESOLVED
    page.locator("main form button").press("Enter")
    expect(page.locator("main")).to_contain_text(ticket.reference)
    assert findings(page) == []
    assert Ticket.objects.get().status in (Status.NEW, Status.OPEN)
    context.close()
