"""Incidents: opened once, joined within the hour, led, and closed with a reason."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from helpdesk.actions.alarms import acknowledge
from helpdesk.actions.escalating import take_steps
from helpdesk.actions.incidents import (
    add_to_incident,
    close_incident,
    join_incident,
    lead_incident,
    open_incident,
)
from helpdesk.actions.paging import ring
from helpdesk.models import Alarm, Incident
from journal.models import Event
from tests.factories import (
    NOON,
    make_case,
    make_incident,
    make_line,
    make_moderator,
    make_queue,
    make_user,
    refused,
)
from tests.helpdesk.test_escalating import DUE, make_steps

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
PAGE = {"when": "at", "what": "page", "key": "page"}
INCIDENT = {"when": "at", "what": "incident", "key": "incident"}


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def incident(queue):
    return make_incident(queue)


# --- by the clock ---


def test_step_pages_who_is_on_call(queue):
    lena, _hana = make_line(queue.team)
    make_steps(PAGE)
    ticket = make_case(queue).ticket
    take_steps(at=DUE)
    ring(at=DUE)
    (alarm,) = Alarm.objects.for_user(lena)
    assert (alarm.ticket, alarm.due_at) == (ticket, DUE)


def test_page_step_of_a_later_clock_folds_into_what_rings(queue):
    make_steps(PAGE, {"when": "after", "length": 60 * MINUTE, "what": "page", "key": "again"})
    make_case(queue)
    take_steps(at=DUE)
    take_steps(at=DUE + 60 * MINUTE)
    assert Alarm.objects.count() == 1


def test_step_opens_one_incident_for_many_cases(queue):
    make_steps(INCIDENT)
    tickets = {make_case(queue).ticket for _each in range(3)}
    take_steps(at=DUE)
    incident = Incident.objects.get()
    assert set(incident.tickets.all()) == tickets
    assert Alarm.objects.get().incident == incident


def test_case_of_an_incident_that_rings_pages_nobody_besides(queue):
    make_steps(INCIDENT, PAGE)
    make_case(queue)
    take_steps(at=DUE)
    assert Alarm.objects.get().ticket is None


def test_other_queue_has_an_incident_of_its_own(queue):
    make_steps(INCIDENT)
    make_case(queue)
    make_case(make_queue())
    take_steps(at=DUE)
    assert sorted(Incident.objects.values_list("number", flat=True)) == [1, 2]


def test_within_the_hour_one_joins_and_after_it_another_is_opened(queue):
    at = [NOON, NOON + 59 * MINUTE, NOON + 60 * MINUTE]
    numbers = [join_incident(make_case(queue).ticket, title="promises", at=each).number for each in at]
    assert numbers == [1, 1, 2]


def test_closed_incident_is_joined_no_more(queue, amir, incident):
    close_incident(incident, by=amir, at=NOON, reason="Over.")
    assert make_incident(queue, at=NOON + MINUTE).number == incident.number + 1


def test_case_joins_once(incident):
    ticket = incident.tickets.get()
    join_incident(ticket, title="promises", at=NOON + MINUTE)
    assert Event.objects.filter(subject_id=ticket.pk, code="incident_joined").count() == 1


# --- by people ---


def test_somebody_of_the_team_opens_one_and_it_rings(queue, amir):
    incident = open_incident(queue, title="danger", by=amir, at=NOON)
    assert Alarm.objects.get().incident == incident


def test_stranger_opens_leads_and_closes_none(queue, incident):
    for otto in (
        make_user("Otto"),
        make_user("Olga", roles=["operator"]),
        make_moderator(make_queue().team, "Mia"),
    ):
        with pytest.raises(PermissionDenied):
            open_incident(queue, title="danger", by=otto, at=NOON)
        with pytest.raises(PermissionDenied):
            lead_incident(incident, by=otto, at=NOON)
        with pytest.raises(PermissionDenied):
            close_incident(incident, by=otto, at=NOON, reason="Over.")


def test_who_leads_stands_in_the_row_and_in_history(incident, amir):
    lead_incident(incident, by=amir, at=NOON)
    incident.refresh_from_db()
    assert incident.leader == amir
    assert Event.objects.get(subject_id=incident.pk, code="led").values == {"user": str(amir.pk)}


def test_who_acknowledges_its_alarm_leads_it(incident, amir):
    acknowledge(Alarm.objects.get(), by=amir, at=NOON)
    incident.refresh_from_db()
    assert incident.leader == amir


def test_closing_ends_its_alarm(incident, amir):
    close_incident(incident, by=amir, at=NOON + MINUTE, reason="The platform is back.")
    assert Alarm.objects.get().ended_at == NOON + MINUTE
    assert ring(at=NOON + 5 * MINUTE) == 0


def test_reason_is_in_the_row_and_not_in_history(incident, amir):
    close_incident(incident, by=amir, at=NOON, reason="The platform is back.")
    incident.refresh_from_db()
    assert incident.reason == "The platform is back."
    assert "platform" not in str(Event.objects.get(subject_id=incident.pk, code="closed").values)


def test_incident_is_not_closed_without_a_reason(incident):
    incident.closed_at = NOON
    with pytest.raises(IntegrityError), transaction.atomic():
        incident.save()


def test_closed_incident_is_closed_and_led_no_more(incident, amir):
    close_incident(incident, by=amir, at=NOON, reason="Over.")
    with refused("incident_closed"):
        close_incident(incident, by=amir, at=NOON, reason="Over.")
    with refused("incident_closed"):
        lead_incident(incident, by=amir, at=NOON)


def test_case_is_added_by_hand(queue, incident, amir):
    ticket = make_case(queue).ticket
    add_to_incident(incident, ticket, by=amir, at=NOON)
    assert ticket in incident.tickets.all()


def test_case_out_of_sight_is_not_added(incident, amir):
    with pytest.raises(PermissionDenied):
        add_to_incident(incident, make_case().ticket, by=amir, at=NOON)
