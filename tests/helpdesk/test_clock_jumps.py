"""The machine's clock jumps by an hour, or two schedulers run by mistake: nothing is done twice or lost."""

from datetime import timedelta

import pytest

from helpdesk.actions import end_silence
from helpdesk.actions.escalating import take_steps
from helpdesk.actions.numbers import count_kept_times, fold_weeks
from helpdesk.actions.paging import ring
from helpdesk.actions.policies import keep_promises
from helpdesk.actions.rota_watch import watch
from helpdesk.actions.rotas import Stretch, change_rota
from helpdesk.models import (
    Alarm,
    KeptTimes,
    Paged,
    Policy,
    RotaProblem,
    StepTaken,
    StepTold,
    VerdictWeek,
)
from journal.models import Delivery, Event
from tests.factories import (
    NOON,
    make_alarm,
    make_case,
    make_layer,
    make_line,
    make_moderator,
    make_policy,
    make_queue,
    make_rota,
)
from tests.helpdesk.test_escalating import DUE, LEAD, make_steps
from tests.helpdesk.test_numbers import make_verdict
from tests.helpdesk.test_silence import CLOSED, REMINDED, ask
from tests.together import at_once

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR, DAY = (timedelta(**{each: 1}) for each in ("seconds", "minutes", "hours", "days"))
WEEK = 7 * DAY


def told(kind):
    return Delivery.objects.filter(kind=kind).count()


def lateness():
    events = Event.objects.filter(code="escalated").order_by("at", "number")
    return {each.values["key"]: each.values["late"] for each in events}


# --- the clock jumps ---


@pytest.fixture
def two_steps():
    """A case with a step when it is due, and one half an hour later."""
    make_steps({"when": "at"} | LEAD, {"when": "after", "length": 30 * MINUTE} | LEAD)
    queue = make_queue()
    make_moderator(queue.team, "Lena", role="lead")
    return make_case(queue).ticket


def test_clock_that_is_set_forward_takes_each_step_once_and_says_how_late(two_steps):
    assert [take_steps(at=at) for at in (DUE - MINUTE, DUE + HOUR - MINUTE, DUE + HOUR)] == [0, 2, 0]
    assert lateness() == {"step-0": 59 * 60, "step-1": 29 * 60}


def test_clock_that_is_set_back_repeats_no_step_and_loses_none(two_steps):
    moments = (DUE, DUE - HOUR, DUE - MINUTE, DUE, DUE + 30 * MINUTE)
    assert [take_steps(at=at) for at in moments] == [1, 0, 0, 0, 1]
    assert lateness() == {"step-0": 0, "step-1": 0}
    assert told("steps_due") == 2


def test_clock_that_was_wrong_for_one_sweep_takes_no_step_again_at_its_true_time(two_steps):
    assert [take_steps(at=at) for at in (DUE - HOUR, DUE, DUE - HOUR, DUE, DUE + HOUR)] == [0, 1, 0, 0, 1]
    assert StepTaken.objects.count() == 2


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def line(queue):
    return make_line(queue.team)


def test_clock_that_is_set_forward_pages_the_next_once_and_late(queue, line):
    make_alarm(make_case(queue).ticket)
    assert [ring(at=at) for at in (NOON, NOON + 65 * MINUTE, NOON + 65 * MINUTE)] == [1, 1, 0]
    assert [each.late for each in Paged.objects.order_by("pk")] == [0, 3600]


def test_clock_that_is_set_back_pages_nobody_twice_in_their_minutes(queue, line):
    make_alarm(make_case(queue).ticket)
    assert [ring(at=NOON + each * SECOND) for each in (0, -1, -30, 10)] == [1, 0, 0, 0]


def test_clock_that_is_set_back_an_hour_leaves_no_alarm_silent_for_that_hour(queue, line):
    alarm = make_alarm(make_case(queue).ticket)
    ring(at=NOON + HOUR)
    ring(at=NOON)
    assert [each.user for each in Paged.objects.order_by("pk")] == list(line)
    alarm.refresh_from_db()
    assert alarm.next_at == NOON + 5 * MINUTE


