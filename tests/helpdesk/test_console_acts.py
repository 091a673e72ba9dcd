"""Acts on a ticket, many answered at once, and the settings: each through its action, with its event."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from appeals.desk import APPEAL_DESK
from helpdesk.actions.settings import change_queue
from helpdesk.models import Attachment, Message, Queue, ReplyTemplate, Status, TicketLink
from helpdesk.views.console.acts import ACTS
from journal.models import Event
from tests.factories import (
    NOON,
    appeals_queue,
    bar,
    make_appeal,
    make_decision,
    make_queue,
    make_team,
    make_ticket,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def amir():
    return make_user("Amir", roles=["moderator"])


@pytest.fixture
def lena():
    return make_user("Lena", roles=["lead"])


@pytest.fixture
def queue(amir, lena):
    return make_queue(amir, lena, name_en="Complaints")


@pytest.fixture
def desk(client, amir):
    client.force_login(amir)
    return client


@pytest.fixture
def lead(client, lena):
    client.force_login(lena)
    return client


def do(desk, ticket, act, **data):
    return desk.post(reverse("console:act", args=[ticket.reference, act]), {"sent": "1", **data})


def codes(row):
    return list(Event.objects.filter(subject_id=row.pk).order_by("number").values_list("code", flat=True))


@pytest.mark.parametrize("name", ACTS)
def test_each_act_has_a_page(desk, queue, name):
    ticket = make_ticket(queue)
    assert desk.get(reverse("console:act", args=[ticket.reference, name])).status_code == 200


def test_a_case_is_handed_over_with_a_note(desk, queue, amir, lena):
    ticket = make_ticket(queue, assignee=amir, status=Status.OPEN)
    do(desk, ticket, "hand-over", to=lena.pk, note="She writes Persian.")
    ticket.refresh_from_db()
    assert ticket.assignee == lena
    assert ticket.notes.get().text == "She writes Persian."


def test_nobody_barred_is_offered_a_case(desk, queue, lena):
    ticket = make_ticket(queue)
    bar(ticket, lena)
    page = desk.get(reverse("console:act", args=[ticket.reference, "hand-over"]))
    assert lena not in page.context["form"].fields["to"].queryset


def test_who_must_stay_out_is_offered_no_act_and_is_let_do_none(desk, queue, amir):
    ticket = make_ticket(queue, unanswered_since=NOON)
    bar(ticket, amir)
    assert desk.get(reverse("console:ticket", args=[ticket.reference])).context["acts"] == []
    answer = desk.get(reverse("console:act", args=[ticket.reference, "resolve"]))
    assert answer.status_code == 403


def test_a_case_is_put_aside_and_taken_up_again(desk, queue):
    ticket = make_ticket(queue)
    do(desk, ticket, "snooze", hours="24")
    do(desk, ticket, "wake")
    assert codes(ticket) == ["snoozed", "woken"]


def test_cases_are_linked_by_reference(desk, queue):
    ticket, other = make_ticket(queue), make_ticket(queue)
    do(desk, ticket, "link", other=other.reference.lower())
    assert TicketLink.objects.get().other == other
    page = desk.get(reverse("console:ticket", args=[ticket.reference])).content.decode()
    assert other.reference in page


def test_an_unseen_case_cannot_be_linked(desk, queue):
    response = do(desk, make_ticket(queue), "link", other=make_ticket(make_queue()).reference)
    assert response.status_code == 409
    assert not TicketLink.objects.exists()


def test_strangers_cases_are_not_joined_and_the_reason_is_told(desk, queue):
    response = do(desk, make_ticket(queue), "merge", other=make_ticket(queue).reference, reason="sent_twice")
    assert "Only cases of the same person" in response.content.decode()


@pytest.mark.parametrize("act", ["link", "merge"])
def test_a_case_that_one_must_stay_out_of_is_refused_at_its_field(desk, queue, amir, act):
    other = make_ticket(queue)
    bar(other, amir)
    response = do(desk, make_ticket(queue), act, other=other.reference, reason="sent_twice")
    assert response.status_code == 409
    assert "You must stay out of that case." in response.content.decode()
    assert not TicketLink.objects.exists()


def test_words_that_need_no_answer_are_let_go_with_a_reason(desk, queue):
    ticket = make_ticket(queue, unanswered_since=NOON)
    assert do(desk, ticket, "no-answer").status_code == 409
    assert do(desk, ticket, "no-answer", reason="thanks").status_code == 302
    ticket.refresh_from_db()
    assert ticket.unanswered_since is None


def test_a_declared_conflict_takes_the_case_away(desk, queue, amir):
    ticket = make_ticket(queue, assignee=amir, status=Status.OPEN)
    do(desk, ticket, "conflict")
    ticket.refresh_from_db()
    assert ticket.assignee is None
    assert ticket.barred.get().user == amir


def test_pictures_of_a_hidden_category_are_never_shown(desk, amir):
    ticket = make_ticket(make_queue(amir, kind="appeal"), category=min(APPEAL_DESK.hides_pictures_of))
    Attachment.objects.create(
        ticket=ticket,
        name="a.png",
        content_type="image/png",
        size=1,
        sha256="0" * 64,
        side="person",
        added_at=NOON,
    )
    page = desk.get(reverse("console:ticket", args=[ticket.reference])).content.decode()
    assert "a.png" in page
    assert "<img" not in page


def test_an_appeals_ticket_costs_at_most_twelve_statements(desk, amir):
    ticket = make_appeal(make_decision(person={"user_ref": "rita"})).ticket
    make_appeal(make_decision(person={"user_ref": "rita"}))
    appeals_queue(amir)
    address = reverse("console:ticket", args=[ticket.reference])
    desk.get(address)
    for tab in ("reply", "decide"):
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address, {"tab": tab}).status_code == 200
        assert len(queries) <= 12, [query["sql"][:100] for query in queries]


# --- many at once ---


def answer_together(desk, tickets, text, **data):
    turns = {f"turn-{ticket.reference}": ticket.turn for ticket in tickets}
    chosen = {"t": [ticket.reference for ticket in tickets], "text": text}
    return desk.post(reverse("console:bulk"), chosen | turns | data)


def test_each_of_many_gets_its_own_message_and_event(desk, queue):
    tickets = [make_ticket(queue) for _ in range(3)]
    answer_together(desk, tickets, "We restored {reference}.", then="resolve")
    texts = set(Message.objects.values_list("text", flat=True))
    assert texts == {f"We restored {ticket.reference}." for ticket in tickets}
    assert all(codes(ticket) == ["staff_wrote", "resolved"] for ticket in tickets)


def test_one_that_changed_is_left_out_and_its_words_are_kept(desk, queue, amir):
    fine, changed, mine = make_ticket(queue), make_ticket(queue, turn=5), make_ticket(queue)
    bar(mine, amir)
    changed.turn = 4
    response = answer_together(desk, [fine, changed, mine], "Restored.")
    html = response.content.decode()
    assert response.status_code == 409
    assert Message.objects.get().ticket == fine
    assert "Restored." in html
    assert [each.reference for each in response.context["not_done"]] == [changed.reference, mine.reference]


# --- reply templates ---


def test_a_template_starts_a_reply_in_the_persons_language(desk, queue):
    ticket = make_ticket(queue, language="fa")
    template = ReplyTemplate.objects.create(
        name_en="First", text_en="We have {reference}.", text_fa="{reference} رسید {unknown}."
    )
    page = desk.get(reverse("console:templates", args=[ticket.reference])).content.decode()
    assert f"{ticket.reference} رسید {{unknown}}." in page
    desk.post(reverse("console:start_reply", args=[ticket.reference, template.pk]))
    assert ticket.drafts.get().text.startswith(ticket.reference)


# --- settings ---


def test_a_queue_is_added_changed_and_ended_with_events(lead, queue):
    names = {"name_en": "Alerts", "name_fa": "هشدارها", "slug": "alerts", "kind": "alert"}
    numbers = {"team": queue.team.pk, "keep_for_days": 30, "reserved_share": 20, "place": 1}
    lead.post(reverse("console:add_setting", args=["queues"]), names | numbers)
    made = Queue.objects.get(slug="alerts")
    address = reverse("console:setting", args=["queues", made.pk])
    lead.post(address, names | numbers | {"keep_for_days": 40})
    lead.post(reverse("console:end_setting", args=["queues", made.pk]))
    made.refresh_from_db()
    assert (made.name_fa, made.keep_for_days) == ("هشدارها", 40)
    assert codes(made) == ["added", "changed", "ended"]
    assert Event.objects.get(code="changed").values == {
        "fields": ["keep_for_days"],
        "keep_for_days": 40,
    }


def test_a_queue_with_work_is_not_ended(lead, queue):
    make_ticket(queue)
    lead.post(reverse("console:end_setting", args=["queues", queue.pk]))
    queue.refresh_from_db()
    assert queue.ended_at is None


def test_the_last_queue_that_people_write_to_is_not_ended(lead, queue):
    lead.post(reverse("console:end_setting", args=["queues", queue.pk]))
    queue.refresh_from_db()
    assert queue.ended_at is None
    make_queue(team=queue.team)
    lead.post(reverse("console:end_setting", args=["queues", queue.pk]))
    queue.refresh_from_db()
    assert queue.ended_at is not None


def test_who_leaves_a_team_lays_their_cases_down(lead, queue, amir):
    ticket = make_ticket(queue, assignee=amir, status=Status.OPEN)
    lead.post(reverse("console:remove_member", args=[queue.team.pk, amir.pk]))
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status) == (None, Status.NEW)
    assert codes(queue.team) == ["member_removed"]
    assert not Queue.objects.visible_to(User.objects.get(pk=amir.pk)).exists()


def test_a_queue_that_changes_teams_leaves_no_case_with_who_cannot_see_it(queue, amir, lena):
    ticket = make_ticket(queue, assignee=amir, status=Status.OPEN)
    change_queue(queue, by=lena, at=NOON, team=make_team())
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status) == (None, Status.NEW)


def test_a_member_is_added_once(lead, queue):
    olga = make_user("Olga", roles=["moderator"])
    address = reverse("console:add_member", args=[queue.team.pk])
    assert lead.post(address, {"user": olga.pk}).status_code == 302
    assert lead.post(address, {"user": olga.pk}).status_code == 409
    assert codes(queue.team) == ["member_asked", "member_added"]


def test_a_template_with_an_unknown_field_is_refused(lead):
    typed = {"name_en": "First", "text_en": "Dear {nmae}", "kind": ""}
    response = lead.post(reverse("console:add_setting", args=["templates"]), typed)
    assert "There is no field called {nmae}." in response.content.decode()
    assert not ReplyTemplate.objects.exists()


def test_settings_name_everything_in_ten_languages(lead):
    form = lead.get(reverse("console:add_setting", args=["queues"])).context["form"]
    assert len([name for name in form.fields if name.startswith("name_")]) == 10
