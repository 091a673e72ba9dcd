"""Answering an alarm: once is enough, the first of two wins, and nobody answers who may not."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from helpdesk.actions import assign
from helpdesk.actions.alarms import acknowledge, pass_on, raise_alarm
from helpdesk.actions.paging import ring
from helpdesk.alarm_links import alarm_path, read_token
from helpdesk.models import Alarm, Level, Paged
from journal.models import Delivery, Event
from journal.senders import whole_body
from tests.factories import (
    NOON,
    bar,
    make_alarm,
    make_alarm_endpoint,
    make_api_key,
    make_case,
    make_line,
    make_moderator,
    make_queue,
    make_user,
    person,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


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
def hana(line):
    return line[1]


@pytest.fixture
def ticket(queue):
    return make_case(queue).ticket


@pytest.fixture
def alarm(ticket, line):
    """It rings for Lena."""
    alarm = make_alarm(ticket)
    ring(at=NOON)
    return alarm


def codes(subject):
    events = Event.objects.filter(subject_id=subject.pk).order_by("number")
    return [each.code for each in events]


def names_paged():
    return [each.user.name for each in Paged.objects.order_by("pk")]


# --- acknowledged ---


def test_who_acknowledges_stops_the_paging(alarm, lena):
    acknowledge(alarm, by=lena, at=NOON + MINUTE)
    assert ring(at=NOON + 10 * MINUTE) == 0
    assert names_paged() == ["Lena"]


def test_who_acknowledges_gets_the_case(alarm, ticket, lena):
    acknowledge(alarm, by=lena, at=NOON + MINUTE)
    ticket.refresh_from_db()
    assert ticket.assignee == lena
    assert {"alarm_raised", "alarm_acknowledged", "assigned"} <= set(codes(ticket))


def test_case_that_somebody_has_stays_theirs(alarm, ticket, queue, lena, hana):
    amir = make_moderator(queue.team)
    assign(ticket, by=lena, at=NOON, to=amir)
    acknowledge(alarm, by=hana, at=NOON + MINUTE)
    ticket.refresh_from_db()
    assert ticket.assignee == amir


def test_case_of_a_higher_level_stays_for_those_above(alarm, ticket, queue):
    ticket.level = Level.HEAD
    ticket.save()
    acknowledge(alarm, by=make_moderator(queue.team), at=NOON + MINUTE)
    ticket.refresh_from_db()
    assert (ticket.assignee, Alarm.objects.ringing().count()) == (None, 0)


def test_second_acknowledgement_changes_nothing(alarm, lena):
    acknowledge(alarm, by=lena, at=NOON + MINUTE)
    again = acknowledge(alarm, by=lena, at=NOON + 2 * MINUTE)
    assert again.acknowledged_at == NOON + MINUTE
    assert codes(alarm).count("acknowledged") == 1


def test_who_comes_second_sees_who_was_first(alarm, lena, hana):
    acknowledge(alarm, by=lena, at=NOON + MINUTE)
    assert acknowledge(alarm, by=hana, at=NOON + MINUTE).acknowledged_by == lena


def test_somebody_of_the_team_may_come_unasked(alarm, queue):
    amir = make_moderator(queue.team)
    assert acknowledge(alarm, by=amir, at=NOON).acknowledged_by == amir


@pytest.mark.parametrize("act", [acknowledge, pass_on])
def test_strangers_answer_no_alarm(alarm, act):
    for stranger in (
        make_user("Otto"),
        make_user("Olga", roles=["operator"]),
        make_moderator(make_queue().team),
    ):
        with pytest.raises(PermissionDenied):
            act(alarm, by=stranger, at=NOON)
    assert Alarm.objects.ringing().count() == 1


def test_person_who_wrote_in_answers_no_alarm(alarm, ticket):
    with pytest.raises(PermissionDenied):
        acknowledge(alarm, by=person(ticket), at=NOON)


def test_barred_do_not_silence_an_alarm_of_their_case(alarm, ticket, lena):
    bar(ticket, lena)
    with pytest.raises(PermissionDenied):
        acknowledge(alarm, by=lena, at=NOON)


def test_who_was_deactivated_answers_no_alarm(alarm, lena):
    lena.is_active = False
    lena.save()
    with pytest.raises(PermissionDenied):
        acknowledge(alarm, by=lena, at=NOON)


def test_after_an_answer_another_alarm_may_ring_for_the_case(alarm, ticket, lena):
    acknowledge(alarm, by=lena, at=NOON)
    assert make_alarm(ticket, at=NOON + MINUTE) != alarm


# --- passed on ---


def test_passed_on_alarm_rings_for_the_next_alone(alarm, lena, hana):
    pass_on(alarm, by=lena, at=NOON + MINUTE)
    ring(at=NOON + MINUTE)
    assert not Alarm.objects.for_user(lena).exists()
    assert list(Alarm.objects.for_user(hana)) == [alarm]


def test_second_click_skips_nobody(alarm, lena, hana, queue):
    make_moderator(queue.team, "Mira", role="lead")
    pass_on(alarm, by=lena, at=NOON + MINUTE)
    pass_on(alarm, by=lena, at=NOON + MINUTE)
    ring(at=NOON + MINUTE)
    pass_on(alarm, by=lena, at=NOON + MINUTE)
    ring(at=NOON + 2 * MINUTE)
    assert names_paged() == ["Lena", "Mira"]


def test_who_has_it_and_cannot_go_on_hands_it_to_the_next(alarm, ticket, lena):
    acknowledge(alarm, by=lena, at=NOON)
    pass_on(alarm, by=lena, at=NOON + MINUTE)
    ticket.refresh_from_db()
    assert ticket.assignee is None
    ring(at=NOON + MINUTE)
    assert names_paged() == ["Lena", "Hana"]


def test_nobody_passes_on_what_another_has(alarm, lena, hana):
    acknowledge(alarm, by=lena, at=NOON)
    assert pass_on(alarm, by=hana, at=NOON).acknowledged_by == lena


def test_alarm_that_rings_anew_is_not_opened_twice(alarm, ticket, lena):
    acknowledge(alarm, by=lena, at=NOON)
    make_alarm(ticket, at=NOON + MINUTE)
    assert pass_on(alarm, by=lena, at=NOON + MINUTE).acknowledged_by == lena


def test_last_in_line_who_passes_on_begins_a_round(alarm, lena, hana):
    pass_on(alarm, by=lena, at=NOON)
    ring(at=NOON)
    pass_on(alarm, by=hana, at=NOON + 2 * MINUTE)
    ring(at=NOON + 2 * MINUTE)
    assert Paged.objects.filter(round=2, user=lena).exists()


# --- raised by people ---


def test_operator_calls_a_team(queue, line):
    olga = make_user("Olga", roles=["operator"])
    raise_alarm(queue.team, by=olga, at=NOON)
    assert ring(at=NOON) == 1


def test_second_call_of_a_team_is_the_first(queue, lena):
    calls = {raise_alarm(queue.team, by=lena, at=NOON).pk for _each in range(3)}
    assert len(calls) == 1


def test_only_its_lead_heads_and_operators_call_a_team(queue, line):
    for stranger in (make_moderator(queue.team), make_moderator(make_queue().team, "Mia", role="lead")):
        with pytest.raises(PermissionDenied):
            raise_alarm(queue.team, by=stranger, at=NOON)


# --- the link in a page ---


@pytest.fixture
def link(alarm):
    return alarm_path(Paged.objects.get().told_in, NOON)


@pytest.fixture
def at_five_past(monkeypatch):
    monkeypatch.setattr("helpdesk.views.paged.now", lambda: NOON + 5 * MINUTE)


def test_look_at_the_link_answers_nothing(client, link, alarm, at_five_past):
    assert b"I come" in client.get(link).content
    alarm.refresh_from_db()
    assert alarm.is_ringing


def test_one_click_on_the_link_acknowledges_without_signing_in(client, link, alarm, lena, at_five_past):
    answer = client.post(link, {"act": "acknowledge"})
    alarm.refresh_from_db()
    assert (answer.status_code, alarm.acknowledged_by) == (200, lena)
    assert b"you have it" in answer.content


def test_link_passes_on(client, link, alarm, lena, at_five_past):
    client.post(link, {"act": "pass"})
    assert not Alarm.objects.for_user(lena).exists()


def test_link_says_who_was_quicker(client, link, alarm, hana, at_five_past):
    acknowledge(alarm, by=hana, at=NOON + MINUTE)
    answer = client.post(link, {"act": "acknowledge"})
    assert b"Hana" in answer.content
    alarm.refresh_from_db()
    assert alarm.acknowledged_by == hana


def test_page_behind_the_link_holds_no_word_of_the_case(client, link, ticket, at_five_past):
    ticket.summary = "My channel is gone"
    ticket.save()
    assert b"channel" not in client.get(link).content


def test_link_works_for_a_day(link):
    token = link.split("/")[-2]
    assert read_token(token, NOON + timedelta(hours=24) - MINUTE)
    assert read_token(token, NOON + timedelta(hours=24)) is None


def test_bent_link_answers_nothing(client, link, alarm, at_five_past):
    token = link.split("/")[-2]
    other = reverse("helpdesk:paged", args=["0" + token[1:] if token[0] != "0" else "1" + token[1:]])
    assert client.post(other, {"act": "acknowledge"}).status_code == 410
    alarm.refresh_from_db()
    assert alarm.is_ringing


def test_link_of_somebody_who_left_answers_nothing(client, link, lena, at_five_past):
    lena.is_active = False
    lena.save()
    assert client.post(link, {"act": "acknowledge"}).status_code == 410


def test_link_of_one_message_does_not_answer_another(client, queue, link, lena, alarm, at_five_past):
    other = make_alarm(make_case(queue).ticket, at=NOON + 2 * MINUTE)
    ring(at=NOON + 2 * MINUTE)
    client.post(link, {"act": "acknowledge"})
    other.refresh_from_db()
    assert other.is_ringing


def test_link_is_in_the_mail_and_not_in_the_outbox(alarm):
    mail = Delivery.objects.get(kind="page")
    assert "/alarm/" not in str(mail.body)
    assert ":" not in mail.body["message"]


# --- the API ---


@pytest.fixture
def bridge(lena):
    return api_of(lena)


def api_of(user, *scopes):
    key = make_api_key(user=user, scopes=scopes or ["alarms:write"])
    return Client(headers={"Authorization": f"Bearer {key.shown}"})


def test_bridge_lists_what_rings_for_its_owner(bridge, alarm, hana, ticket):
    (row,) = bridge.get("/api/v1/alarms").json()
    assert (row["id"], row["reference"], row["acknowledged_by"]) == (str(alarm.pk), ticket.reference, None)
    assert api_of(hana).get("/api/v1/alarms").json() == []


def test_bridge_acknowledges_for_its_owner(bridge, alarm, lena):
    answer = bridge.post(f"/api/v1/alarms/{alarm.pk}/acknowledge")
    assert (answer.status_code, answer.json()["acknowledged_by"]) == (200, "you")
    assert acknowledge(alarm, by=lena, at=NOON).acknowledged_by == lena


def test_bridge_hears_that_another_has_it_and_not_who(bridge, alarm, hana):
    acknowledge(alarm, by=hana, at=NOON)
    answer = bridge.post(f"/api/v1/alarms/{alarm.pk}/acknowledge")
    assert answer.json()["acknowledged_by"] == "other"
    assert "Hana" not in answer.content.decode()


def test_bridge_passes_on(bridge, alarm, lena):
    bridge.post(f"/api/v1/alarms/{alarm.pk}/pass-on")
    assert not Alarm.objects.for_user(lena).exists()


def test_key_without_the_scope_answers_no_alarm(alarm, lena):
    answer = api_of(lena, "tickets:write").post(f"/api/v1/alarms/{alarm.pk}/acknowledge")
    assert answer.status_code == 403


def test_alarm_out_of_sight_is_not_found(alarm):
    amir = make_moderator(make_queue().team)
    assert api_of(amir).post(f"/api/v1/alarms/{alarm.pk}/acknowledge").status_code == 404


# --- machines are told ---


def told(kind):
    return {each.endpoint_id: each.body for each in Delivery.objects.filter(kind=kind, channel="webhook")}


def test_machines_of_the_person_and_of_the_team_are_told(queue, ticket, line):
    mine, ours, other = (make_alarm_endpoint(each) for each in (line[0], queue.team, make_queue().team))
    make_alarm(ticket, due_at=NOON)
    ring(at=NOON)
    assert set(told("alarm.raised")) == {mine.pk, ours.pk}
    assert {each.lane for each in Delivery.objects.all()} == {"page"}
    (facts,) = told("alarm.raised")[ours.pk]["alarms"]
    assert (facts["reference"], facts["due_at"]) == (ticket.reference, "2026-11-23T12:00:00Z")
    assert other.pk not in told("alarm.raised")


def test_machines_hear_that_somebody_came(queue, ticket, line, alarm):
    mine, ours = make_alarm_endpoint(line[0]), make_alarm_endpoint(queue.team)
    acknowledge(alarm, by=line[1], at=NOON + MINUTE)
    assert set(told("alarm.acknowledged")) == {mine.pk, ours.pk}


def test_machine_of_a_team_gets_no_link_that_answers_for_a_person(queue, ticket, line):
    ours, mine = make_alarm_endpoint(queue.team), make_alarm_endpoint(line[0])
    make_alarm(ticket)
    ring(at=NOON)
    sent = {each.endpoint_id: whole_body(each) for each in Delivery.objects.filter(kind="alarm.raised")}
    assert "acknowledge" not in sent[ours.pk]
    assert "/alarm/" in sent[mine.pk]["acknowledge"]