def test_new_alarm_is_told_although_the_last_message_is_of_an_hour_to_come(queue, line):
    make_alarm(make_case(queue).ticket, at=NOON + HOUR)
    ring(at=NOON + HOUR)
    make_alarm(make_case(queue).ticket, at=NOON)
    ring(at=NOON)
    assert not Paged.objects.untold().exists()
    assert Delivery.objects.filter(kind="page", address=line[0].email).count() == 2


@pytest.fixture
def silent():
    queue = make_queue(remind_after_days=7, close_after_days=14)
    return ask(queue, make_moderator(queue.team))


def test_clock_that_jumps_reminds_once_and_leaves_the_whole_time_to_answer(silent):
    moments = (REMINDED + HOUR, REMINDED, REMINDED + HOUR, CLOSED, CLOSED + HOUR)
    assert [end_silence(at=at) for at in moments] == [(1, 0), (0, 0), (0, 0), (0, 0), (0, 1)]
    assert (told("case_reminder"), told("case_closed")) == (1, 1)


@pytest.fixture
def gap():
    """A rota with an hour in which there will be nobody, a week and a bit ahead."""
    queue = make_queue()
    amir, lena = make_moderator(queue.team), make_moderator(queue.team, "Lena", role="lead")
    rota = make_rota(queue.team, make_layer(amir))
    start = NOON + WEEK + 30 * MINUTE
    change_rota(rota, amir, None, by=lena, at=NOON, there=Stretch(start, start + HOUR))
    Delivery.objects.all().delete()
    return rota


def test_clock_that_jumps_tells_of_a_gap_once(gap):
    assert [watch(at=at) for at in (NOON, NOON + HOUR, NOON, NOON + HOUR)] == [0, 1, 0, 0]
    assert RotaProblem.objects.count() == 1


def test_clock_that_is_set_back_over_the_end_of_a_week_leaves_its_numbers_as_they_are(queue):
    monday = NOON - timedelta(hours=12) + WEEK
    make_verdict(queue, at=monday - HOUR)
    assert [fold_weeks(at=monday + each * HOUR) for each in (-1, 1, -1, 1)] == [0, 1, 0, 0]
    assert VerdictWeek.objects.get().met == 1


# --- two beats by mistake ---


@pytest.fixture
def two_at_once(transactional_db):
    """What two schedulers make of it: the same task at the same moment, each on a connection of its own."""
    return lambda task, at: at_once(*[lambda: task(at=at)] * 2)


def test_two_beats_take_each_step_once(two_at_once, two_steps):
    assert sum(two_at_once(take_steps, DUE + HOUR)) == 2
    assert StepTaken.objects.count() == Event.objects.filter(code="escalated").count() == 2
    take_steps(at=DUE + HOUR)
    assert not StepTold.objects.exists()


def test_two_beats_page_once(two_at_once, queue, line):
    make_alarm(make_case(queue).ticket)
    assert sum(two_at_once(ring, NOON)) == 1
    assert Alarm.objects.get().next_at == NOON + 5 * MINUTE


def test_two_beats_remind_and_end_once(two_at_once, silent):
    two_at_once(end_silence, REMINDED)
    two_at_once(end_silence, CLOSED)
    assert (told("case_reminder"), told("case_closed")) == (1, 1)


def test_two_beats_tell_of_a_gap_once(two_at_once, gap):
    assert sum(two_at_once(watch, NOON + HOUR)) == 1
    assert (RotaProblem.objects.count(), told("rota_problems")) == (1, 1)


def test_two_beats_fold_a_week_once(two_at_once, queue):
    make_verdict(queue)
    make_verdict(queue, state="missed")
    two_at_once(fold_weeks, NOON + WEEK)
    assert (VerdictWeek.objects.get().met, VerdictWeek.objects.get().missed) == (1, 1)


def test_two_beats_count_the_public_times_once(two_at_once, queue):
    make_verdict(queue)
    two_at_once(count_kept_times, NOON + HOUR)
    assert KeptTimes.objects.get().counted_at == NOON + HOUR


def test_two_beats_apply_a_version_once(two_at_once, queue):
    make_policy(resolution=10 * HOUR)
    ticket = make_case(queue).ticket
    make_policy(resolution=20 * HOUR, at=NOON + MINUTE)
    two_at_once(keep_promises, NOON + HOUR)
    assert Event.objects.filter(subject_id=ticket.pk, code="targets_changed").count() == 1
    assert Policy.objects.latest("number").applied_at == NOON + HOUR
