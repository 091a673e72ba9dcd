"""Out-of-court bodies: who sets them, and whom a person is told of after an answer (DSA Art. 21)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import override

from appeals.actions.bodies import change_body, end_body
from appeals.actions.reviews import decide
from appeals.countries import countries, country_of
from appeals.models import OutOfCourtBody
from helpdesk.models import Ticket
from journal.models import Event
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_appeal,
    make_body,
    make_moderator,
    make_user,
    refused,
    subject_of,
)

pytestmark = pytest.mark.django_db

BODIES = reverse("appeals_console:bodies")


def page_of(body):
    return reverse("appeals_console:body", args=[body.pk])


def typed(**fields):
    return {"name": "Settle", "country": "IE", "url": "https://settle.example/", **fields}


def after(html, *words):
    """Whether the page says all of it, in this order."""
    places = [html.find(word) for word in words]
    return -1 not in places and places == sorted(places)


class TestOnThePageOfThePerson:
    @pytest.fixture
    def opened(self):
        return make_appeal(at=now() - timedelta(hours=2))

    @pytest.fixture
    def answered(self, opened):
        amir, at = make_moderator(appeals_queue().team), now() - timedelta(hours=1)
        decide(subject_of(opened), by=amir, at=at, outcome="upheld", reasons=REASONS, attested=True)
        return opened

    def read(self, client, opened, *, zone="", language="en"):
        Ticket.objects.update(zone=zone)
        client.cookies["django_language"] = language
        enter = {"reference": opened.ticket.reference, "receipt": opened.receipt}
        return client.post(reverse("helpdesk:case_login"), enter, follow=True).content.decode()

    def test_the_country_whose_clock_they_go_by_stands_first(self, client, answered):
        make_body("Accord", "AT")
        make_body("Frieden", "DE")
        make_body("Settle", "IE")
        html = self.read(client, answered, zone="Europe/Berlin")
        assert after(html, "Germany", "Frieden", "Austria", "Accord", "Ireland", "Settle")
        assert "also in another country" in html

    @pytest.mark.parametrize("zone", ["", "Asia/Tehran"])
    def test_where_none_is_theirs_all_stand_by_name_of_their_country(self, client, answered, zone):
        make_body("Settle", "IE")
        make_body("Accord", "AT")
        assert after(self.read(client, answered, zone=zone), "Austria", "Accord", "Ireland", "Settle")

    def test_countries_and_languages_are_named_in_the_language_of_the_reader(self, client, answered):
        make_body(languages="en, de")
        html = self.read(client, answered, language="ru")
        assert after(html, "Ирландия", "Settle", "английский и немецкий")

    def test_a_body_that_was_ended_is_not_told(self, client, answered):
        make_body("Accord", "AT", ended_at=NOON)
        make_body("Settle", "IE")
        html = self.read(client, answered)
        assert "Settle" in html
        assert "Accord" not in html

    def test_a_body_is_told_to_the_last_day_of_its_certificate(self, client, answered):
        today = now().date()
        make_body("Accord", "AT", certified_until=today - timedelta(days=1))
        make_body("Settle", "IE", certified_until=today + timedelta(days=1))
        html = self.read(client, answered)
        assert "Settle" in html
        assert "Accord" not in html

    def test_where_there_is_none_the_way_to_a_court_is_told(self, client, answered):
        html = self.read(client, answered)
        assert "You can always go to a court." in html
        assert "independent bodies" not in html

    def test_before_the_answer_none_is_told(self, client, opened):
        make_body()
        assert "Settle" not in self.read(client, opened)


@pytest.mark.parametrize(("language", "ireland"), [("en", "Ireland"), ("fa", "ایرلند")])
def test_how_it_works_names_countries_in_words(client, language, ireland):
    make_body()
    client.cookies["django_language"] = language
    html = client.get("/how/").content.decode()
    assert after(html, ireland, "Settle")
    assert "(IE)" not in html


class TestSettingThem:
    @pytest.fixture(autouse=True)
    def lena(self, client):
        lena = make_user("Lena", roles=["lead"])
        client.force_login(lena)
        return lena

    def test_a_body_is_added_for_a_country_by_its_name(self, client):
        form = client.get(BODIES).content.decode()
        assert '<option value="IE">Ireland</option>' in form
        client.post(BODIES, typed(certified_until="۲۰۲۷-۰۱-۳۱"))
        body = OutOfCourtBody.objects.get()
        assert (body.country, body.certified_until.isoformat()) == ("IE", "2027-01-31")
        assert Event.objects.get(subject_id=body.pk).code == "added"

    @pytest.mark.parametrize("code", ["XX", "EU", "ie", ""])
    def test_what_is_no_country_is_refused(self, client, code):
        page = client.post(BODIES, typed(country=code))
        assert page.status_code == 409
        assert "country" in page.context["form"].errors
        assert not OutOfCourtBody.objects.exists()

    def test_the_list_says_who_is_told_of_no_more(self, client):
        make_body(languages="en, fa", certified_until=now().date() - timedelta(days=2))
        html = client.get(BODIES).content.decode()
        assert "<td>Ireland</td><td>English and Persian</td>" in html
        assert "nobody is told of it now" in html

    def test_the_second_of_two_open_pages_puts_back_nothing(self, client):
        body = make_body()
        seen = client.get(page_of(body)).context["seen"]
        client.post(page_of(body), typed(seen=seen, certified_until="2027-01-31"))
        page = client.post(page_of(body), typed(seen=seen, name="Settle it"))
        body.refresh_from_db()
        assert (page.status_code, body.name, str(body.certified_until)) == (409, "Settle", "2027-01-31")
        form = page.context["form"]
        assert form.errors["certified_until"] == ["Saved now: 31 January 2027"]
        assert form["name"].value() == "Settle it"
        client.post(page_of(body), typed(seen=page.context["seen"], name="Settle it"))
        body.refresh_from_db()
        assert (body.name, body.certified_until) == ("Settle it", None)

    def test_an_ended_body_is_not_there_to_change(self, client, lena):
        body = make_body()
        client.post(reverse("appeals_console:end_body", args=[body.pk]))
        body.refresh_from_db()
        assert body.ended_at
        assert client.get(page_of(body)).status_code == 404
        assert client.post(page_of(body), typed(name="Again")).status_code == 404
        with refused("ended"):  # ended between the page and the click
            change_body(body, by=lena, at=NOON, name="Again")

    def test_ended_again_it_keeps_its_first_end(self, lena):
        body = make_body()
        end_body(body, by=lena, at=NOON)
        end_body(body, by=lena, at=NOON + timedelta(days=1))
        assert OutOfCourtBody.objects.get().ended_at == NOON
        assert Event.objects.filter(subject_id=body.pk).count() == 1

    def test_what_stays_as_it_was_is_no_event(self, lena):
        body = make_body()
        change_body(body, by=lena, at=NOON, name="Settle", country="AT")
        assert Event.objects.get(subject_id=body.pk).values == {"country": "AT", "fields": ["country"]}


class TestCountries:
    def test_all_of_iso_3166_and_no_others_are_offered(self):
        codes = {code for code, _name in countries()}
        assert len(codes) == 249
        assert {"IE", "AX", "TW"} <= codes
        assert codes.isdisjoint({"EU", "UN", "XK", "ZZ"})

    @pytest.mark.parametrize("language", ["en", "ru", "fa"])
    def test_each_has_a_name_in_every_language(self, language):
        with override(language):
            assert not [code for code, name in countries() if name == code]

    @pytest.mark.parametrize(
        ("zone", "country"), [("Europe/Kyiv", "UA"), ("Asia/Tehran", "IR"), ("Etc/UTC", ""), ("", "")]
    )
    def test_of_a_clock_the_country_is_known(self, zone, country):
        assert country_of(zone) == country
