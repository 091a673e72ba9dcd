"""By which clock a person is told the time: guessed, seen, theirs to change, kept with their words alone."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from helpdesk.actions import case_data, erase_case, set_zone
from helpdesk.forms.complaint import DangerForm
from helpdesk.mails import zone_of_case
from helpdesk.models import Ticket
from helpdesk.receipts import new_token
from helpdesk.zones import OFFERED, choices_at, place_of
from journal.mail import worded
from journal.models import Event
from journal.moments import read_zone
from journal.outbox import delivery_of
from tests.factories import NOON, make_case, make_moderator, make_queue, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened():
    return make_case(at=now() - timedelta(minutes=5))


@pytest.fixture
def rita(client, opened):
    """Rita's browser with her case open."""
    given = {"reference": opened.ticket.reference, "receipt": opened.receipt}
    client.post(reverse("helpdesk:case_login"), given)
    return client


def complain(client, **more):
    make_queue()
    given = {"category": "other", "text": "Help me.", "language": "en", "token": new_token(), **more}
    client.get(reverse("helpdesk:complain"))
    return client.post(reverse("helpdesk:complain"), given, follow=True).content.decode()


def page(client, name="case", **headers):
    return client.get(reverse(f"helpdesk:{name}"), headers=headers).content.decode()


def mail_of(kind, ticket, *, body=None, language="en"):
    address = "rita@mail.example"
    return delivery_of(kind, about=ticket, at=NOON, language=language, address=address, body=body or {})


def chosen_on(html):
    return re.search(r'<option value="([^"]*)" selected', html.split('name="zone"')[1])[1]


def test_zone_comes_with_the_form_and_stands_with_the_case(client):
    html = complain(client, zone="Asia/Tehran")
    assert Ticket.objects.get().zone == "Asia/Tehran"
    assert "in Tehran" in html


@pytest.mark.parametrize("zone", ["", "Mars/Base", "<script>", "UTC"])
def test_zone_that_is_none_is_no_error_and_told_as_utc(client, zone):
    html = complain(client, zone=zone)
    assert Ticket.objects.get().zone == ""
    assert re.search(r"\d\d:\d\d UTC", html)


def test_form_without_the_field_is_taken_too(client):
    complain(client)
    assert Ticket.objects.get().zone == ""


@pytest.mark.parametrize(("language", "zone"), [("fa", "Asia/Tehran"), ("ru", "Europe/Moscow"), ("en", "")])
def test_without_scripts_the_guess_goes_by_the_language(client, language, zone):
    assert chosen_on(page(client, "danger", accept_language=language)) == zone


def test_zone_that_was_chosen_comes_back_after_an_error_and_is_not_guessed_anew(client):
    html = complain(client, text="", zone="Antarctica/Troll")
    assert chosen_on(html) == "Antarctica/Troll"
    assert "data-zone-guess" not in html


def test_every_place_that_is_offered_is_one_and_stands_from_west_to_east():
    assert [name for name in OFFERED if read_zone(name) != name] == []
    shown = choices_at(NOON, "")
    assert shown[0] == ("", "world time (UTC) (12:00)")
    assert shown[1] == ("Pacific/Honolulu", "Honolulu (02:00)")
    assert shown[-1] == ("Pacific/Kiritimati", "Kiritimati (02:00)")


def test_place_is_found_by_what_its_clock_shows_in_the_digits_of_the_reader():
    with translation.override("fa"):
        assert dict(choices_at(NOON, ""))["Asia/Tehran"] == "تهران (۱۵:۳۰)"


def test_form_names_the_place_that_it_would_send():
    form = DangerForm({"zone": "Asia/Kolkata"}, at=NOON)
    assert form["zone"].place == "Kolkata"
    assert place_of("") == "world time (UTC)"


def test_person_changes_the_clock_of_their_case(rita, opened):
    rita.post(reverse("helpdesk:case_zone"), {"zone": "Asia/Kathmandu"})
    assert "in Kathmandu" in page(rita)
    assert "in Kathmandu" in page(rita, "case_data")


def test_page_of_a_case_is_in_the_digits_and_calendar_of_its_reader(rita, opened):
    rita.post(reverse("helpdesk:case_zone"), {"zone": "Asia/Tehran"})
    html = page(rita, accept_language="fa")
    assert "به وقت تهران" in html
    times = re.findall(r"<time[^>]*>([^<]*)</time>", html)
    assert times
    assert not re.search(r"[0-9]", "".join(times))
    assert opened.ticket.reference in html  # what is typed and copied keeps its signs


