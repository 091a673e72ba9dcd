"""The staff come in with a real browser: an app, a passkey, and pages that a screen reader can use."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.accounts.test_signing_in import code_of
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at(live_server, page):
    """Opens a path under a name that passkeys accept."""
    base = live_server.url.replace("127.0.0.1", "localhost")
    return lambda path: page.goto(f"{base}{path}")


@pytest.fixture
def lena():
    return make_user("Lena", roles=["operator"])


def give_password(page, user):
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main .btn-main")


def sign_in(page, at, user):
    at("/accounts/login/?next=/accounts/")
    give_password(page, user)
    page.fill("[name=code]", code_of())
    page.click("main .btn-main")
    expect(page).to_have_url(re.compile("/accounts/$"))


def show_again(page):
    page.fill("[name=password]", PASSWORD)
    page.click("main .btn-main")


def own_a_passkey(page):
    """The device that belongs to this browser holds passkeys and agrees to everything."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_new_colleague_sets_an_app_up(page, at):
    olga = make_user("Olga", roles=["operator"], factor=False)
    at("/accounts/login/")
    give_password(page, olga)
    page.get_by_role("link", name="Set up an app").click()
    show_again(page)
    expect(page.locator("main img")).to_have_js_property("complete", True)
    assert page.locator("main img").evaluate("image => image.naturalWidth") > 100
    page.fill("[name=code]", code_of(page.inner_text("#authenticator_secret")))
    page.click("main .btn-main")
    expect(page.get_by_text("10 codes are left.")).to_be_visible()


def test_passkey_alone_signs_in(page, at, lena):
    own_a_passkey(page)
    sign_in(page, at, lena)
    at("/accounts/factor/passkeys/add/")
    show_again(page)
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    at("/accounts/logout/")
    page.click("main .btn-main")
    page.click("#passkey_login")
    page.wait_for_url("**/console/people/")
    at("/accounts/")
    expect(page.get_by_text(lena.email)).to_be_visible()


def test_code_signs_in_without_javascript(browser, live_server, lena):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, lambda path: page.goto(f"{live_server.url}{path}"), lena)
    expect(page.get_by_text(lena.email)).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_pages_are_usable_by_all(page, at, lena, language, scheme):
    make_user("Amir", roles=["moderator"])
    lena.language = language
    lena.save()
    page.emulate_media(color_scheme=scheme)
    found = {}
    for path in ["/accounts/login/", "/accounts/password/reset/"]:
        at(path)
        found[path] = Axe().run(page).response["violations"]
    sign_in(page, at, lena)
    for path in [
        "/accounts/",
        "/accounts/details/",
        "/accounts/sessions/",
        "/accounts/factor/",
        "/accounts/keys/",
        "/console/people/",
        f"/console/people/{lena.pk}/",
        "/console/people/invite/",
        "/console/platforms/",
    ]:
        at(path)
        found[path] = Axe().run(page).response["violations"]
    assert {path: [each["id"] for each in all_] for path, all_ in found.items() if all_} == {}
