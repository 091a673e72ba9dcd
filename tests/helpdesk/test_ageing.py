"""A share of the picks goes to what has waited longest: nothing low starves, whatever comes above it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.actions import snooze, take, take_next
from helpdesk.actions.settings import change_queue
from helpdesk.ageing import is_reserved, longest_waiting, next_reserved_in, reserved_before
from helpdesk.models import NEVER, Picks, Priority, Queue, Ticket
from journal.models import Event
from tests.factories import NOON, bar, make_moderator, make_queue, make_ticket
from tests.together import at_once

HOUR = timedelta(hours=1)
shares = st.integers(1, 50)


@given(shares, st.integers(0, 1000))
def test_of_any_hundred_picks_in_a_row_exactly_the_share_is_reserved(share, start):
    assert sum(is_reserved(number, share) for number in range(start + 1, start + 101)) == share


@given(shares, st.integers(1, 1000))
def test_next_reserved_pick_is_never_further_away_than_the_share_says(share, count):
    ahead = next_reserved_in(count, share)
    assert is_reserved(count + ahead, share)
    assert not any(is_reserved(count + step, share) for step in range(1, ahead))
    assert ahead <= -(-100 // share)


def test_at_twenty_percent_each_fifth_is_reserved():
    assert [number for number in range(1, 16) if is_reserved(number, 20)] == [5, 10, 15]
    assert reserved_before(15, 20) == 3


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


def waits(queue, priority, hours=0, **fields):
    opened_at = NOON + hours * HOUR
    return make_ticket(
        queue, priority=priority, **{"opened_at": opened_at, "due_at": opened_at + 72 * HOUR} | fields
    )


def pick(amir, count, at=NOON + 500 * HOUR, **more):
    return [take_next(by=amir, at=at, **more) for _each in range(count)]


@pytest.mark.django_db
class TestPicks:
    def test_each_fifth_pick_is_what_has_waited_longest_of_the_less_urgent(self, queue, amir):
        low, normal = waits(queue, Priority.LOW, 1), waits(queue, Priority.NORMAL, 2)
        top = [waits(queue, Priority.TOP, 3 + hours) for hours in range(8)]
        assert pick(amir, 10) == [*top[:4], low, *top[4:], normal]

    @pytest.mark.parametrize("share", [1, 7, 20, 50])
    def test_nothing_starves_under_a_constant_stream_above_it(self, queue, amir, share):
        Queue.objects.update(reserved_share=share)
        below = [waits(queue, priority, hours) for hours, priority in enumerate((4, 3, 2, 4, 3))]
        picked = []
        for number in range(5 * -(-100 // share)):
            waits(queue, Priority.TOP, 10 + number)
            picked += pick(amir, 1)
        assert [ticket for ticket in picked if ticket in below] == below

    def test_what_is_never_due_does_not_starve_among_its_equals(self, queue, amir):
        undue = waits(queue, Priority.NORMAL, due_at=NEVER)
        picked = []
        for hours in range(6):
            waits(queue, Priority.NORMAL, hours)
            picked += pick(amir, 1)
        assert undue in picked

    def test_what_nobody_screened_does_not_starve_either_and_eats_up_little(self, queue, amir):
        unscreened = [waits(queue, Priority.LOW, hours, is_screened=False) for hours in range(3)]
        screened = [waits(queue, Priority.LOW, 50 + hours) for hours in range(4)]
        picked = []
        for hours in range(25):
            waits(queue, Priority.TOP, 100 + hours)
            picked += pick(amir, 1)
        assert [each for each in picked if each.priority == Priority.LOW] == [*screened, unscreened[0]]

    def test_without_a_share_only_the_order_counts(self, queue, amir):
        Queue.objects.update(reserved_share=0)
        waits(queue, Priority.LOW)
        top = [waits(queue, Priority.TOP, hours) for hours in range(6)]
        assert pick(amir, 6) == top
        assert not Picks.objects.exists()

    def test_reserved_pick_without_anything_behind_is_an_ordinary_one(self, queue, amir):
        top = [waits(queue, Priority.TOP, hours) for hours in range(6)]
        assert pick(amir, 6) == top

    def test_reserved_pick_keeps_to_languages_bars_levels_and_what_is_put_aside(self, queue, amir):
        amir.languages = ["en"]
        amir.save()
        waits(queue, Priority.LOW, language="fa")
        waits(queue, Priority.LOW, level=2)
        bar(waits(queue, Priority.LOW), amir)
        snooze(waits(queue, Priority.LOW), by=amir, at=NOON, until=NOON + 900 * HOUR)
        take(waits(queue, Priority.LOW), by=make_moderator(queue.team, "Mira"), at=NOON)
        fit = waits(queue, Priority.LOW, 9)
        for hours in range(5):
            waits(queue, Priority.TOP, 10 + hours)
        assert pick(amir, 5)[-1] == fit

    def test_over_all_queues_what_waits_in_another_one_gets_its_share_too(self, queue, amir):
        other = make_queue(amir)
        low = waits(other, Priority.LOW)
        for hours in range(6):
            waits(queue, Priority.TOP, hours)
        assert pick(amir, 5)[-1] == low

    def test_picks_from_one_queue_stay_in_it(self, queue, amir):
        waits(make_queue(amir), Priority.LOW)
        for hours in range(6):
            waits(queue, Priority.TOP, hours)
        assert {ticket.queue for ticket in pick(amir, 5, queue=queue)} == {queue}

    def test_history_says_which_was_a_reserved_pick(self, client, queue, amir):
        low = waits(queue, Priority.LOW)
        for hours in range(5):
            waits(queue, Priority.TOP, hours)
        pick(amir, 5)
        assert Event.objects.get(subject_id=low.pk, code="taken").values["reserved"] is True
        client.force_login(amir)
        told = client.get(reverse("console:history", args=[low.reference])).content.decode()
        assert "which had waited longest" in told

    def test_it_is_answered_from_the_index_however_many_wait(self, queue):
        fields = {"kind": "complaint", "queue": queue, "changed_at": NOON, "due_at": NOON, "language": "en"}
        Ticket.objects.bulk_create(
            Ticket(reference=f"T{n:04}", opened_at=NOON + n * HOUR, priority=1 + n % 4, **fields)
            for n in range(4000)
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE helpdesk_ticket")
        waiting = Ticket.objects.filter(status="new", assignee=None, queue=queue, priority=Priority.LOW)
        assert "ticket_waits_longest" in waiting.order_by("opened_at", "id")[:1].explain()
        first = Ticket.objects.get(reference="T0000")
        everything = Ticket.objects.filter(status="new", assignee=None)
        assert longest_waiting(everything, [queue], than=first).reference == "T0001"

    def test_cost_of_a_reserved_pick_does_not_grow(self, queue, amir, django_assert_max_num_queries):
        for hours in range(30):
            waits(queue, 1 + hours % 4, hours)
        pick(amir, 4)
        with django_assert_max_num_queries(22):
            pick(amir, 1)


@pytest.mark.django_db
class TestSettings:
    def test_lead_sets_the_share_with_an_event(self, queue):
        lena = make_moderator(queue.team, "Lena", role="lead")
        change_queue(queue, by=lena, at=NOON, reserved_share=10)
        assert Event.objects.get(subject_id=queue.pk, code="changed").values["reserved_share"] == 10

    def test_more_than_half_is_refused_by_the_form_and_by_the_database(self, client, queue):
        client.force_login(make_moderator(queue.team, "Lena", role="lead"))
        page = client.get(reverse("console:setting", args=["queues", queue.pk]))
        typed = {name: value or "" for name, value in page.context["form"].initial.items()}
        address = reverse("console:setting", args=["queues", queue.pk])
        assert client.post(address, typed | {"reserved_share": 60}).status_code == 409
        with pytest.raises(IntegrityError, match="half_of_the_picks"), transaction.atomic():
            Queue.objects.update(reserved_share=60)

    def test_queue_page_says_what_the_share_is_and_whose_turn_is_next(self, client, queue, amir):
        client.force_login(amir)
        low = waits(queue, Priority.LOW)
        for hours in range(4):
            waits(queue, Priority.TOP, hours)
        pick(amir, 3, at=now())
        page = client.get(reverse("console:queue", args=[queue.slug])).content.decode()
        assert "20% of the picks" in page
        assert "Of the next 2 picks, the last" in page
        assert page.index("At present that is:") < page.rindex(low.reference)

    def test_queue_page_without_a_share_says_nothing_of_it(self, client, queue, amir):
        Queue.objects.update(reserved_share=0)
        client.force_login(amir)
        waits(queue, Priority.LOW)
        assert "of the picks" not in client.get(reverse("console:queue", args=[queue.slug])).content.decode()


@pytest.mark.django_db(transaction=True)
def test_many_who_pick_at_once_get_each_case_once_and_the_share_exactly():
    queue = make_queue()
    people = [make_moderator(queue.team, f"Amir {number}") for number in range(4)]
    for hours in range(20):
        waits(queue, Priority.TOP, hours)
        waits(queue, Priority.LOW, hours)
    taken = []
    for _round in range(5):
        taken += at_once(*[lambda user=user: take_next(by=user, at=NOON) for user in people])
    assert len({ticket.pk for ticket in taken}) == 20
    assert sum(ticket.priority == Priority.LOW for ticket in taken) == 4
    assert Picks.objects.get().count == 20
