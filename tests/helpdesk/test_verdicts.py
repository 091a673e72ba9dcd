"""How each promise ended is written once, stays, and is what history says."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.actions import (
    answer_undone,
    answered,
    erase_case,
    mark_spam,
    merge,
    move_to_queue,
    no_answer_needed,
    person_writes,
    reopen,
    reply,
    resolve,
    set_priority,
    undo_reply,
    withdraw,
)
from helpdesk.actions.counting import recount
from helpdesk.models import LetGo, Ticket, Verdict
from journal.errors import Refused
from journal.models import Event
from tests.factories import (
    NOON,
    make_api_key,
    make_case,
    make_moderator,
    make_policy,
    make_queue,
    person,
    refused,
)

pytestmark = pytest.mark.django_db
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
PROMISED = {
    "first_response": HOUR,
    "next_response": 2 * HOUR,
    "resolution": 10 * HOUR,
    "keep_in_touch": 4 * HOUR,
}


@pytest.fixture
def queue():
    make_policy(**PROMISED)
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def ticket(queue):
    return make_case(queue).ticket


def answer(ticket, amir, at, **more):
    ticket.refresh_from_db()
    return reply(ticket, by=amir, at=at, text="We are looking.", turn=ticket.turn, **more)


def ends(ticket):
    rows = Verdict.objects.filter(ticket=ticket).order_by("ended_at", "clock", "instance", "run")
    return [(row.clock, row.instance, row.state) for row in rows]


@contextmanager
def held_by_the_database():
    with pytest.raises(IntegrityError, match=r"a verdict stands|stays on record"), transaction.atomic():
        yield


def test_an_open_clock_has_no_verdict(ticket):
    assert ends(ticket) == []


def test_answer_in_time_is_written_down_as_met(ticket, amir, queue):
    answer(ticket, amir, NOON + HOUR / 2)
    row = Verdict.objects.get()
    assert (row.clock, row.state, row.ended_by) == ("first_response", "met", "staff_wrote")
    assert (row.began_at, row.due_at, row.ended_at) == (NOON, NOON + HOUR, NOON + HOUR / 2)
    assert (row.spent, row.target, row.queue, row.kind, row.language) == (
        HOUR / 2, HOUR, queue, "complaint", "en",
    )  # fmt: skip


def test_late_answer_is_written_down_as_missed(ticket, amir):
    answer(ticket, amir, NOON + HOUR + SECOND)
    assert ends(ticket) == [("first_response", 1, "missed")]


def test_each_word_that_keeps_in_touch_in_time_counts_as_kept(ticket, amir):
    answer(ticket, amir, NOON)
    answer(ticket, amir, NOON + HOUR)
    answer(ticket, amir, NOON + 9 * HOUR)
    runs = Verdict.objects.filter(clock="keep_in_touch").order_by("run")
    assert [(row.run, row.state, row.spent) for row in runs] == [(1, "met", HOUR), (2, "missed", 8 * HOUR)]


def test_case_that_is_taken_back_owes_nothing(ticket):
    withdraw(ticket, by=person(ticket), at=NOON + HOUR / 2)
    assert ends(ticket) == [("first_response", 1, "cancelled"), ("resolution", 1, "cancelled")]


def test_what_was_late_already_stays_late_when_the_case_is_dropped(ticket):
    withdraw(ticket, by=person(ticket), at=NOON + 2 * HOUR)
    assert ends(ticket) == [("first_response", 1, "missed"), ("resolution", 1, "cancelled")]


def test_verdict_is_counted_in_the_queue_where_it_was_reached(ticket, amir, queue):
    other = make_queue(team=queue.team)
    answer(ticket, amir, NOON)
    move_to_queue(ticket, by=amir, at=NOON + SECOND, queue=other)
    ticket.refresh_from_db()
    resolve(ticket, by=amir, at=NOON + 2 * SECOND)
    rows = Verdict.objects.filter(clock__in=["first_response", "resolution"]).order_by("ended_at")
    assert [row.queue for row in rows] == [queue, other]


def test_undone_reply_leaves_no_verdict(ticket, amir):
    message = answer(ticket, amir, NOON, is_question=True)
    undo_reply(message, by=amir, at=NOON + 5 * SECOND)
    assert ends(ticket) == []


def test_reply_after_an_undone_one_is_what_counts(ticket, amir):
    undo_reply(answer(ticket, amir, NOON), by=amir, at=NOON + 5 * SECOND)
    answer(ticket, amir, NOON + 2 * HOUR)
    row = Verdict.objects.get(clock="first_response")
    assert (row.state, row.ended_at) == ("missed", NOON + 2 * HOUR)


def test_undone_answer_gives_its_place_to_the_reply_that_stands(ticket, amir):
    answered(ticket, by=amir, at=NOON)
    answer(ticket, amir, NOON + 3 * SECOND)
    ticket.refresh_from_db()
    answer_undone(ticket, by=amir, at=NOON + 5 * SECOND)
    assert Verdict.objects.get(clock="first_response").ended_at == NOON + 3 * SECOND


def test_another_policy_later_changes_no_verdict(ticket, amir):
    answer(ticket, amir, NOON + HOUR / 2)
    make_policy(at=NOON + HOUR, first_response=SECOND, resolution=SECOND)
    ticket.refresh_from_db()
    set_priority(ticket, by=amir, at=NOON + 2 * HOUR, priority=1)
    row = Verdict.objects.get(clock="first_response")
    assert (row.state, row.target) == ("met", HOUR)


def test_nobody_edits_a_verdict(ticket, amir):
    answer(ticket, amir, NOON + 2 * HOUR)
    with held_by_the_database():
        Verdict.objects.update(state="met")


def test_nobody_removes_a_verdict(ticket, amir):
    answer(ticket, amir, NOON + 2 * HOUR)
    with held_by_the_database():
        Verdict.objects.all().delete()


def test_an_undone_reply_long_after_lets_no_verdict_go(ticket, amir):
    answer(ticket, amir, NOON)
    undo_reply(answer(ticket, amir, NOON + HOUR), by=amir, at=NOON + HOUR + 5 * SECOND)
    with held_by_the_database():
        Verdict.objects.filter(clock="first_response").delete()


def test_verdicts_stay_when_the_case_is_erased(ticket, amir):
    answer(ticket, amir, NOON)
    resolve(ticket, by=amir, at=NOON)
    erase_case(ticket, by=person(ticket), at=NOON + HOUR)
    assert ("first_response", 1, "met") in ends(ticket)


def test_filing_a_case_writes_no_verdict_and_asks_for_none(queue):
    with CaptureQueriesContext(connection) as asked:
        make_case(queue)
    assert not [each["sql"] for each in asked if "verdict" in each["sql"] or "letgo" in each["sql"]]


def test_reply_costs_one_statement_for_its_verdicts(ticket, amir):
    with CaptureQueriesContext(connection) as asked:
        answer(ticket, amir, NOON)
    assert len([each for each in asked if "helpdesk_verdict" in each["sql"]]) == 1


def test_words_that_need_no_answer_take_a_reason(ticket, amir):
    answer(ticket, amir, NOON)
    person_writes(ticket, by=person(ticket), at=NOON + HOUR, text="Thank you!")
    with refused("reason_needed"):
        no_answer_needed(ticket, by=amir, at=NOON + HOUR, reason="I am tired")
    no_answer_needed(ticket, by=amir, at=NOON + HOUR, reason="thanks")
    assert Event.objects.get(code="no_answer_needed").values == {"reason": "thanks"}
    row = LetGo.objects.get()
    assert (row.code, row.why, row.reason, row.at) == ("no_answer_needed", "", "thanks", NOON + HOUR)


def test_no_key_says_that_words_need_no_answer(ticket, amir):
    person_writes(ticket, by=person(ticket), at=NOON, text="Thank you!")
    with pytest.raises(PermissionDenied):
        no_answer_needed(ticket, by=make_api_key(user=amir), at=NOON, reason="thanks")
    assert not LetGo.objects.exists()


def test_spam_is_counted_by_its_reason(ticket, amir):
    mark_spam(ticket, by=amir, at=NOON, reason="advertising")
    row = LetGo.objects.get()
    assert (row.code, row.why, row.reason) == ("dropped", "spam", "advertising")


def test_joining_cases_takes_a_reason(ticket, queue, amir):
    with refused("reason_needed"):
        merge(ticket, by=amir, at=NOON, into=make_case(queue).ticket, reason="")
    assert not LetGo.objects.exists()


def test_no_key_joins_cases(ticket, queue, amir):
    with pytest.raises(PermissionDenied):
        merge(ticket, by=make_api_key(user=amir), at=NOON, into=make_case(queue).ticket, reason="sent_twice")


def test_withdrawing_is_counted_and_takes_no_reason(ticket):
    withdraw(ticket, by=person(ticket), at=NOON)
    row = LetGo.objects.get()
    assert (row.why, row.reason) == ("withdrawn", "")


def test_what_was_given_up_stays_on_record(ticket, amir):
    mark_spam(ticket, by=amir, at=NOON, reason="empty")
    reopen(ticket, by=amir, at=NOON + HOUR)
    with held_by_the_database():
        LetGo.objects.all().delete()
    assert LetGo.objects.count() == 1


def test_recount_finds_a_row_that_is_missing_and_writes_it(ticket, amir, capsys):
    answer(ticket, amir, NOON)
    # as if it had ended before there were verdicts
    _without_triggers("DELETE FROM helpdesk_verdict")
    with pytest.raises(CommandError, match="rows are missing"):
        call_command("recount")
    call_command("recount", "--write")
    call_command("recount")
    assert "1 looked at, 0 missing, 0 wrong" in capsys.readouterr().out
    assert ends(ticket) == [("first_response", 1, "met")]


def test_recount_finds_a_row_that_history_does_not_say(ticket, amir):
    answer(ticket, amir, NOON + 2 * HOUR)
    _without_triggers("UPDATE helpdesk_verdict SET state = 'met'")
    with pytest.raises(CommandError, match=str(ticket.pk)):
        call_command("recount", "--write")


def _without_triggers(sql):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET session_replication_role = DEFAULT")


ACTS = {
    "reply": lambda ticket, amir, at: answer(ticket, amir, at),
    "ask": lambda ticket, amir, at: answer(ticket, amir, at, is_question=True),
    "undo": lambda ticket, amir, at: undo_reply(
        answer(ticket, amir, at, is_question=True), by=amir, at=at + 5 * SECOND
    ),
    "write": lambda ticket, amir, at: person_writes(ticket, by=person(ticket), at=at, text="And then?"),
    "thanks": lambda ticket, amir, at: no_answer_needed(ticket, by=amir, at=at, reason="thanks"),
    "raise": lambda ticket, amir, at: set_priority(ticket, by=amir, at=at, priority=2),
    "resolve": lambda ticket, amir, at: resolve(ticket, by=amir, at=at),
    "reopen": lambda ticket, amir, at: reopen(ticket, by=amir, at=at),
    "spam": lambda ticket, amir, at: mark_spam(ticket, by=amir, at=at, reason="empty"),
    "policy": lambda ticket, amir, at: make_policy(at=at, first_response=3 * HOUR, resolution=2 * HOUR),
    "move": lambda ticket, amir, at: move_to_queue(
        ticket, by=amir, at=at, queue=make_queue(team=ticket.queue.team)
    ),
}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(1, 200)), max_size=9))
def test_rows_are_what_history_says_whatever_was_done(acts):
    with transaction.atomic():
        make_policy({"priority": 2, "resolution": 5 * HOUR, "next_response": HOUR}, **PROMISED)
        queue = make_queue()
        amir, ticket, at = make_moderator(queue.team), make_case(queue).ticket, NOON
        for name, minutes in acts:
            at += timedelta(minutes=minutes)
            _do_if_allowed(ACTS[name], Ticket.objects.get(pk=ticket.pk), amir, at)
        assert recount([Ticket.objects.get(pk=ticket.pk)]).is_right
        transaction.set_rollback(True)


def _do_if_allowed(act, ticket, amir, at):
    """Some of what is tried is refused, which changes nothing."""
    try:
        with transaction.atomic():
            act(ticket, amir, at)
    except Refused:
        pass
