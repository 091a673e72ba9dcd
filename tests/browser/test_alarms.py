"""Somebody is paged and answers, in a real browser: from the banner, and from the mail without signing in."""

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk.actions.paging import ring
from helpdesk.alarm_links import alarm_path
from helpdesk.models import Alarm, Paged
from tests.factories import make_alarm, make_case, make_incident, make_line, make_queue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ("/console/alarms/", "/console/alarms/ways/", "/console/incidents/", "/console/incidents/1/")


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def lena(queue):
    """Paged for a case, for an incident and because somebody calls."""
    lena, hana = make_line(queue.team)
    make_alarm(make_case(queue).ticket, at=now(), due_at=now())
    make_alarm(queue.team, at=now())
    make_incident(queue, at=now())
    ring(at=now())
    lena.hana = hana
    return lena


@pytest.mark.parametrize(
    ("language", "dark", "phone"), [("en", False, False), ("fa", True, True), ("ru", False, True)]
)
def test_axe_finds_nothing_on_pages_of_alarms(desk_of, lena, findings, is_too_wide, language, dark, phone):
    lena.language = language
    lena.save()
    size = {"width": 390, "height": 800} if phone else {"width": 1280, "height": 800}
    page = desk_of(lena, locale=language, color_scheme="dark" if dark else "light", viewport=size)
    for path in PAGES:
        page.goto(path)
        assert findings(page) == [], path
        assert not is_too_wide(page), path


def test_errors_stand_on_their_fields(desk_of, lena, findings):
    page = desk_of(lena)
    for path, button in (
        ("/console/alarms/", "Page them now"),
        ("/console/alarms/ways/", "Tell it here"),
        ("/console/incidents/1/", "Close it"),
    ):
        page.goto(path)
        page.get_by_role("button", name=button).click()
        expect(page.locator(".has-error").first).to_be_visible()
        assert findings(page) == [], path


def test_banner_comes_by_itself_and_is_answered_by_keyboard(desk_of, lena):
    page = desk_of(lena.hana)
    page.goto("/console/")
    expect(page.get_by_text("You are paged:")).to_have_count(0)
    Paged.objects.create(alarm=Alarm.objects.earliest("id"), user=lena.hana, round=1, at=now())
    expect(page.get_by_text("You are paged:")).to_be_visible()
    page.get_by_role("button", name="Acknowledge", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("you have it")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_link_of_a_page_is_answered_by_one_press(live_server, browse, findings, lena, scripts):
    page = browse(phone=True, scripts=scripts)
    page.goto(live_server.url + alarm_path(Paged.objects.filter(user=lena).earliest("id").told_in, now()))
    assert Alarm.objects.ringing().count() == 3
    if scripts:
        assert findings(page) == []
        expect(page.get_by_role("button", name="I come")).to_be_focused()
    page.get_by_role("button", name="I come").click()
    expect(page.get_by_text("you have it").first).to_be_visible()
    assert not Alarm.objects.ringing().exists()
