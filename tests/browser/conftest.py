"""Real pages in a real browser, which fail the test that hides a complaint of the browser.

`page` is a desktop in English; `browse(...)` opens others: a phone, dark colours, another language, no
scripts. `findings(page)` asks axe; an empty list is what one wants.
"""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
UNDO_FOR = timedelta(minutes=10)
expect.set_options(timeout=60_000)  # milliseconds, on a machine that has much else to do


def complaints(said):
    """Errors that a page causes; an answer like 404 or 422 is told in the console too and is none."""
    is_error = said.type == "error" and not said.text.startswith(
        "Failed to load resource: the server responded"
    )
    return [said.text] if is_error or "Content Security Policy" in said.text else []


@pytest.fixture
def browse(browser):
    """Opens pages of sessions of their own; what they complain about fails the test at its end."""
    contexts, heard = [], []

    def browse(*, language="en", phone=False, dark=False, scripts=True):
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            color_scheme="dark" if dark else "light",
            locale=language,
            java_script_enabled=scripts,
        )
        context.on("console", lambda said: heard.extend(complaints(said)))
        context.on("weberror", lambda error: heard.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield browse
    for context in contexts:
        context.close()
    assert not heard, heard


@pytest.fixture
def page(browse):
    return browse()


@pytest.fixture
def findings():
    """What axe finds on a page, in words."""

    def findings(page):
        found = Axe().run(page).response["violations"]
        return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]

    return findings


@pytest.fixture
def no_hurry(monkeypatch):
    """What can be undone can be for UNDO_FOR, not for ten seconds, which a slow machine needs to show it."""
    for place in ("helpdesk.actions.writing", "appeals.actions.reviews", "appeals.views.reviewing"):
        monkeypatch.setattr(f"{place}.UNDO_FOR", UNDO_FOR)


@pytest.fixture
def is_too_wide():
    """Whether a page must be moved sideways to be read."""
    return lambda page: page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.fixture
def desk_of(live_server, browser):
    """Opens a browser of its own for a user; a violation of the content policy fails the test."""
    opened, violations = [], []

    def open_for(user, **options):
        client = Client()
        client.force_login(user)
        context = browser.new_context(base_url=live_server.url, **options)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([cookie])
        context.on(
            "console",
            lambda said: violations.append(said.text) if "Content Security" in said.text else None,
        )
        opened.append(context)
        return context.new_page()

    yield open_for
    for context in opened:
        context.close()
    assert not violations, violations
