"""Words that are shown once: loading the page again, or sending the form again, makes nothing anew."""

import re

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from accounts.models import ApiKey, WebhookEndpoint
from accounts.views.once import KEPT_FOR
from journal.ids import uuid7
from journal.models import Event
from tests.factories import PASSWORD, make_api_key, make_platform, make_user
from tests.together import at_once

pytestmark = pytest.mark.django_db
KEY = {"name": "Feed", "scopes": ["statements:write"]}


@pytest.fixture
def lena():
    return make_user("Lena", roles=["operator"])


@pytest.fixture
def console(lena):
    client = Client()
    client.force_login(lena)
    return client


@pytest.fixture
def place():
    return f"/console/platforms/{make_platform('Agora').slug}/"


def read(client, address):
    return client.get(address).content.decode()


def words(page):
    found = re.search(r"(?:rc_|whsec_)[\w+/=-]+", page)
    return found[0] if found else None


def test_key_is_shown_on_a_page_of_its_own_and_never_again(console, place):
    answer = console.post(f"{place}keys/", KEY)
    page = console.get(answer.url)
    shown = words(page.content.decode())
    assert page["Cache-Control"] == "no-store"
    assert ApiKey.objects.of_secret(shown).get().platform.name == "Agora"
    assert "This was shown already" in read(console, answer.url)
    assert shown not in read(console, place)


def test_loading_the_page_again_makes_no_key(console, place):
    answer = console.post(f"{place}keys/", KEY)
    for _ in range(2):
        console.get(answer.url)
    assert ApiKey.objects.count() == 1


def test_same_form_sent_again_makes_no_second_key_and_shows_the_first(console, place):
    once = re.search(r'name="once" value="([^"]+)"', read(console, place))[1]
    answers = [console.post(f"{place}keys/", KEY | {"once": once}) for _ in range(2)]
    assert len({answer.url for answer in answers}) == 1
    assert ApiKey.objects.of_secret(words(read(console, answers[1].url))).exists()
    assert ApiKey.objects.count() == Event.objects.filter(code="key_made").count() == 1


def test_two_forms_make_two_keys(console, place):
    ids = set(re.findall(r'name="once" value="([^"]+)"', read(console, place) + read(console, place)))
    assert len(ids) == 4  # a key and an address on each page
    for once in list(ids)[:2]:
        console.post(f"{place}keys/", KEY | {"once": once})
    assert ApiKey.objects.count() == 2


def test_id_of_somebody_elses_key_makes_and_shows_nothing(console, place):
    other = make_api_key()
    page = console.post(f"{place}keys/", KEY | {"once": other.pk}).content.decode()
    assert "This page is too old to be sent. Load it again." in page
    assert ApiKey.objects.count() == 1


def test_form_that_lacks_something_keeps_its_id(console, place):
    once = str(uuid7())
    page = console.post(f"{place}keys/", {"name": "", "once": once}).content.decode()
    assert once in page
    assert "Something is missing or not right" in page


def test_words_wait_sealed_and_are_gone_once_shown(console, place):
    answer = console.post(f"{place}keys/", KEY)
    kept = str(Session.objects.get().get_decoded()["shown_once"])
    shown = words(read(console, answer.url))
    assert shown not in kept
    assert Session.objects.get().get_decoded()["shown_once"] == {}


def test_words_are_not_kept_for_whoever_comes_late(console, place):
    answer = console.post(f"{place}keys/", KEY)
    with time_machine.travel(now() + KEPT_FOR, tick=False):
        page = read(console, answer.url)
    assert words(page) is None


def test_a_colleague_is_not_shown_it(console, place):
    answer = console.post(f"{place}keys/", KEY)
    olga = Client()
    olga.force_login(make_user("Olga", roles=["operator"]))
    assert words(read(olga, answer.url)) is None
    assert words(read(console, answer.url))


def test_keys_of_several_tabs_are_each_shown(console, place):
    answers = [console.post(f"{place}keys/", KEY | {"once": uuid7()}) for _ in range(3)]
    assert len({words(read(console, answer.url)) for answer in answers}) == 3


def test_session_keeps_few(console, place):
    for _ in range(7):
        console.post(f"{place}keys/", KEY)
    assert len(Session.objects.get().get_decoded()["shown_once"]) == 5


def test_own_key_is_shown_once(console, lena):
    form = {"name": "Script", "scopes": ["tickets:read"], "once": uuid7()}
    answers = [console.post("/accounts/keys/", form) for _ in range(2)]
    assert ApiKey.objects.of_secret(words(read(console, answers[0].url))).get().user == lena
    assert words(read(console, answers[1].url)) is None
    assert lena.keys.count() == 1


def test_address_added_twice_by_one_form_is_one_and_shows_its_secret(console, place):
    form = {"url": "https://p.example/hook", "once": uuid7()}
    answers = [console.post(f"{place}endpoints/", form) for _ in range(2)]
    assert words(read(console, answers[1].url)) == WebhookEndpoint.objects.get().secrets(now())[0]


def test_address_added_by_another_form_is_refused(console, place):
    for _ in range(2):
        answer = console.post(f"{place}endpoints/", {"url": "https://p.example/hook", "once": uuid7()})
    assert "This address is already told." in answer.content.decode()


def test_id_of_another_address_adds_nothing(console, place):
    once = uuid7()
    console.post(f"{place}endpoints/", {"url": "https://p.example/hook", "once": once})
    page = console.post(f"{place}endpoints/", {"url": "https://p.example/other", "once": once})
    assert "This page is too old to be sent." in page.content.decode()
    assert WebhookEndpoint.objects.count() == 1


def test_new_secret_of_a_webhook_is_shown_once_and_not_made_by_loading(console, place):
    console.post(f"{place}endpoints/", {"url": "https://p.example/hook"})
    endpoint = WebhookEndpoint.objects.get()
    answer = console.post(f"/console/platforms/endpoints/{endpoint.pk}/rotate/")
    page = read(console, answer.url)
    endpoint.refresh_from_db()
    assert words(page) == endpoint.secrets(now())[0]
    assert "carry two signatures" in page
    assert words(read(console, answer.url)) is None
    endpoint.refresh_from_db()
    assert words(page) == endpoint.secrets(now())[0]


def test_new_recovery_codes_are_made_by_the_button_and_not_by_loading_the_page(console, lena):
    RecoveryCodes.activate(lena)
    console.post("/accounts/again/", {"password": PASSWORD})
    answer = console.post("/accounts/factor/codes/new/")
    pages = [re.findall(r'ltr">(\d+)<', read(console, answer.url)) for _ in range(2)]
    assert len(pages[0]) == 10
    assert pages[0] == pages[1]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_make_one_key_and_show_it(console, place):
    form = KEY | {"once": uuid7()}

    def click():
        try:
            return console.post(f"{place}keys/", form).url
        finally:
            connection.close()

    addresses = at_once(click, click)
    assert ApiKey.objects.count() == 1
    assert words(read(console, addresses[0]))
