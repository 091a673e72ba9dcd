"""Who answers for a case: its level says who may take it and give it to somebody, and everybody sees it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.actions import assign, give_back, hand_over, reply, take, take_next
from helpdesk.actions.escalating import take_steps
from helpdesk.models import Level, Status, Ticket
from journal.actors import SYSTEM
from journal.errors import Refused
from journal.models import Event
from tests.factories import NOON, bar, make_api_key, make_case, make_moderator, make_queue, make_user, refused
from tests.helpdesk.test_escalating import make_steps

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


@pytest.fixture
def head():
    return make_user("Helen", roles=["head"])


def at_level(queue, level, **fields):
    ticket = make_case(queue, **fields).ticket
    Ticket.objects.filter(pk=ticket.pk).update(level=level)
    ticket.refresh_from_db()
    return ticket


def test_take_next_offers_a_case_to_its_level_and_above(queue, amir, lena, head):
    ticket = at_level(queue, Level.LEAD)
    assert take_next(by=amir, at=NOON) is None
    assert take_next(by=lena, at=NOON) == ticket


def test_what_reached_the_executive_contact_is_worked_on_by_heads(queue, lena, head):
    ticket = at_level(queue, Level.EXECUTIVE)
    assert take_next(by=lena, at=NOON) is None
    assert take_next(by=head, at=NOON) == ticket


def test_moderator_gets_what_comes_after_a_case_that_was_handed_up(queue, amir):
    at_level(queue, Level.LEAD)
    below = make_case(queue, at=NOON + HOUR).ticket
    assert take_next(by=amir, at=NOON + HOUR) == below


@pytest.mark.parametrize(
    "act", [lambda t, amir: take(t, by=amir, at=NOON), lambda t, amir: assign(t, by=amir, at=NOON, to=amir)]
)
def test_moderator_who_takes_a_case_of_a_lead_is_told_whose_it_is(queue, amir, act):
    with pytest.raises(Refused, match="Lead") as told:
        act(at_level(queue, Level.LEAD), amir)
    assert told.value.code == "above_your_level"


def test_lead_gives_a_case_of_theirs_to_a_moderator_but_not_one_of_the_head(queue, amir, lena):
    assert assign(at_level(queue, Level.LEAD), by=lena, at=NOON, to=amir).assignee == amir
    with refused("above_your_level"):
        assign(at_level(queue, Level.HEAD), by=lena, at=NOON, to=amir)


def test_who_holds_a_case_that_is_handed_up_writes_on_and_may_hand_it_over(queue, amir, lena):
    make_steps({"when": "at", "what": "hand"})
    ticket = make_case(queue).ticket
    assign(ticket, by=lena, at=NOON, to=amir)
    take_steps(at=NOON + 10 * HOUR)
    ticket.refresh_from_db()
    assert (ticket.level, ticket.assignee) == (Level.LEAD, amir)
    reply(ticket, by=amir, at=NOON + 11 * HOUR, text="We are at it.", turn=ticket.turn)
    assert hand_over(ticket, by=amir, at=NOON + 11 * HOUR, to=lena, note="Yours.").assignee == lena


def test_free_case_above_ones_level_is_handed_to_nobody(queue, amir, lena):
    with refused("above_your_level"):
        hand_over(at_level(queue, Level.LEAD), by=amir, at=NOON, to=lena, note="Yours.")


def test_lead_gives_a_case_back_and_moderators_can_take_it_again(queue, amir, lena):
    ticket = at_level(queue, Level.LEAD)
    give_back(ticket, by=lena, at=NOON, level=Level.MODERATOR)
    assert take_next(by=amir, at=NOON) == ticket
    event = Event.objects.get(subject_id=ticket.pk, code="given_back")
    assert (event.values["before"], event.values["after"]) == (2, 1)


@pytest.mark.parametrize("level", [Level.LEAD, Level.HEAD])
def test_case_is_given_back_downwards_only(queue, lena, level):
    with refused("not_below"):
        give_back(at_level(queue, Level.LEAD), by=lena, at=NOON, level=level)


def test_nobody_gives_back_what_is_above_them_or_barred_to_them(queue, amir, lena):
    above, closed = at_level(queue, Level.HEAD), at_level(queue, Level.LEAD)
    bar(closed, lena)
    for by, ticket in ((amir, closed), (lena, above), (lena, closed), (SYSTEM, closed)):
        with pytest.raises(PermissionDenied):
            give_back(ticket, by=by, at=NOON, level=Level.MODERATOR)


def test_what_was_given_back_is_not_handed_up_again_by_the_same_step(queue, lena):
    make_steps({"when": "at", "what": "hand"})
    ticket = make_case(queue).ticket
    take_steps(at=NOON + 10 * HOUR)
    give_back(ticket, by=lena, at=NOON + 11 * HOUR, level=Level.MODERATOR)
    assert take_steps(at=NOON + 99 * HOUR) == 0
    ticket.refresh_from_db()
    assert ticket.level == Level.MODERATOR


def test_case_that_has_ended_is_not_given_back(queue, lena):
    ticket = at_level(queue, Level.LEAD)
    Ticket.objects.filter(pk=ticket.pk).update(status=Status.RESOLVED)
    with refused("case_ended"):
        give_back(ticket, by=lena, at=NOON, level=Level.MODERATOR)


def test_level_is_said_on_the_case_and_in_the_list_and_filters_it(client, queue, amir):
    client.force_login(amir)
    up, low = at_level(queue, Level.LEAD, at=now()), make_case(queue, at=now()).ticket
    case = client.get(reverse("console:ticket", args=[up.reference])).content.decode()
    assert "The clock has handed this case up. Level: Lead." in case
    listed = client.get(reverse("console:queue", args=[queue.slug]), {"level": "2"}).content.decode()
    assert "level: Lead" in listed
    assert up.reference in listed
    assert low.reference not in listed


def test_filter_by_a_level_that_is_none_shows_all(client, queue, amir):
    client.force_login(amir)
    ticket = make_case(queue, at=now()).ticket
    assert (
        ticket.reference
        in client.get(reverse("console:queue", args=[queue.slug]), {"level": "9"}).content.decode()
    )


def test_only_who_stands_on_the_level_is_offered_to_take_it_or_give_it_back(client, queue, amir, lena):
    ticket = at_level(queue, Level.LEAD, at=now())
    offered = {}
    for user in (amir, lena):
        client.force_login(user)
        page = client.get(reverse("console:ticket", args=[ticket.reference]))
        offered[user] = {act.name for act in page.context["acts"]} & {"take", "give-back"}
    assert (offered[amir], offered[lena]) == (set(), {"take", "give-back"})


def test_lead_gives_a_case_back_on_its_page(client, queue, lena):
    ticket = at_level(queue, Level.HEAD, at=now())
    Ticket.objects.filter(pk=ticket.pk).update(level=Level.LEAD)
    client.force_login(lena)
    address = reverse("console:act", args=[ticket.reference, "give-back"])
    assert client.post(address, {"level": "3"}).status_code == 409
    assert client.post(address, {"level": "1"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.level == Level.MODERATOR


def test_machine_reads_the_level_and_asks_by_it(client, queue, amir):
    key = make_api_key(user=amir)
    up, _low = at_level(queue, Level.LEAD), make_case(queue)
    answer = client.get("/api/v1/tickets", {"level": 2}, headers={"Authorization": f"Bearer {key.shown}"})
    assert [(each["id"], each["level"]) for each in answer.json()["tickets"]] == [(str(up.pk), 2)]


def test_what_was_handed_up_is_passed_over_within_the_index(queue, amir):
    fields = {"kind": "complaint", "queue": queue, "opened_at": NOON, "changed_at": NOON, "language": "en"}
    Ticket.objects.bulk_create(
        Ticket(reference=f"T{n:04}", due_at=NOON + n * HOUR, level=1 + (n < 2000), **fields)
        for n in range(4000)
    )
    # What somebody has: without it the index of all that is open would be as good as that of what waits.
    Ticket.objects.bulk_create(
        Ticket(reference=f"H{n:04}", due_at=NOON + n * HOUR, status="open", assignee=amir, **fields)
        for n in range(4000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE helpdesk_ticket")
    waiting = Ticket.objects.filter(status="new", assignee=None, queue=queue, level__lte=Level.MODERATOR)
    plan = waiting.in_order()[:1].explain(analyze=True, format="text")
    assert "ticket_to_take" in plan
    assert "Rows Removed by Filter" not in plan
