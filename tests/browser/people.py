"""Browsers of people who walk the road, each with a session of its own."""

from contextlib import contextmanager

from tests.accounts.test_signing_in import code_of
from tests.factories import PASSWORD

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
PATIENCE = 60_000  # milliseconds, on a machine that has much else to do


@contextmanager
def a_browser(browser, live_server, *, language="en", viewport=PHONE, scripts=True):
    """A page of its own session. A violation of the content policy or an error in a script fails the test."""
    context = browser.new_context(
        base_url=live_server.url, locale=language, viewport=viewport, java_script_enabled=scripts
    )
    faults = []
    context.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()
    assert not faults, faults


def sign_in(page, user):
    """With password and the code of an app."""
    page.goto("/accounts/login/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main .btn-main")
    page.fill("[name=code]", code_of())
    page.click("main .btn-main")
    page.wait_for_url("**/console/")


def kept(page):
    """Reference and receipt, as a person would write them down."""
    reference = page.locator(".receipt .reference").inner_text().strip()
    return reference, " ".join(page.locator(".receipt .words li").all_inner_texts())


def open_case(page, reference, receipt):
    page.goto("/case/enter/")
    page.fill("[name=reference]", reference)
    page.fill("[name=receipt]", receipt)
    page.click("main button.btn-main")
