"""Doors: the digests for everybody, the dead letters for operators."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from journal.models import Delivery, Digest
from tests.factories import NOON, make_delivery, make_user

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)


@pytest.fixture
def days():
    return Digest.objects.bulk_create(
        Digest(day=FIRST + timedelta(days=number), chains=number, hash=bytes([number]) * 32, made_at=NOON)
        for number in range(150)
    )


def test_anybody_reads_the_digests_page_by_page(client, days):
    page = client.get(reverse("journal:digests"))
    assert bytes(days[-1].hash).hex() in page.text
    assert bytes(days[0].hash).hex() not in page.text
    earlier = client.get(reverse("journal:digests"), {"before": page.context["older_than"]})
    assert bytes(days[0].hash).hex() in earlier.text
    assert earlier.context["older_than"] is None


@pytest.mark.parametrize("before", ["", "soon", "2026-13-01", "9999-12-31'--"])
def test_an_odd_day_is_no_day(client, days, before):
    assert client.get(reverse("journal:digests"), {"before": before}).status_code == 200


def test_anybody_takes_all_digests_as_json(client, days):
    kept = client.get(reverse("journal:digests_json")).json()["digests"]
    assert len(kept) == 150
    assert kept[3] == {"day": "2026-01-04", "chains": 3, "hash": "03" * 32}


def signed_in(*roles):
    client = Client()
    client.force_login(make_user(roles=roles))
    return client


@pytest.fixture
def letter():
    delivery = make_delivery(address="rita@example.org", body={"reference": "A7K3-9QXT-M"})
    Delivery.objects.update(dead_at=NOON, last_error="timeout")
    return delivery


ROUTES = ["dead_letters", "retry_all", "retry"]


def ask(client, route, letter):
    address = reverse(f"journal:{route}", args=[letter.pk] if route == "retry" else [])
    return client.get(address) if route == "dead_letters" else client.post(address)


@pytest.mark.parametrize("route", ROUTES)
def test_a_stranger_is_asked_to_sign_in(client, letter, route):
    assert "login" in ask(client, route, letter)["Location"]
    assert Delivery.objects.dead().exists()


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("role", ["moderator", "lead", "head", "responder", "council_member"])
def test_for_others_on_the_staff_there_is_nothing_here(letter, route, role):
    assert ask(signed_in(role), route, letter).status_code == 404
    assert Delivery.objects.dead().exists()


def test_an_operator_sees_why_but_neither_address_nor_content(letter):
    page = ask(signed_in("operator"), "dead_letters", letter)
    assert "did not answer in time" in page.text
    assert "rita@example.org" not in page.text
    assert "A7K3" not in page.text


@pytest.mark.parametrize("route", ["retry", "retry_all"])
def test_an_operator_tries_again_and_is_told(letter, route):
    client = signed_in("operator")
    assert ask(client, route, letter)["Location"] == reverse("journal:dead_letters")
    assert not Delivery.objects.dead().exists()
    assert "on its way again" in client.get(reverse("journal:dead_letters")).text


def test_a_second_click_is_refused_with_a_sentence(letter):
    client = signed_in("operator")
    ask(client, "retry", letter)
    ask(client, "retry", letter)
    assert "already on its way" in client.get(reverse("journal:dead_letters")).text


def test_three_letters_and_many_cost_the_same(letter):
    client = signed_in("operator")
    ask(client, "dead_letters", letter)

    def cost():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            assert ask(client, "dead_letters", letter).status_code == 200
        return len(queries)

    few = cost()
    for number in range(60):
        make_delivery(f"kind{number % 7}")
    Delivery.objects.update(dead_at=NOON)
    assert cost() == few


def test_the_list_is_filtered_by_reason(letter):
    other = make_delivery("test.other")
    Delivery.objects.filter(pk=other.pk).update(dead_at=NOON, last_error="http_404")
    page = signed_in("operator").get(reverse("journal:dead_letters"), {"why": "http_404"})
    assert [each for each, _ in page.context["letters"]] == [other]


def test_the_digest_of_nothing_is_a_page_too(client):
    assert client.get(reverse("journal:digests")).status_code == 200
