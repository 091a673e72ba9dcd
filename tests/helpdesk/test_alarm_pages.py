"""What staff see of alarms and incidents, and the machines that are told."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from helpdesk.actions.alarms import acknowledge
from helpdesk.actions.endpoints import MOST, add_alarm_endpoint, end_alarm_endpoint, rotate_alarm_secret
from helpdesk.actions.paging import ring
from helpdesk.endpoints import find_endpoint
from helpdesk.models import Alarm, AlarmEndpoint, Incident, Team
from journal.models import Delivery, Event
from journal.senders import Undeliverable
from journal.sending import carry
from journal.webhooks import send_webhook
from tests.factories import (
    NOON,
    make_alarm,
    make_alarm_endpoint,
    make_case,
    make_incident,
    make_line,
    make_moderator,
    make_queue,
    make_user,
    refused,
)
from tests.receivers import webhook_receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def line(queue):
    return make_line(queue.team)


@pytest.fixture
def lena(line):
    return line[0]


@pytest.fixture
def alarm(queue, line):
    alarm = make_alarm(make_case(queue).ticket)
    ring(at=NOON)
    return alarm


@pytest.fixture
def desk(client, lena):
    client.force_login(lena)
    return client


def seen(client, name="console:alarms", *args):
    return client.get(reverse(name, args=args)).content.decode()


def press(client, name, data=None, args=()):
    return client.post(reverse(name, args=args), data or {}, follow=True).content.decode()


# --- the banner ---


@pytest.mark.parametrize("name", ["console:overview", "console:mine", "console:settings", "accounts:people"])
def test_banner_stands_on_every_page_of_who_is_paged(desk, alarm, name):
    html = seen(desk, name)
    assert "You are paged:" in html
    assert alarm.ticket.reference in html


def test_nobody_else_sees_a_banner(client, alarm, line, queue):
    for user in (line[1], make_moderator(queue.team), make_user("Olga", roles=["operator"])):
        client.force_login(user)
        assert "You are paged:" not in seen(client)


def test_banner_asks_for_itself_and_is_empty_when_nothing_rings(desk):
    assert seen(desk, "console:alarm_banner").strip() == ""


def test_banner_that_shows_it_already_is_left_alone(desk, alarm):
    address = reverse("console:alarm_banner")
    assert desk.get(address, {"alarm": str(alarm.pk)}).status_code == 204
    assert desk.get(address).status_code == 200


def test_one_click_on_the_banner_takes_all_that_rings(desk, queue, alarm, lena):
    make_alarm(make_case(queue).ticket)
    ring(at=NOON)
    assert "you have it" in press(desk, "console:answer_alarms", {"act": "acknowledge"})
    assert set(Alarm.objects.values_list("acknowledged_by", flat=True)) == {lena.pk}


def test_banner_that_somebody_was_quicker_than_says_who(desk, alarm, line):
    acknowledge(alarm, by=line[1], at=NOON)
    html = press(desk, "console:answer_alarms", {"act": "acknowledge", "alarm": str(alarm.pk)})
    assert "Hana has it already" in html


def test_banner_passes_on(desk, alarm, lena):
    assert "the next in line is being paged" in press(desk, "console:answer_alarms", {"act": "pass"})
    assert not Alarm.objects.for_user(lena).exists()


def test_banner_with_a_bent_id_answers_nothing(desk, alarm):
    press(desk, "console:answer_alarms", {"alarm": "nonsense"})
    assert Alarm.objects.ringing().exists()


# --- the page of alarms ---


def test_page_shows_whom_an_alarm_has_paged(desk, alarm):
    html = seen(desk)
    assert "Nobody has it yet" in html
    assert "Paged:" in html


def test_page_shows_who_has_it(desk, alarm, lena):
    press(desk, "console:acknowledge", args=[alarm.pk])
    assert "has it since" in seen(desk)


def test_alarm_of_another_team_is_not_found(desk):
    other = make_alarm(make_case().ticket)
    for name in ("console:acknowledge", "console:pass_on"):
        assert desk.post(reverse(name, args=[other.pk])).status_code == 404
    assert Alarm.objects.ringing().count() == 1


def test_lead_calls_the_own_team_and_no_other(desk, queue):
    other = make_queue().team
    assert "is being paged" in press(desk, "console:raise_alarm", {"team": str(queue.team.pk)})
    answer = desk.post(reverse("console:raise_alarm"), {"team": str(other.pk)})
    assert (answer.status_code, Alarm.objects.count()) == (409, 1)


def test_moderator_is_offered_no_call(client, queue):
    client.force_login(make_moderator(queue.team))
    assert "Page them now" not in seen(client)


def test_many_alarms_cost_no_more_statements(desk, queue, django_assert_max_num_queries):
    for _each in range(30):
        make_alarm(make_case(queue).ticket)
    ring(at=NOON)
    with django_assert_max_num_queries(20):
        seen(desk)


def test_page_of_alarms_holds_no_word_of_a_case(client, queue, line):
    make_alarm(make_case(queue, summary="My channel is gone").ticket)
    client.force_login(make_user("Olga", roles=["operator"]))
    assert "channel" not in seen(client)


# --- incidents ---


def test_incident_shows_its_cases_and_who_leads(desk, queue):
    incident = make_incident(queue)
    html = press(desk, "console:lead_incident", args=[incident.number])
    assert incident.tickets.get().reference in html
    assert "You lead it." in html


def test_incident_is_opened_by_a_form(desk, queue):
    html = press(desk, "console:open_incident", {"title": "danger", "queue": str(queue.pk)})
    assert "The incident is open" in html


def test_incident_without_a_reason_stays_open(desk, queue):
    incident = make_incident(queue)
    answer = desk.post(reverse("console:close_incident", args=[incident.number]), {"reason": ""})
    assert answer.status_code == 409
    assert Incident.objects.open().exists()


def test_incident_is_closed_with_its_reason_shown(desk, queue):
    incident = make_incident(queue)
    html = press(desk, "console:close_incident", {"reason": "It is back."}, [incident.number])
    assert "It is back." in html
    assert "This incident is closed" in press(
        desk, "console:close_incident", {"reason": "x"}, [incident.number]
    )


def test_incident_of_another_queue_is_not_found(desk):
    assert desk.get(reverse("console:incident", args=[make_incident().number])).status_code == 404


def test_incident_shows_only_cases_within_sight(desk, queue):
    incident = make_incident(queue)
    stray = make_case().ticket
    incident.tickets.add(stray, through_defaults={"joined_at": NOON})
    assert stray.reference not in seen(desk, "console:incident", incident.number)


# --- machines ---


def test_secret_of_a_machine_is_shown_once(desk, lena):
    url = "https://bridge.example/hooks"
    html = press(desk, "console:add_alarm_way", {"whose": "me", "url": url})
    assert "whsec_" in html
    assert "whsec_" not in seen(desk, "console:alarm_ways")
    assert AlarmEndpoint.objects.get().user == lena


def test_lead_adds_a_machine_for_the_own_team_alone(desk, queue):
    other = make_queue().team
    for team, status in ((queue.team, 200), (other, 409)):
        typed = {"whose": str(team.pk), "url": "https://bridge.example/hooks"}
        assert desk.post(reverse("console:add_alarm_way"), typed).status_code == status


def test_machine_of_a_colleague_is_not_found(desk, line):
    other = make_alarm_endpoint(line[1])
    for name in ("console:rotate_alarm_way", "console:end_alarm_way"):
        assert desk.post(reverse(name, args=[other.pk])).status_code == 404


@pytest.mark.parametrize("url", ["ftp://bridge.example", "https://user:secret@bridge.example/"])
def test_address_that_cannot_be_told_is_refused(lena, url):
    with refused("address_not_usable"):
        add_alarm_endpoint(lena, url=url, by=lena, at=NOON)


def test_address_is_added_once(lena):
    add_alarm_endpoint(lena, url="https://bridge.example/hooks", by=lena, at=NOON)
    with refused("endpoint_is_there"):
        add_alarm_endpoint(lena, url="https://bridge.example/hooks", by=lena, at=NOON)


def test_nobody_has_more_than_ten(lena):
    for _each in range(MOST):
        make_alarm_endpoint(lena)
    with refused("too_many_endpoints"):
        add_alarm_endpoint(lena, url="https://bridge.example/hooks", by=lena, at=NOON)


def test_nobody_says_where_a_colleague_is_told(lena, line):
    endpoint = make_alarm_endpoint(lena)
    for act in (rotate_alarm_secret, end_alarm_endpoint):
        with pytest.raises(PermissionDenied):
            act(endpoint, by=make_user("Otto"), at=NOON)
    with pytest.raises(PermissionDenied):
        add_alarm_endpoint(lena, url="https://bridge.example/hooks", by=line[1], at=NOON)


def test_two_secrets_sign_for_a_day(lena):
    endpoint = make_alarm_endpoint(lena)
    rotate_alarm_secret(endpoint, by=lena, at=NOON)
    endpoint.refresh_from_db()
    assert len(endpoint.secrets(NOON + timedelta(hours=23))) == 2
    assert len(endpoint.secrets(NOON + timedelta(hours=24))) == 1


def test_each_change_of_a_machine_is_an_event_without_its_address(lena):
    endpoint, _secret = add_alarm_endpoint(lena, url="https://bridge.example/hooks", by=lena, at=NOON)
    rotate_alarm_secret(endpoint, by=lena, at=NOON)
    end_alarm_endpoint(endpoint, by=lena, at=NOON)
    events = Event.objects.filter(subject_id=lena.pk, values__endpoint=str(endpoint.pk))
    assert [each.code for each in events.order_by("number")] == [
        "alarm_endpoint_added",
        "alarm_secret_rotated",
        "alarm_endpoint_ended",
    ]
    assert "bridge" not in str([each.values for each in events])


def test_ended_machine_gets_no_new_secret(lena):
    endpoint = make_alarm_endpoint(lena, ended_at=NOON)
    with refused("endpoint_ended"):
        rotate_alarm_secret(endpoint, by=lena, at=NOON)


def test_machine_of_somebody_who_left_is_told_nothing(lena):
    endpoint = make_alarm_endpoint(lena)
    lena.is_active = False
    lena.save()
    assert find_endpoint(endpoint.pk) is None


def test_machine_gets_a_signed_page(queue, line):
    with webhook_receiver() as receiver:
        make_alarm_endpoint(queue.team, url=receiver.url)
        make_alarm(queue.team)
        ring(at=NOON)
        send_webhook(Delivery.objects.get(kind="alarm.raised"))
        _path, headers, body = receiver.received[-1][:3]
    assert headers["webhook-signature"].startswith("v1,")
    assert b'"type":"alarm.raised"' in body


def test_machine_that_says_it_is_gone_is_told_no_more(queue, line):
    with webhook_receiver() as receiver:
        receiver.answer = (410, {})
        endpoint = make_alarm_endpoint(queue.team, url=receiver.url)
        make_alarm(queue.team)
        ring(at=NOON)
        carry(Delivery.objects.get(kind="alarm.raised"))
    endpoint.refresh_from_db()
    assert endpoint.ended_at is not None


def test_private_network_is_told_nothing_in_production(queue, line, settings):
    settings.WEBHOOKS_TO_PRIVATE_NETWORKS = False
    make_alarm_endpoint(queue.team, url="https://127.0.0.1/hooks")
    make_alarm(queue.team)
    ring(at=NOON)
    with pytest.raises(Undeliverable) as caught:
        send_webhook(Delivery.objects.get(kind="alarm.raised"))
    assert caught.value.code == "address_not_public"


def test_team_says_in_its_settings_how_long_one_waits(desk, queue):
    address = reverse("console:setting", args=["teams", queue.team.pk])
    assert desk.post(address, {"name_en": "Team", "page_next_after": "61"}).status_code in (200, 409)
    desk.post(address, {"name_en": "Team", "page_next_after": "2"})
    assert Team.objects.get(pk=queue.team.pk).page_next_after == 2
