"""The pages that only tell."""

import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils.timezone import now

from helpdesk.models import QueueKind
from tests.factories import make_policy, make_queue, make_user

pytestmark = pytest.mark.django_db
TEMPLATES = settings.BASE_DIR / "templates"


def test_security_text_names_a_contact_and_ends_within_a_year(client):
    answer = client.get("/.well-known/security.txt")
    lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert lines["Contact"].startswith("mailto:")
    assert now() < datetime.fromisoformat(lines["Expires"]) < now() + timedelta(days=365)


def test_promised_times_are_those_of_the_queues(client):
    make_policy(resolution=timedelta(hours=49))
    make_queue(kind=QueueKind.APPEAL, keep_for_days=77)
    assert "3 days" in client.get("/how/").content.decode()
    assert "77 days" in client.get("/privacy/").content.decode()


def test_contact_names_points_for_people_and_authorities(client, settings):
    settings.SERVICE = settings.SERVICE | {"representative": "Ada Office, Dublin"}
    html = client.get("/contact/").content.decode()
    assert settings.SERVICE["people_email"] in html
    assert settings.SERVICE["authorities_email"] in html
    assert "Ada Office, Dublin" in html


def test_leaving_forgets_the_session(client, settings):
    session = client.session
    session["case"] = "x"
    session.save()
    answer = client.get("/leave/")
    assert answer.url == settings.QUICK_EXIT_URL
    assert "case" not in client.session


def test_nothing_is_cached_and_nobody_is_told_where_a_reader_came_from(client):
    headers = client.get("/").headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(("site", "status"), [("same-origin", 302), ("cross-site", 403)])
def test_form_without_an_origin_is_taken_from_our_own_pages_only(site, status):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/how/")
    token = browser.cookies["csrftoken"].value
    given = {"language": "ru", "csrfmiddlewaretoken": token}
    answer = browser.post("/language/", given, headers={"Origin": "null", "Sec-Fetch-Site": site})
    assert answer.status_code == status


def bases(path):
    """The templates that one stands on, itself first."""
    while path.exists():
        text = path.read_text()
        yield path.relative_to(TEMPLATES).as_posix(), text
        found = re.search(r'\{% extends "([^"]+)" %\}', text)
        path = TEMPLATES / found[1] if found else TEMPLATES / "none"


def test_every_page_of_the_console_has_a_name_in_its_tab():
    unnamed = []
    for path in TEMPLATES.rglob("*.html"):
        chain = list(bases(path))
        own = [text for name, text in chain if name != "console.html"]
        if 0 < len(own) < len(chain) and "{% block title %}" in own[0]:
            unnamed += [] if any("block tab" in text for text in own) else [chain[0][0]]
    assert unnamed == []


def test_page_of_the_look_shows_what_the_console_is_made_of(client):
    client.force_login(make_user("Lena", roles=["lead"]))
    html = client.get("/console/style/").content.decode()
    for part in (
        "callout is-late alarm",
        "table rota",
        "is-changed",
        'class="plot"',
        'class="step"',
        "composer",
    ):
        assert part in html
