"""The lead's page: what it lists agrees with the engine, costs the same for many, and shows no other team."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.actions import assign, person_writes, release, reply, resolve, set_priority
from helpdesk.actions.clocks import HEARD, clocks_told, promises_named
from helpdesk.actions.escalating import take_steps
from helpdesk.actions.policies import publish_policy
from helpdesk.clocks import State
from helpdesk.leading import DUE_IN, SOON, is_over, lead_page
from helpdesk.models import Clock, PolicyRow, Step, Ticket
from journal.actors import SYSTEM
from journal.errors import Refused
from journal.models import Event
from tests.factories import (
    NOON,
    bar,
    make_case,
    make_moderator,
    make_policy,
    make_queue,
    make_team,
    make_ticket,
    make_user,
    person,
)

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def queue():
    make_policy(first_response=2 * HOUR, next_response=HOUR, resolution=10 * HOUR, keep_in_touch=4 * HOUR)
    return make_queue(name="Complaints")


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


def keys(found):
    return [(row.ticket.reference, row.kind) for row in found.rows]


def clicks(row):
    return {click.name: click for click in row.clicks}


def test_what_is_due_within_the_hour_is_listed(queue, lena):
    ticket = make_case(queue).ticket
    assert keys(lead_page(lena, NOON + HOUR).soon) == []
    assert keys(lead_page(lena, NOON + HOUR + MINUTE).soon) == [(ticket.reference, "first_response")]


def test_what_is_late_is_no_longer_soon(queue, lena):
    ticket = make_case(queue).ticket
    found = lead_page(lena, NOON + 2 * HOUR + MINUTE)
    assert (keys(found.soon), keys(found.late)) == ([], [(ticket.reference, "first_response")])


def test_clock_that_stands_still_is_not_listed(queue, lena, amir):
    ticket = make_case(queue).ticket
    reply(ticket, by=amir, at=NOON, text="Which channel?", turn=1, is_question=True)
    assert ("resolution" in dict(keys(lead_page(lena, NOON + 9 * HOUR + MINUTE).soon)).values()) is False


def test_lead_sees_no_case_of_another_team(queue, lena):
    make_case(make_queue())
    found = lead_page(lena, NOON + 3 * HOUR)
    assert (found.late.number, [team.id for team in found.teams]) == (0, [queue.team_id])


def test_head_sees_all_teams(queue, lena):
    make_case(make_queue())
    assert lead_page(make_user(roles=["head"]), NOON + 3 * HOUR).late.number == 1


def test_late_row_says_that_nobody_ever_took_it(queue, lena):
    make_case(queue)
    (row,) = lead_page(lena, NOON + 3 * HOUR).late.rows
    assert row.why == ["Nobody has ever taken it.", "No step was taken."]
    assert (row.clock, row.row, row.holder) == ("first answer", "Row 1", "")
    assert row.pill.words == "late 1 h 0 min"


def test_late_row_says_who_had_it_and_that_nobody_did_when_it_fell_due(queue, lena, amir):
    ticket = assign(make_case(queue).ticket, by=lena, at=NOON, to=amir)
    release(ticket, by=amir, at=NOON + HOUR)
    (row,) = lead_page(lena, NOON + 3 * HOUR).late.rows
    assert row.why[:2] == ["Nobody had it when it fell due.", "Had by: Amir."]


def test_late_row_says_how_long_it_stood_still(queue, lena, amir):
    ticket = make_case(queue).ticket
    reply(ticket, by=amir, at=NOON, text="Which channel?", turn=1, is_question=True)
    person_writes(ticket, by=person(ticket), at=NOON + 3 * HOUR, text="This one.")
    rows = {row.kind: row for row in lead_page(lena, NOON + 14 * HOUR).late.rows}
    assert "Stood still for 3 h 0 min." in rows["resolution"].why
    assert not [words for words in rows["next_response"].why if "Stood still" in words]


def test_late_row_names_the_steps_that_were_taken(lena, queue):
    row = PolicyRow(name="Everybody", first_response=HOUR)
    step = Step(row=row, clock="first_response", key="up", when="at", what="raise")
    publish_policy([row], by=SYSTEM, at=NOON, from_at=NOON, steps=[step])
    make_case(queue)
    take_steps(at=NOON + HOUR)
    (shown,) = lead_page(lena, NOON + 2 * HOUR).late.rows
    assert "Steps taken: Raise the priority." in shown.why


def test_case_is_offered_to_whoever_holds_least(queue, lena, amir):
    mira = make_moderator(queue.team, "Mira")
    make_ticket(queue, assignee=amir, status="open")
    make_case(queue)
    (row,) = lead_page(lena, NOON + 3 * HOUR).late.rows
    assert clicks(row)["give"].to == str(mira.pk)


def test_case_is_offered_to_nobody_who_is_barred_or_does_not_read_its_language(queue, lena, amir):
    make_moderator(queue.team, "Mira", languages=["ru"])
    ticket = make_case(queue).ticket
    bar(ticket, amir)
    bar(ticket, lena)
    (row,) = lead_page(lena, NOON + 3 * HOUR).late.rows
    assert row.clicks == []


def test_somebody_with_much_more_than_the_median_is_over(queue, lena, amir):
    for _ in range(4):
        make_ticket(queue, assignee=amir, status="open", due_at=NOON)
    make_moderator(queue.team, "Mira")
    (team,) = lead_page(lena, NOON).teams
    assert [(str(each.user), each.open, each.is_over) for each in team.people] == [
        ("Amir", 4, True), ("Lena", 0, False), ("Mira", 0, False),
    ]  # fmt: skip


def test_waiting_cases_are_open_and_no_due_work(queue, lena, amir):
    make_ticket(queue, assignee=amir, status="waiting", due_at=NOON)
    (team,) = lead_page(lena, NOON).teams
    assert [(each.open, each.due) for each in team.people if each.user == amir] == [(1, 0)]


@pytest.mark.parametrize(
    ("number", "middle", "over"), [(2, 0, False), (3, 0, True), (6, 4, False), (7, 4, True), (12, 10, False)]
)
def test_over_is_half_as_much_again_and_three_more(number, middle, over):
    assert is_over(number, middle) is over


STEPS = st.tuples(st.sampled_from(["reply", "ask", "write", "resolve", "raise", "none"]), st.integers(1, 240))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(STEPS, max_size=5), min_size=1, max_size=4), st.integers(0, 900))
def test_rows_are_what_the_engine_says_when_it_runs_on_for_an_hour(cases, minutes):
    with transaction.atomic():
        make_policy(
            {"priority": 2, "resolution": 5 * HOUR}, first_response=2 * HOUR, next_response=HOUR,
            resolution=10 * HOUR, keep_in_touch=4 * HOUR,
        )  # fmt: skip
        queue = make_queue()
        lena, amir = make_moderator(queue.team, "Lena", role="lead"), make_moderator(queue.team)
        last = max([_lived(make_case(queue).ticket, acts, amir) for acts in cases])
        at = max(NOON + minutes * MINUTE, last)
        found = lead_page(lena, at)
        late, soon = _by_the_engine(at)
        assert {(row.ticket.pk, row.kind, row.instance) for row in found.late.rows} == late
        assert {(row.ticket.pk, row.kind, row.instance) for row in found.soon.rows} == soon
        transaction.set_rollback(True)


def _lived(ticket, acts, amir):
    """Do these acts, each so many minutes after the one before; when the last was."""
    at = NOON
    for name, minutes in acts:
        at += minutes * MINUTE
        ticket = Ticket.objects.get(pk=ticket.pk)
        try:
            with transaction.atomic():
                _act(name, ticket, amir, at)
        except Refused:
            pass
    return at


def _act(name, ticket, amir, at):
    if name in ("reply", "ask"):
        reply(ticket, by=amir, at=at, text="Words", turn=ticket.turn, is_question=name == "ask")
    elif name == "write":
        person_writes(ticket, by=person(ticket), at=at, text="Words")
    elif name == "resolve":
        resolve(ticket, by=amir, at=at)
    elif name == "raise":
        set_priority(ticket, by=amir, at=at, priority=2)


def _by_the_engine(at):
    """What the engine shows as missed now, and what it would an hour on if nothing else happened."""
    late, later = set(), set()
    for ticket in Ticket.objects.all():
        for moment, found in ((at, late), (at + SOON, later)):
            events = Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk, code__in=HEARD)
            events = list(events.order_by("number"))
            clocks = clocks_told(events, promises_named(events))
            clocks.pass_until(moment)
            found |= {
                (ticket.pk, reading.kind.value, reading.instance)
                for reading in clocks.readings()
                if reading.closed_at is None and reading.state is State.MISSED
            }
    return late, later - late


# --- the doors ---


@pytest.fixture
def desk(client, lena):
    client.force_login(lena)
    return client


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def test_page_shows_late_and_soon(desk, queue):
    ticket = make_case(queue, at=now() - 3 * HOUR).ticket
    shown = html(desk.get(reverse("console:lead")))
    assert ticket.reference in shown
    assert "Nobody has ever taken it." in shown


def test_part_that_renews_itself_is_no_whole_page(desk, queue):
    shown = html(desk.get(reverse("console:lead_now")))
    assert "<html" not in shown
    assert "Nothing is late." in shown


def test_moderators_and_operators_have_no_such_page(client, queue, amir):
    for user in (amir, make_user(roles=["operator"])):
        client.force_login(user)
        assert client.get(reverse("console:lead")).status_code == 404


def click(desk, ticket, name, **data):
    return desk.post(reverse("console:lead_act", args=[ticket.reference, name]), data)


def test_one_click_takes_a_case(desk, queue, lena):
    ticket = make_case(queue).ticket
    assert click(desk, ticket, "take").url == reverse("console:lead")
    ticket.refresh_from_db()
    assert ticket.assignee == lena


def test_one_click_gives_a_case_to_a_named_person(desk, queue, amir):
    ticket = make_case(queue).ticket
    click(desk, ticket, "give", to=amir.pk)
    ticket.refresh_from_db()
    assert ticket.assignee == amir


def test_case_is_not_given_to_the_barred_and_the_reason_is_told(desk, queue, amir):
    ticket = make_case(queue).ticket
    bar(ticket, amir)
    response = desk.post(
        reverse("console:lead_act", args=[ticket.reference, "give"]), {"to": amir.pk}, follow=True
    )
    assert "must stay out of this case" in html(response)
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_two_clicks_raise_a_case_once_each(desk, queue):
    ticket = make_case(queue).ticket
    click(desk, ticket, "raise")
    ticket.refresh_from_db()
    assert ticket.priority == 2


def test_case_of_another_team_cannot_be_clicked(desk):
    assert click(desk, make_ticket(make_queue()), "take").status_code == 404


@pytest.mark.parametrize(("name", "to"), [("give", "nobody"), ("give", ""), ("invented", "")])
def test_click_that_means_nothing_is_not_found(desk, queue, name, to):
    assert click(desk, make_case(queue).ticket, name, to=to).status_code == 404


def test_click_with_scripts_answers_with_the_changed_part(desk, queue):
    ticket = make_case(queue, at=now() - 3 * HOUR).ticket
    address = reverse("console:lead_act", args=[ticket.reference, "take"])
    response = desk.post(address, headers={"HX-Request": "true"})
    assert "is yours" in response["HX-Trigger"]
    assert "<html" not in html(response)


def cost_of(desk):
    with CaptureQueriesContext(connection) as asked:
        html(desk.get(reverse("console:lead")))
    return len(asked)


def test_three_rows_and_many_cost_the_same(desk, queue, amir):
    for number in range(3):
        assign(make_case(queue, at=now() - (1 + number) * HOUR).ticket, by=SYSTEM, at=now(), to=amir)
    cost_of(desk)
    few = cost_of(desk)
    _many(queue, 3000)
    assert cost_of(desk) <= few <= 18


def _many(queue, count):
    """So many late cases by the database alone."""
    like = Clock.objects.first()
    tickets = [
        Ticket(
            reference=f"{number:04d}-TEST-0", queue=queue, kind="complaint", language="en",
            opened_at=NOON, changed_at=NOON, due_at=NOON, priority=3,
        )
        for number in range(count)
    ]  # fmt: skip
    Ticket.objects.bulk_create(tickets)
    Clock.objects.bulk_create(
        Clock(
            ticket=ticket, queue=queue, kind="resolution", instance=1, run=1, state="running",
            due_at=now() + timedelta(seconds=number - count / 2), spent=timedelta(0), row_id=like.row_id,
        )
        for number, ticket in enumerate(tickets)
    )  # fmt: skip


def test_what_is_due_is_found_by_the_index_of_the_queue(queue, lena):
    make_case(queue)
    _many(queue, 3000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE helpdesk_clock")
        plan = DUE_IN.replace("$1", f"'{{{queue.pk}}}'").replace("$2", "'2020-01-01'").replace("$3", "now()")
        cursor.execute("EXPLAIN " + plan.replace("$4", "50"))
        assert "clock_due_in_queue" in "\n".join(line for (line,) in cursor.fetchall())


def test_teams_without_people_are_left_out(queue, lena):
    make_queue(team=make_team())
    head = make_user(roles=["head"])
    assert [team.id for team in lead_page(head, NOON).teams] == [queue.team_id]
