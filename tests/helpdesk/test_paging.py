"""An alarm goes through the line until somebody comes: in order, folded, never lost."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from helpdesk.actions import mark_spam
from helpdesk.actions.alarms import acknowledge, pass_on
from helpdesk.actions.paging import ring, tell_paged
from helpdesk.models import Alarm, Paged
from helpdesk.paging import late_by, named, next_in
from journal.mail import worded
from journal.models import Delivery, Event
from tests.factories import NOON, bar, make_alarm, make_case, make_line, make_moderator, make_queue

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
AGAIN = 5 * MINUTE  # after which the next in line is paged


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def line(queue):
    """Lena, then Hana."""
    return make_line(queue.team)


@pytest.fixture
def alarm(queue, line):
    return make_alarm(make_case(queue).ticket)


def paged():
    return [(each.user.name, each.round) for each in Paged.objects.order_by("pk") if each.user]


def mails():
    return list(Delivery.objects.filter(kind="page").order_by("pk"))


def ring_at(*minutes):
    for each in minutes:
        ring(at=NOON + each * MINUTE)


# --- the arithmetic ---


def test_next_is_the_first_of_the_line_as_it_is_now():
    assert next_in(["new on duty", "Lena", "Hana"], {"Lena"}) == "new on duty"
    assert next_in(["Lena", "Hana"], {"Lena", "gone"}) == "Hana"


def test_line_that_was_gone_through_has_no_next():
    assert next_in(["Lena"], {"Lena"}) is None
    assert next_in([], set()) is None


def test_page_of_the_same_sweep_is_not_late():
    assert late_by(NOON, NOON + timedelta(seconds=59)) == 0
    assert late_by(NOON, NOON + 6 * 60 * MINUTE) == 6 * 3600


def test_message_names_ten_alarms_and_counts_the_rest():
    said = named({number: f"R{number}" for number in range(13)})
    assert (said["count"], len(said["labels"]), said["more"]) == (13, 10, 3)


def test_alarm_without_a_name_is_counted():
    assert named({1: "", 2: "R2"}) == {"count": 2, "labels": ["R2"], "more": 1}


# --- through the line ---


def test_first_in_line_is_paged_at_once(alarm, line):
    assert ring(at=NOON) == 1
    assert [each.address for each in mails()] == [line[0].email]


def test_nobody_else_is_paged_before_their_time(alarm):
    ring_at(0, 4.9)
    assert paged() == [("Lena", 1)]


def test_who_does_not_answer_is_followed_by_the_next(alarm, line):
    ring_at(0, 5)
    assert paged() == [("Lena", 1), ("Hana", 1)]
    assert [each.address for each in mails()] == [each.email for each in line]


def test_team_says_how_long_one_waits_for_an_answer(queue, line):
    queue.team.page_next_after = 1
    queue.team.save()
    make_alarm(queue.team)
    ring_at(0, 1)
    assert [name for name, _round in paged()] == ["Lena", "Hana"]


def test_end_of_the_line_begins_again_from_the_top(alarm):
    ring_at(0, 5, 10, 15)
    assert [each for each in paged() if each[1]] == [("Lena", 1), ("Hana", 1), ("Lena", 2), ("Hana", 2)]


@override_settings(EXECUTIVE_CONTACT="chief@example.org")
def test_heads_and_executive_hear_once_that_nobody_came(alarm, line):
    ring_at(0, 5, 10, 15, 20, 25)
    top = [each for each in mails() if each.body["nobody"]]
    assert sorted(each.address for each in top) == sorted([line[1].email, "chief@example.org"])


@override_settings(EXECUTIVE_CONTACT="chief@example.org")
def test_executive_contact_gets_no_link_to_answer_by(alarm):
    ring_at(0, 5, 10)
    mail = Delivery.objects.get(address="chief@example.org")
    assert "/alarm/" not in worded(mail)[1]


def test_team_without_anybody_goes_on_ringing(queue):
    alarm = make_alarm(queue.team)
    assert ring(at=NOON) == 0
    alarm.refresh_from_db()
    assert alarm.next_at == NOON + AGAIN


def test_who_comes_on_duty_meanwhile_is_paged(alarm, queue):
    ring_at(0, 5)
    make_moderator(queue.team, "Mira", role="lead")
    ring_at(10)
    assert ("Mira", 1) in paged()


def test_barred_are_not_paged(queue, line):
    ticket = make_case(queue).ticket
    bar(ticket, line[0])
    make_alarm(ticket)
    ring(at=NOON)
    assert paged() == [("Hana", 1)]


def test_nobody_is_paged_twice_in_a_round(alarm, line):
    ring(at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Paged.objects.create(alarm=alarm, user=line[0], round=1, at=NOON)


def test_alarm_of_an_answered_case_ends_by_itself(queue, line):
    lena, _hana = line
    ticket = make_case(queue).ticket
    alarm = make_alarm(ticket)
    ring(at=NOON)
    ticket.refresh_from_db()
    mark_spam(ticket, by=lena, at=NOON + MINUTE, reason="empty")
    assert ring(at=NOON + AGAIN) == 0
    alarm.refresh_from_db()
    assert (alarm.ended_at, alarm.next_at) == (NOON + AGAIN, None)


def test_two_beats_by_mistake_page_once(alarm):
    assert [ring(at=NOON), ring(at=NOON)] == [1, 0]
    assert len(mails()) == 1


def test_second_alarm_for_the_same_case_is_the_first(alarm):
    assert make_alarm(alarm.ticket, at=NOON + MINUTE) == alarm
    assert Alarm.objects.count() == 1


def test_each_page_is_an_event(alarm, line):
    ring_at(0, 5)
    events = Event.objects.filter(subject_id=alarm.pk, code="paged").order_by("number")
    assert [each.values["user"] for each in events] == [str(each.pk) for each in line]


# --- folded ---


def test_several_alarms_are_one_message_with_their_number(queue, line):
    tickets = [make_case(queue).ticket for _each in range(3)]
    for ticket in tickets:
        make_alarm(ticket)
    assert ring(at=NOON) == 3
    (mail,) = mails()
    assert mail.body["count"] == 3
    assert set(mail.body["labels"]) == {each.reference for each in tickets}


def test_second_message_waits_for_the_end_of_the_minute(alarm, queue):
    ring(at=NOON)
    for second in (10, 20):
        make_alarm(make_case(queue).ticket, at=NOON + timedelta(seconds=second))
        ring(at=NOON + timedelta(seconds=second))
    assert len(mails()) == 1
    tell_paged(at=NOON + MINUTE)
    assert [each.body["count"] for each in mails()] == [1, 2]


def test_what_somebody_took_meanwhile_is_not_told_any_more(alarm, queue, line):
    ring(at=NOON)
    second = make_alarm(make_case(queue).ticket, at=NOON + timedelta(seconds=10))
    ring(at=NOON + timedelta(seconds=10))
    acknowledge(second, by=line[1], at=NOON + timedelta(seconds=20))
    tell_paged(at=NOON + MINUTE)
    assert len(mails()) == 1
    assert not Paged.objects.untold().exists()


def test_who_was_deactivated_meanwhile_gets_no_message(alarm, line):
    with transaction.atomic():
        Paged.objects.create(alarm=alarm, user=line[0], round=1, at=NOON)
    line[0].is_active = False
    line[0].save()
    assert tell_paged(at=NOON) == 0
    assert mails() == []


def test_outage_of_six_hours_pages_one_person_and_says_how_late(alarm):
    ring_at(360, 360, 360.2)
    assert paged() == [("Lena", 1)]
    (mail,) = mails()
    assert mail.body["late"] == 360
    assert "360 minutes" in worded(mail)[1]


def test_after_an_outage_everybody_still_has_their_minutes(alarm):
    ring_at(0, 360, 364, 365)
    assert [each for each in paged() if each[1]] == [("Lena", 1), ("Hana", 1), ("Lena", 2)]


def test_outage_folds_what_became_due_in_it(queue, line):
    for minute in (0, 30, 60):
        make_alarm(make_case(queue).ticket, at=NOON + minute * MINUTE)
    ring_at(360)
    (mail,) = mails()
    assert (mail.body["count"], mail.body["late"]) == (3, 360)


# --- what a page says ---


def test_page_says_nothing_of_the_case_and_names_nobody(queue, line):
    ticket = make_case(queue, text="He beats me.", summary="My channel is gone").ticket
    make_alarm(ticket)
    ring(at=NOON)
    subject, text = worded(mails()[0])
    assert ticket.reference in text
    for private in ("beats", "channel", "Lena", "Team"):
        assert private not in subject + text


def test_passing_on_pages_the_next_at_once(alarm, line):
    ring(at=NOON)
    pass_on(alarm, by=line[0], at=NOON + MINUTE)
    ring(at=NOON + MINUTE)
    assert paged() == [("Lena", 1), ("Hana", 1)]