def test_history_says_that_a_clock_was_chosen_and_never_which(rita):
    rita.post(reverse("helpdesk:case_zone"), {"zone": "Asia/Kathmandu"})
    assert Event.objects.filter(code="zone_set").get().values == {}
    assert "Kathmandu" not in str(list(Event.objects.values()))


def test_choosing_a_clock_does_not_make_the_staffs_forms_stale(opened):
    turn = opened.ticket.turn
    set_zone(opened.ticket, "Asia/Tehran", by=person(opened.ticket), at=NOON)
    assert Ticket.objects.get().turn == turn


def test_zone_is_erased_with_the_words(opened):
    set_zone(opened.ticket, "Asia/Tehran", by=person(opened.ticket), at=NOON)
    erase_case(opened.ticket, by=person(opened.ticket), at=NOON)
    assert Ticket.objects.get().zone == ""


def test_clock_of_an_erased_case_cannot_be_chosen(opened):
    erase_case(opened.ticket, by=person(opened.ticket), at=NOON)
    with pytest.raises(PermissionDenied):
        set_zone(opened.ticket, "Asia/Tehran", by=person(opened.ticket), at=NOON)


def test_stranger_cannot_choose_the_clock_of_a_case(opened):
    other = make_case(opened.ticket.queue).ticket
    with pytest.raises(PermissionDenied):
        set_zone(opened.ticket, "Asia/Tehran", by=person(other), at=NOON)


def test_data_to_take_along_has_the_zone_and_moments_in_iso(opened):
    set_zone(opened.ticket, "Asia/Tehran", by=person(opened.ticket), at=NOON)
    opened.ticket.refresh_from_db()
    data = case_data(opened.ticket, at=NOON)
    assert data["time_zone"] == "Asia/Tehran"
    assert data["taken_at"] == "2026-11-23T12:00:00+00:00"


def test_data_of_a_case_that_promises_nothing_names_no_moment_for_it(rita, opened):
    opened.ticket.clocks.all().delete()
    Ticket.objects.update(due_at="9999-12-31T00:00:00Z")
    assert "9999" not in page(rita, "case_data")
    assert case_data(Ticket.objects.get(), at=NOON)["due_at"] is None


def test_staff_are_not_shown_where_a_person_lives(client, opened):
    set_zone(opened.ticket, "Asia/Kathmandu", by=person(opened.ticket), at=now())
    client.force_login(make_moderator(opened.ticket.queue.team))
    html = client.get(reverse("console:ticket", args=[opened.ticket.reference])).content.decode()
    assert opened.ticket.reference in html
    assert "Kathmandu" not in html
    assert "Katmandu" not in html


def test_page_that_asks_to_wait_tells_the_moment_by_the_clock_of_the_form(client, settings):
    settings.WAITS_PER_HOUR = 100
    html = complain(client, zone="Asia/Kathmandu")
    assert re.search(r"\d\d:\d\d:\d\d in Kathmandu", html)
    assert 'name="zone" value="Asia/Kathmandu"' in html


@pytest.mark.parametrize(
    ("zone", "language", "day"),
    [
        ("", "en", "7 December 2026"),
        ("Pacific/Kiritimati", "en", "8 December 2026"),
        ("Asia/Tehran", "ru", "7 декабря 2026"),
        ("Asia/Tehran", "fa", "۱۶ آذر ۱۴۰۵ (۷ دسامبر ۲۰۲۶)"),
    ],
)
def test_mail_tells_a_day_by_the_clock_of_its_person_when_it_is_sent(zone, language, day):
    ticket = make_case(zone=zone, language=language).ticket
    body = {"case": str(ticket.pk), "reminded_at": NOON.isoformat(), "closes_at": NOON.isoformat()}
    body["closes_at"] = (NOON + timedelta(days=14)).isoformat()
    mail = mail_of("case_reminder", ticket, body=body, language=language)
    assert day in worded(mail)[1]
    assert zone not in str(mail.body) or not zone


def test_mail_that_tells_no_time_of_a_person_is_worded_without_their_zone(opened):
    mail = mail_of("case_news", opened.ticket)
    with CaptureQueriesContext(connection) as asked:
        worded(mail)
    assert len(asked) == 0


def test_mail_about_an_erased_case_is_worded_in_utc(opened):
    set_zone(opened.ticket, "Asia/Tehran", by=person(opened.ticket), at=NOON)
    mail = mail_of("case_reminder", opened.ticket)
    assert zone_of_case(mail).key == "Asia/Tehran"
    erase_case(opened.ticket, by=person(opened.ticket), at=NOON)
    assert zone_of_case(mail).key == "UTC"
