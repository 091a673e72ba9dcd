"""The calendar of one person, at a private address that they make, make anew and end."""

from datetime import timedelta
from itertools import pairwise

import icalendar
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import User
from helpdesk.actions.feeds import end_feed, make_feed
from helpdesk.models import CalendarFeed
from journal.models import Event
from tests.factories import NOON, make_api_key, make_layer, make_moderator, make_rota, make_team, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def team():
    return make_team(name="Night team")


@pytest.fixture
def amir(team):
    return make_moderator(team, "Amir")


@pytest.fixture
def sara(team):
    return make_moderator(team, "Sara")


@pytest.fixture
def rota(team, amir, sara):
    """In force since before the feed begins, so that no turn is cut by its publication."""
    layer = make_layer(amir, sara, length=1, unit="days", time_zone="Asia/Tehran", hand_over_at="09:00")
    return make_rota(team, layer, at=now() - 30 * DAY)


def read(client, token):
    return client.get(reverse("helpdesk:on_call_calendar", args=[token]))


def events(client, token):
    return icalendar.Calendar.from_ical(read(client, token).content).walk("VEVENT")


def test_feed_says_when_its_owner_is_on_call_and_nobody_else(client, rota, amir):
    token = make_feed(by=amir, at=NOON)[1]
    found = events(client, token)
    assert len(found) > 30
    assert {str(each["summary"]) for each in found} == {"Night team: on call"}
    starts = sorted(each["dtstart"].dt for each in found)
    assert {later - earlier for earlier, later in pairwise(starts)} == {2 * DAY}


def test_times_are_written_in_utc_and_lines_end_as_the_standard_asks(client, rota, amir):
    body = read(client, make_feed(by=amir, at=NOON)[1]).content
    assert b"DTSTART:20" in body
    assert b"T053000Z\r\n" in body  # 09:00 in Tehran
    assert b"TZID" not in body
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))


def test_feed_names_no_colleague_and_no_id(client, rota, amir, sara):
    body = read(client, make_feed(by=amir, at=NOON)[1]).content.decode()
    for secret in ("Sara", "Amir", str(rota.pk), str(amir.pk), amir.email):
        assert secret not in body


def test_turn_keeps_its_uid_from_one_reading_to_the_next(client, rota, amir):
    token = make_feed(by=amir, at=NOON)[1]
    uids = [[str(each["uid"]) for each in events(client, token)] for _reading in range(2)]
    assert uids[0] == uids[1]
    assert len(set(uids[0])) == len(uids[0])


def test_feed_is_a_calendar_that_nobody_keeps(client, rota, amir):
    answer = read(client, make_feed(by=amir, at=NOON)[1])
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]


def test_address_is_stored_as_a_hash(amir):
    feed, token = make_feed(by=amir, at=NOON)
    assert token.encode() not in bytes(feed.token_hash)
    assert len(feed.token_hash) == 32


def test_new_address_ends_the_one_before(client, rota, amir):
    old, new = (make_feed(by=amir, at=NOON)[1] for _time in range(2))
    assert read(client, old).status_code == 404
    assert read(client, new).status_code == 200


def test_ended_address_leads_nowhere_and_both_are_on_record(client, rota, amir):
    feed, token = make_feed(by=amir, at=NOON)
    end_feed(by=amir, at=NOON)
    assert read(client, token).status_code == 404
    assert list(Event.objects.filter(subject_id=feed.pk).values_list("code", flat=True)) == ["made", "ended"]


def test_ending_what_there_is_not_changes_nothing(amir):
    end_feed(by=amir, at=NOON)
    assert not Event.objects.filter(code="ended").exists()


def test_address_of_somebody_deactivated_leads_nowhere(client, rota, amir):
    token = make_feed(by=amir, at=NOON)[1]
    User.objects.filter(pk=amir.pk).update(is_active=False)
    assert read(client, token).status_code == 404


@pytest.mark.parametrize("token", ["x", "\0", "ы" * 50, "a" * 3000])
def test_invented_address_is_not_found(client, db, token):
    assert read(client, token).status_code == 404


def test_key_makes_no_address(amir):
    for by in (make_api_key(user=amir), make_user("Otto", roles=["operator"])):
        with pytest.raises(PermissionDenied):
            make_feed(by=by, at=NOON)


def test_page_shows_the_address_once(client, rota, amir):
    client.force_login(amir)
    shown = client.post(reverse("console:make_on_call_feed"), follow=True).content.decode()
    address = shown.partition("/on-call/")[2].partition(".ics")[0]
    assert read(client, address).status_code == 200
    page = client.get(reverse("console:on_call_feed")).content.decode()
    assert address not in page
    assert "End the address" in page
    client.post(reverse("console:end_on_call_feed"))
    assert not CalendarFeed.objects.exists()
