"""A lead makes a rota in a real browser: looked at before it holds, read in both directions, by axe too."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk.actions.rotas import Stretch, change_rota
from helpdesk.models import RotaChange, RotaVersion
from tests.factories import make_layer, make_moderator, make_queue, make_rota

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR = timedelta(hours=1)


@pytest.fixture
def team():
    return make_queue(name="Alerts").team


@pytest.fixture
def amir(team):
    return make_moderator(team, "Amir")


@pytest.fixture
def lena(team):
    return make_moderator(team, "Lena", role="lead")


@pytest.mark.parametrize("language", ["en", "fa"])
def test_rota_is_looked_at_with_its_gaps_then_mended_and_published(desk_of, team, amir, lena, language):
    lena.language = language
    lena.save()
    page = desk_of(lena, locale=lena.language)
    page.goto(reverse("console:edit_rota", args=[team.pk]))
    page.fill(f"[name='0-turn-{amir.pk}']", "1")
    page.fill("[name='0-begins']", "09:00")
    page.fill("[name='0-ends']", "17:00")
    page.click("button[name=preview]")
    expect(page.locator("#wrong")).to_be_visible()
    expect(page.locator("table.rota tbody tr.is-changed").first).to_contain_text("Amir")
    page.fill("[name='0-begins']", "")
    page.fill("[name='0-ends']", "")
    page.fill(f"[name='0-turn-{lena.pk}']", "2")
    page.click("button[name=preview]")
    expect(page.locator("#wrong")).to_have_count(0)
    page.click("button[name=publish]")
    page.wait_for_url(f"**/teams/{team.pk}/")
    expect(page.locator("table.rota")).to_contain_text("Lena")
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "fa" else "ltr")
    assert RotaVersion.objects.get().layers.get().members == [amir.pk, lena.pk]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("fa", "dark")])
def test_axe_finds_nothing_on_pages_of_on_call(
    desk_of, team, amir, lena, findings, is_too_wide, language, scheme
):
    lena.language = language
    lena.save()
    rota = make_rota(
        team, make_layer(amir, lena, length=1, unit="days"), make_layer(lena, days=[0, 1]), at=now()
    )
    at = now()
    change_rota(rota, amir, None, by=lena, at=at, there=Stretch(at, at + 99 * HOUR))
    page = desk_of(lena, locale=language, color_scheme=scheme, viewport={"width": 390, "height": 800})
    addresses = [reverse("console:on_call"), reverse("console:on_call_feed")]
    addresses += [reverse(f"console:{name}", args=[team.pk]) for name in ("rota", "edit_rota", "change_rota")]
    for address in addresses:
        page.goto(address)
        assert findings(page) == [], address
        assert not is_too_wide(page), address


def test_errors_of_a_layer_lead_to_their_fields(desk_of, team, lena, findings):
    page = desk_of(lena, locale=lena.language)
    page.goto(reverse("console:edit_rota", args=[team.pk]))
    page.fill("[name='0-name']", "")
    page.fill("[name='0-length']", "0")
    page.click("button[name=preview]")
    expect(page.locator(".errors li")).to_have_count(3)
    page.locator(".errors a").first.click()
    expect(page).to_have_url(re.compile("0-name"))
    assert findings(page) == []


def tab_to(page, selector):
    """Walk to it by the tabulator, as somebody without a mouse does."""
    for _each in range(120):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"No way to {selector} by keyboard.")


@pytest.mark.parametrize("language", ["en", "fa"])
def test_somebody_is_asked_to_stand_in_by_keyboard_alone(desk_of, team, amir, lena, findings, language):
    amir.language = language
    amir.save()
    make_rota(team, make_layer(amir, lena, length=1, unit="days"), at=now())
    page = desk_of(amir, locale=language)
    page.goto(reverse("console:rota", args=[team.pk]))
    tab_to(page, "a[href*='turn=']")
    page.keyboard.press("Enter")
    expect(page.locator("[name=turn]")).not_to_have_value("")
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "fa" else "ltr")
    assert findings(page) == []
    tab_to(page, "[name=stand_in]")
    page.keyboard.type("Lena")
    tab_to(page, "form[method=post] button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/teams/{team.pk}/")
    change = RotaChange.objects.get()
    assert (change.status, change.out, change.stand_in) == ("asked", amir, lena)
