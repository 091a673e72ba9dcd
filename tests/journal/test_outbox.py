"""What must be told: written in the transaction, taken once, tried again, emptied."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection, transaction

from journal import calling, outbox
from journal.health import heartbeat, last_beat, oldest_waiting_delivery
from journal.models import Delivery, Heartbeat
from journal.senders import Undeliverable, register, sender_for
from journal.sending import LEASE_FOR, RETRIES, carry, next_try_at, take
from journal.tasks import send_due, sweep
from tests.factories import NOON, Thing, make_delivery

HOUR = timedelta(hours=1)


@pytest.fixture
def sent():
    """A sender that writes down what it was given, or fails as the test says."""
    usual = sender_for("mail")
    received = []

    def send(delivery):
        received.append(delivery)
        if failure := delivery.body.get("fails"):
            raise {"typed": Undeliverable("http_500"), "final": Undeliverable("http_404", final=True)}.get(
                failure, KeyError("rita@example.org")
            )

    register("mail", send)
    yield received
    register("mail", usual)


@pytest.fixture
def woken(monkeypatch):
    """Which lanes were woken by now, instead of a message to the broker."""
    calling.settle()
    lanes = []
    monkeypatch.setattr(calling, "_broker_back_at", 0.0)
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda app, name, args, **options: lanes.append(args[0])
    )
    return lambda: calling.settle() and lanes


@pytest.mark.django_db(transaction=True)
def test_a_lane_is_woken_once_and_only_after_the_commit(woken):
    with transaction.atomic():
        make_delivery(lane="case")
        with transaction.atomic():
            make_delivery(lane="case")
        make_delivery(lane="page")
        assert woken() == []
    assert woken() == ["case", "page"]


@transaction.atomic
def deliver_and_fail():
    make_delivery()
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_neither_told_nor_woken(woken):
    with pytest.raises(ZeroDivisionError):
        deliver_and_fail()
    assert (woken(), Delivery.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_part_does_not_take_the_wake_up_with_it(woken):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            deliver_and_fail()
        make_delivery()
    assert woken() == ["case"]


@pytest.mark.django_db(transaction=True)
def test_a_delivery_for_later_wakes_nobody(woken):
    with transaction.atomic():
        make_delivery(due_at=NOON + HOUR)
    assert woken() == []


@pytest.mark.django_db(transaction=True)
def test_a_delivery_outside_a_transaction_is_an_error():
    with pytest.raises(RuntimeError):
        make_delivery()


@pytest.mark.django_db
def test_due_deliveries_of_a_lane_are_taken_in_order():
    late, later = make_delivery(due_at=NOON - HOUR), make_delivery(due_at=NOON)
    make_delivery(due_at=NOON - 2 * HOUR, lane="bulk")
    make_delivery(due_at=NOON + HOUR)
    assert [take("case", NOON), take("case", NOON), take("case", NOON)] == [late, later, None]


@pytest.mark.django_db(transaction=True)
def test_two_takers_never_get_the_same_and_leave_nothing():
    with transaction.atomic():
        made = {make_delivery().pk for _ in range(100)}

    def take_all():
        with closing(connection):
            return [each.pk for each in iter(lambda: take("case", NOON), None)]

    with ThreadPoolExecutor(2) as takers:
        taken = [
            each for future in [takers.submit(take_all), takers.submit(take_all)] for each in future.result()
        ]
    assert (len(taken), set(taken)) == (100, made)


@pytest.mark.django_db(transaction=True)
def test_a_taker_does_not_wait_for_a_row_that_another_holds():
    with transaction.atomic():
        held, free = make_delivery(due_at=NOON - HOUR), make_delivery()

    def take_one():
        with closing(connection):
            return take("case", NOON)

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        Delivery.objects.select_for_update().get(pk=held.pk)
        assert other.submit(take_one).result(timeout=5) == free


@pytest.mark.django_db
def test_a_lease_ends_so_that_the_work_of_a_killed_sender_is_found():
    delivery = make_delivery()
    assert take("case", NOON) == delivery
    assert take("case", NOON + LEASE_FOR - timedelta(seconds=1)) is None
    again = take("case", NOON + LEASE_FOR)
    assert (again, again.attempts) == (delivery, 2)


@pytest.mark.django_db
def test_what_arrived_is_not_taken_again(sent):
    make_delivery()
    assert carry(take("case", NOON))
    assert take("case", NOON + timedelta(days=9)) is None


@pytest.mark.django_db
def test_a_failure_plans_the_next_attempt_with_its_code(sent):
    make_delivery(body={"fails": "typed"})
    delivery = take("case", NOON)
    assert not carry(delivery)
    delivery.refresh_from_db()
    assert (delivery.last_error, delivery.dead_at, delivery.sent_at) == ("http_500", None, None)
    assert delivery.due_at > delivery.made_at


@pytest.mark.django_db
def test_a_final_failure_is_dead_at_once(sent):
    make_delivery(body={"fails": "final"})
    carry(take("case", NOON))
    assert [each.last_error for each in Delivery.objects.dead()] == ["http_404"]


@pytest.mark.django_db
def test_a_sender_that_breaks_loses_nothing_and_its_words_are_not_kept(sent, caplog):
    broken, whole = make_delivery(body={"fails": "oddly"}), make_delivery()
    assert send_due("case") == 1
    broken.refresh_from_db()
    whole.refresh_from_db()
    assert (broken.last_error, broken.attempts) == ("error", 1)
    assert whole.sent_at
    assert "KeyError" in caplog.text
    assert "rita@example.org" not in caplog.text


@pytest.mark.django_db
def test_it_is_dead_after_the_last_retry(sent):
    delivery = make_delivery(body={"fails": "typed"})
    for _ in range(len(RETRIES) + 1):
        Delivery.objects.update(due_at=NOON)
        carry(take("case", NOON))
    delivery.refresh_from_db()
    assert delivery.dead_at
    assert delivery.attempts == 10


@pytest.mark.django_db
def test_a_slow_failure_does_not_disturb_the_one_who_has_it_now(sent):
    make_delivery(body={"fails": "typed"})
    slow = take("case", NOON)
    now_theirs = take("case", NOON + LEASE_FOR)
    carry(slow)
    before = now_theirs.due_at
    now_theirs.refresh_from_db()
    assert now_theirs.due_at == before


def test_retries_follow_the_table_with_a_little_chance():
    waits = [next_try_at(attempt, NOON) - NOON for attempt in range(1, 10)]
    assert all(asked <= wait <= asked * 1.1 for asked, wait in zip(RETRIES, waits, strict=True))
    assert next_try_at(10, NOON) is None


def test_the_other_side_may_ask_for_patience_but_not_for_ever():
    assert next_try_at(1, NOON, retry_after=600) == NOON + timedelta(minutes=10)
    assert next_try_at(1, NOON, retry_after=10**9) == NOON + timedelta(days=1)


@pytest.mark.django_db
def test_an_endpoint_that_hangs_rests_and_the_others_do_not():
    hanging, fine = Thing().id, Thing().id
    usual = sender_for("webhook")
    first, second, other = (
        make_delivery(channel="webhook", endpoint_id=each) for each in (hanging, hanging, fine)
    )
    asked = []

    def send(delivery):
        asked.append(delivery)
        if delivery.endpoint_id == hanging:
            raise Undeliverable("timeout", rest=True)

    register("webhook", send)
    try:
        assert send_due("case") == 1
    finally:
        register("webhook", usual)
    assert asked == [first, other]
    second.refresh_from_db()
    assert (second.attempts, second.last_error) == (0, "")


@pytest.mark.django_db
def test_a_mail_server_that_is_away_does_not_hold_up_webhooks():
    mail, webhook = sender_for("mail"), sender_for("webhook")
    asked = []

    def away(delivery):
        asked.append(delivery)
        raise Undeliverable("server_unreachable", rest=True)

    register("mail", away)
    register("webhook", asked.append)
    first, _ = make_delivery(), make_delivery()
    hook = make_delivery(channel="webhook", endpoint_id=Thing().id)
    try:
        assert send_due("case") == 1
    finally:
        register("mail", mail)
        register("webhook", webhook)
    assert asked == [first, hook]


@pytest.mark.django_db
def test_taking_uses_the_index_of_what_is_due():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        due = Delivery.objects.due(NOON).filter(lane="case").order_by("due_at")
        assert "delivery_due" in due[:1].explain()
        assert "Sort" not in due[:1].explain()


@pytest.mark.django_db
def test_the_sweep_wakes_only_lanes_in_which_something_is_due(woken):
    make_delivery(lane="bulk")
    sweep()
    assert woken() == ["bulk"]


@pytest.mark.django_db
def test_forgetting_a_person_leaves_no_address(sent):
    about = Thing()
    arrived = make_delivery(about=about, address="rita@example.org", body={"reference": "X"})
    carry(take("case", NOON))
    make_delivery(about=about, address="rita@example.org")
    outbox.forget(about, at=NOON)
    assert list(Delivery.objects.values_list("pk", "address", "body")) == [(arrived.pk, "", {})]


@pytest.mark.django_db
def test_forgetting_a_person_keeps_what_the_platform_is_told():
    about = Thing()
    news = make_delivery(about=about, channel="webhook")
    outbox.forget(about, at=NOON)
    assert Delivery.objects.get() == news


@pytest.mark.django_db
def test_an_act_that_is_undone_takes_back_what_it_wanted_to_tell():
    about = Thing()
    make_delivery(about=about, at=NOON, due_at=NOON + timedelta(seconds=10))
    later, other = make_delivery(about=about, at=NOON + HOUR, due_at=NOON + 2 * HOUR), make_delivery()
    assert outbox.recall([about.id], made_at=NOON, at=NOON + timedelta(seconds=5)) == 1
    assert set(Delivery.objects.all()) == {later, other}


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [{"attempts": 1}, {"sent_at": NOON}, {"dead_at": NOON}, {"due_at": NOON}])
def test_what_was_tried_or_may_leave_now_is_not_taken_back(changed):
    about = Thing()
    make_delivery(about=about, at=NOON, due_at=NOON + timedelta(seconds=10))
    Delivery.objects.update(**changed)
    assert outbox.recall([about.id], made_at=NOON, at=NOON) == 0
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_sender_is_taking_right_now_is_left_to_it():
    about = Thing()
    with transaction.atomic():
        made = make_delivery(about=about, at=NOON, due_at=NOON + timedelta(seconds=10))

    def undo():
        with closing(connection), transaction.atomic():
            return outbox.recall([about.id], made_at=NOON, at=NOON)

    with transaction.atomic(), ThreadPoolExecutor(1) as other:
        Delivery.objects.select_for_update().get(pk=made.pk)
        assert other.submit(undo).result(timeout=30) == 0


@pytest.mark.django_db
def test_address_and_body_go_seven_days_after_arrival():
    old, young = (make_delivery(address="rita@example.org", body={"a": 1}) for _ in range(2))
    Delivery.objects.filter(pk=old.pk).update(sent_at=NOON - timedelta(days=7))
    Delivery.objects.filter(pk=young.pk).update(sent_at=NOON - timedelta(days=6))
    make_delivery(address="rita@example.org")
    assert (outbox.empty_old(at=NOON), outbox.empty_old(at=NOON)) == (1, 0)
    old.refresh_from_db()
    assert (old.address, old.body, old.emptied_at) == ("", {}, NOON)
    assert Delivery.objects.filter(address="rita@example.org").count() == 2


@pytest.mark.django_db
def test_a_dead_letter_keeps_its_address_for_thirty_days():
    dead = make_delivery(address="rita@example.org")
    Delivery.objects.update(dead_at=NOON)
    outbox.empty_old(at=NOON + timedelta(days=29))
    assert Delivery.objects.can_be_retried().get() == dead
    outbox.empty_old(at=NOON + timedelta(days=30))
    dead.refresh_from_db()
    assert dead.address == ""


@pytest.mark.django_db
def test_health_names_the_delivery_that_waits_longest_and_the_last_beat():
    assert (oldest_waiting_delivery(NOON), last_beat()) == (None, None)
    make_delivery(due_at=NOON - HOUR)
    make_delivery(due_at=NOON + HOUR)
    heartbeat("beat", at=NOON - HOUR)
    heartbeat("beat", at=NOON)
    assert (oldest_waiting_delivery(NOON), last_beat()) == (NOON - HOUR, NOON)
    assert Heartbeat.objects.count() == 1
