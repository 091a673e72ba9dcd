"""Machines read and prepare cases within their owner's sight; ending one needs a person."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now
from drf_spectacular.generators import SchemaGenerator

from helpdesk.actions import add_note, assign, save_draft
from helpdesk.models import ApiAnswer, Attachment, Draft, Message, Note, TicketLink
from helpdesk.tasks import forget_api_answers
from journal.models import Event
from tests.factories import (
    NOON,
    bar,
    make_api_key,
    make_case,
    make_moderator,
    make_note,
    make_queue,
    make_ticket,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


@pytest.fixture
def key(amir):
    return make_api_key(user=amir, scopes=["tickets:read", "tickets:write"])


@pytest.fixture
def api(key):
    return Client(headers={"Authorization": f"Bearer {key.shown}"})


@pytest.fixture
def ticket(queue):
    return make_case(queue).ticket


def post(api, path, data=None, **headers):
    return api.post(f"/api/v1/{path}", data or {}, content_type="application/json", headers=headers)


def reply(api, ticket, **headers):
    return post(api, f"tickets/{ticket.pk}/replies", {"text": "We are looking.", "turn": 1}, **headers)


def test_list_goes_on_from_its_cursor_and_shows_only_what_is_in_sight(api, queue):
    ours = [make_ticket(queue) for _each in range(5)]
    make_ticket()
    first = api.get("/api/v1/tickets?limit=3").json()
    rest = api.get(f"/api/v1/tickets?limit=3&after={first['next']}").json()
    assert [each["id"] for each in first["tickets"] + rest["tickets"]] == [str(each.pk) for each in ours]
    assert rest["next"] is None


def test_list_costs_the_same_for_three_and_thirty(api, queue, django_assert_num_queries):
    make_ticket(queue)
    api.get("/api/v1/tickets")
    with django_assert_num_queries(3):
        api.get("/api/v1/tickets")
    for _each in range(30):
        make_ticket(queue)
    with django_assert_num_queries(3):
        assert len(api.get("/api/v1/tickets").json()["tickets"]) == 31


def test_list_is_narrowed(api, queue, amir, ticket):
    assign(ticket, by=amir, at=NOON, to=amir)
    make_ticket(queue)
    for query in ("mine=true", "status=open"):
        assert [each["assigned"] for each in api.get(f"/api/v1/tickets?{query}").json()["tickets"]] == ["you"]
    assert api.get("/api/v1/tickets?status=nonsense").status_code == 422
    for typed in ("please help", ticket.reference.lower()):
        found = api.get("/api/v1/tickets", {"search": typed}).json()["tickets"]
        assert [each["id"] for each in found] == [str(ticket.pk)]
    assert [each["slug"] for each in api.get("/api/v1/queues").json()] == [queue.slug]


def test_case_is_read_with_its_words_and_without_names_of_colleagues(api, ticket, queue, amir):
    lena = make_moderator(queue.team, "Lena", role="lead")
    add_note(ticket, by=lena, at=NOON, text="Looks like a mistake.")
    save_draft(ticket, by=lena, at=NOON, text="Of Lena alone")
    save_draft(ticket, by=amir, at=NOON, text="Dear Rita")
    answer = api.get(f"/api/v1/tickets/{ticket.pk}")
    whole = answer.json()
    assert [each["text"] for each in whole["messages"]] == ["Please help."]
    assert [each["text"] for each in whole["notes"]] == ["Looks like a mistake."]
    assert whole["draft"]["text"] == "Dear Rita"
    assert "Lena" not in answer.content.decode()


def test_notes_are_hidden_from_a_key_of_somebody_barred(api, ticket, amir):
    make_note(ticket, amir)
    bar(ticket, amir)
    assert api.get(f"/api/v1/tickets/{ticket.pk}").json()["notes"] == []


def test_case_out_of_sight_is_not_there(api):
    other = make_ticket()
    answer = api.get(f"/api/v1/tickets/{other.pk}")
    assert (answer.status_code, answer.json()["title"]) == (404, "not_found")
    assert answer.json()["detail"] == "There is nothing of this kind within your sight."
    assert reply(api, other).status_code == 404
    assert not Message.objects.exists()


def test_machine_prepares_and_writes_as_its_owner(api, ticket, amir, key):
    assert post(api, f"tickets/{ticket.pk}/notes", {"text": "Seen."}).status_code == 201
    draft = api.put(
        f"/api/v1/tickets/{ticket.pk}/draft", {"text": "Dear Rita"}, content_type="application/json"
    )
    assert (draft.status_code, Draft.objects.get().author) == (200, amir)
    turn = api.get(f"/api/v1/tickets/{ticket.pk}").json()["turn"]
    sent = post(api, f"tickets/{ticket.pk}/replies", {"text": "Hello", "turn": turn, "is_question": True})
    assert (sent.status_code, sent.json()["status"]) == (201, "waiting")
    assert Message.objects.get(side="staff").author == amir
    assert Event.objects.get(code="staff_wrote").actor_id == key.pk


def test_machine_takes_assigns_and_releases(api, ticket):
    assert post(api, "tickets/next").json() == {"ticket": str(ticket.pk)}
    assert post(api, "tickets/next").json() == {"ticket": None}
    assert post(api, f"tickets/{ticket.pk}/release").json()["status"] == "new"
    assert post(api, f"tickets/{ticket.pk}/assign").json()["status"] == "open"


def test_machine_hands_over_with_a_note(api, ticket, queue):
    lena = make_moderator(queue.team, "Lena")
    post(api, "tickets/next")
    answer = post(api, f"tickets/{ticket.pk}/hand-over", {"to": str(lena.pk), "note": "Reads Persian."})
    ticket.refresh_from_db()
    assert (answer.status_code, ticket.assignee, Note.objects.get().text) == (200, lena, "Reads Persian.")


def test_machine_puts_a_case_aside_and_takes_it_up_again(api, ticket):
    until = (now() + timedelta(days=1)).isoformat()
    assert post(api, f"tickets/{ticket.pk}/snooze", {"until": until}).status_code == 200
    assert api.get(f"/api/v1/tickets/{ticket.pk}").json()["snoozed_until"]
    past = post(api, f"tickets/{ticket.pk}/snooze", {"until": NOON.replace(year=2020).isoformat()})
    assert (past.status_code, past.json()["title"]) == (409, "in_the_past")
    assert post(api, f"tickets/{ticket.pk}/wake").status_code == 200
    assert api.get(f"/api/v1/tickets/{ticket.pk}").json()["snoozed_until"] is None


def test_machine_sets_how_urgent_a_case_is(api, ticket):
    assert post(api, f"tickets/{ticket.pk}/priority", {"priority": 1}).status_code == 200
    assert api.get(f"/api/v1/tickets/{ticket.pk}").json()["priority"] == 1
    assert post(api, f"tickets/{ticket.pk}/priority", {"priority": 9}).status_code == 422


def test_machine_links_cases_in_its_owners_sight_only(api, ticket, queue):
    ours, theirs = make_ticket(queue), make_ticket()
    assert post(api, f"tickets/{ticket.pk}/links", {"other": str(ours.pk)}).status_code == 201
    assert post(api, f"tickets/{ticket.pk}/links", {"other": str(theirs.pk)}).status_code == 404
    assert TicketLink.objects.get().other in {ticket, ours}


def test_stale_turn_is_a_conflict_with_its_code(api, ticket, amir):
    add_note(ticket, by=amir, at=NOON, text="Seen.")
    answer = reply(api, ticket)
    assert (answer.status_code, answer.json()["title"]) == (409, "changed_meanwhile")
    assert answer["Content-Type"] == "application/problem+json"


def test_ending_a_case_needs_a_person(api, ticket, amir):
    reply(api, ticket)
    answer = post(api, f"tickets/{ticket.pk}/resolve")
    assert (answer.status_code, answer.json()["title"]) == (403, "person_needed")
    browser = Client()
    browser.force_login(amir)
    assert post(browser, f"tickets/{ticket.pk}/resolve").json()["status"] == "resolved"


def test_key_that_may_only_read_changes_nothing(amir, ticket):
    reader = make_api_key(user=amir, scopes=["tickets:read"])
    api = Client(headers={"Authorization": f"Bearer {reader.shown}"})
    assert api.get(f"/api/v1/tickets/{ticket.pk}").status_code == 200
    assert reply(api, ticket).status_code == 403


def test_file_is_cleaned_attached_and_downloaded(api, ticket):
    path = f"/api/v1/tickets/{ticket.pk}/attachments"
    file = SimpleUploadedFile("../note.exe", b"Some words")
    made = api.post(path, {"file": file})
    assert made.status_code == 201
    assert Attachment.objects.get().name == "note.txt"
    answer = api.get(f"{path}/{made.json()['id']}")
    assert (answer.content, answer["Content-Type"]) == (b"Some words", "application/octet-stream")
    refused = api.post(path, {"file": SimpleUploadedFile("x.exe", b"MZ\x00\x01")})
    assert (refused.status_code, refused.json()["title"]) == (409, "unknown_type")


def test_same_call_with_its_key_is_done_once(api, ticket):
    first = reply(api, ticket, **{"Idempotency-Key": "one"})
    again = reply(api, ticket, **{"Idempotency-Key": "one"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Message.objects.filter(side="staff").count() == 1


def test_key_of_another_call_is_refused_and_a_refusal_keeps_none(api, ticket):
    notes = f"tickets/{ticket.pk}/notes"
    post(api, notes, {"text": "One"}, **{"Idempotency-Key": "one"})
    other = post(api, notes, {"text": "Two"}, **{"Idempotency-Key": "one"})
    assert other.json()["title"] == "key_reused"
    assert reply(api, ticket, **{"Idempotency-Key": "two"}).status_code == 409
    assert ApiAnswer.objects.count() == Note.objects.count() == 1


@pytest.mark.parametrize(("length", "status"), [(255, 201), (256, 409)])
def test_longest_idempotency_key(api, ticket, length, status):
    answer = post(api, f"tickets/{ticket.pk}/notes", {"text": "One"}, **{"Idempotency-Key": "k" * length})
    assert answer.status_code == status


def test_same_idempotency_key_of_another_machine_is_another_call(api, ticket, amir):
    other = Client(headers={"Authorization": f"Bearer {make_api_key(user=amir).shown}"})
    for each in (api, other):
        post(each, f"tickets/{ticket.pk}/notes", {"text": "One"}, **{"Idempotency-Key": "one"})
    assert Note.objects.count() == 2


@pytest.mark.parametrize("query", ["after=x", "limit=0", "limit=101", "limit=-1", "limit=9e9"])
def test_cursor_and_limit_of_another_form_are_refused(api, query):
    assert api.get(f"/api/v1/tickets?{query}").status_code == 422


def test_cursor_after_the_last_case_gives_an_empty_page(api, ticket):
    page = api.get(f"/api/v1/tickets?after={ticket.pk}&limit=1").json()
    assert page == {"tickets": [], "next": None}


def test_page_that_ends_with_the_last_case_has_no_next(api, queue):
    for _each in range(2):
        make_ticket(queue)
    assert api.get("/api/v1/tickets?limit=2").json()["next"] is None


def test_answers_are_forgotten_after_a_day(api, ticket):
    post(api, f"tickets/{ticket.pk}/notes", {"text": "One"}, **{"Idempotency-Key": "one"})
    assert forget_api_answers() == 0
    ApiAnswer.objects.update(at=NOON.replace(year=2020))
    assert forget_api_answers() == 1


def test_every_call_that_changes_something_takes_an_idempotency_key():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    writing = {
        path: call
        for path, calls in schema["paths"].items()
        for verb, call in calls.items()
        if verb in {"post", "put", "patch", "delete"} and "/statement" not in path  # there the puid does it
    }
    without = [path for path, call in writing.items() if not takes_a_key(call)]
    assert (len(writing) > 10, without) == (True, [])


def takes_a_key(call):
    return any(each["name"] == "Idempotency-Key" for each in call.get("parameters", []))
