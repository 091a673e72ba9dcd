"""What every test may use."""

import os

import pytest
from django.utils import translation

from tests import chromium


@pytest.fixture(scope="session")
def browser():
    """A real Chromium, for the tests in tests/browser/. Wait with `expect`: the CSP forbids eval."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps a loop in this thread; we use none
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium.require(), args=chromium.QUIET)
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    """A page of its own session. A violation of the content security policy fails the test."""
    context = browser.new_context()
    violations = []
    context.on(
        "console",
        lambda said: violations.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield context.new_page()
    context.close()
    assert not violations, violations


@pytest.fixture(autouse=True)
def begin_in_english():
    """A page that a test asked for in another language leaves that language behind in its thread."""
    with translation.override("en"):
        yield
