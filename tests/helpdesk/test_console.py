"""The console's pages: what they show, what they do, what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.models import Message, Note, Status
from tests.factories import bar, make_message, make_note, make_queue, make_ticket, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def amir():
    return make_user("Amir", roles=["moderator"])


@pytest.fixture
def lena():
    return make_user("Lena", roles=["lead"])


@pytest.fixture
def queue(amir, lena):
    return make_queue(amir, lena, name="Complaints")


@pytest.fixture
def desk(client, amir):
    """Amir at his desk."""
    client.force_login(amir)
    return client


def page(desk, name, *args, answers=200, **query):
    response = desk.get(reverse(f"console:{name}", args=args), query)
    assert response.status_code == answers
    return response.content.decode()


def test_queue_shows_its_tickets_most_urgent_first(desk, queue):
    make_ticket(queue, summary="calm", priority=3)
    make_ticket(queue, summary="urgent", priority=1)
    html = page(desk, "queue", queue.slug)
    assert html.index("urgent") < html.index("calm")


def test_a_queue_of_another_team_is_not_there(desk):
    page(desk, "queue", make_queue().slug, answers=404)


def test_a_ticket_of_another_team_is_not_there(desk):
    page(desk, "ticket", make_ticket(make_queue()).reference, answers=404)


@pytest.mark.parametrize(
    "query",
    [
        {"language": "fa"},
        {"priority": "1"},
        {"category": "threats"},
        {"assignee": "me"},
        {"status": "waiting"},
    ],
)
def test_filters_stand_in_the_address(desk, queue, amir, query):
    make_ticket(queue, summary="other thing")
    make_ticket(
        queue,
        summary="the right one",
        language="fa",
        priority=1,
        category="threats",
        assignee=amir,
        status=Status.WAITING,
    )
    html = page(desk, "queue", queue.slug, **query)
    assert "the right one" in html
    assert "other thing" not in html


def test_pages_follow_each_other_without_gap_or_repeat(desk, queue):
    wanted = {make_ticket(queue).reference for _ in range(53)}
    first = desk.get(reverse("console:queue", args=[queue.slug]))
    second = desk.get(f"{reverse('console:queue', args=[queue.slug])}?{first.context['next_page']}")
    shown = [row.reference for row in [*first.context["rows"], *second.context["rows"]]]
    assert len(shown) == 53
    assert set(shown) == wanted
    assert not second.context["next_page"]


def cost_of(desk, address):
    with CaptureQueriesContext(connection) as queries:
        assert desk.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["overview", "queue", "mine", "search"])
def test_three_rows_and_many_cost_the_same(desk, queue, amir, name):
    address = reverse(f"console:{name}", args=[queue.slug] if name == "queue" else [])
    address += "?q=gone" if name == "search" else ""
    for _ in range(3):
        make_ticket(queue, assignee=amir)
    cost_of(desk, address)
    few = cost_of(desk, address)
    for _ in range(60):
        make_ticket(queue, assignee=amir)
    most = {"search": 14, "queue": 9}.get(name, 8)  # a queue also says whose turn its reserved share is
    assert cost_of(desk, address) <= few <= most


def test_ticket_page_is_all_there_in_few_statements(desk, queue, amir, lena):
    ticket = make_ticket(queue, text="Why was I blocked?", assignee=amir)
    for _ in range(3):
        make_message(ticket, "We look at it.", author=lena)
        make_note(ticket, lena, "Known wave.")
    address = reverse("console:ticket", args=[ticket.reference])
    html = desk.get(address).content.decode()
    assert "Why was I blocked?" in html
    assert "Internal: the person never sees this" in html
    assert "Known wave." in html
    assert cost_of(desk, address) <= 9  # one of them asks what rings for the reader


def test_take_next_opens_the_most_urgent_ticket(desk, queue, amir):
    make_ticket(queue)
    urgent = make_ticket(queue, priority=1)
    response = desk.post(reverse("console:take"), {"queue": queue.slug})
    assert response.url == reverse("console:ticket", args=[urgent.reference])
    urgent.refresh_from_db()
    assert urgent.assignee == amir


def test_take_next_of_an_empty_queue_says_so(desk, queue):
    response = desk.post(reverse("console:take"), {"queue": queue.slug}, follow=True)
    assert "Nothing waits here" in response.content.decode()


def test_a_reply_is_sent_and_can_be_undone_with_its_words_kept(desk, queue, amir):
    ticket = make_ticket(queue, text="Help", assignee=amir)
    desk.post(
        reverse("console:reply", args=[ticket.reference]), {"text": "We will look.", "turn": ticket.turn}
    )
    message = Message.objects.get(author=amir)
    assert "Your reply leaves in a few seconds." in page(desk, "ticket", ticket.reference)
    desk.post(reverse("console:undo", args=[ticket.reference, message.pk]))
    assert not Message.objects.filter(author=amir).exists()
    assert "We will look." in page(desk, "ticket", ticket.reference)


def test_a_reply_to_a_changed_case_is_refused_with_both_texts(desk, queue, amir, lena):
    ticket = make_ticket(queue, text="Help", assignee=amir)
    shown = desk.get(reverse("console:ticket", args=[ticket.reference]))
    from django.utils.timezone import now

    from helpdesk import actions

    actions.reply(ticket, by=lena, at=now(), text="Lena was faster.", turn=ticket.turn)
    typed = {
        "text": "My careful answer.",
        "turn": shown.context["ticket"].turn,
        "shown_at": shown.context["at"].isoformat(),
    }
    response = desk.post(reverse("console:reply", args=[ticket.reference]), typed)
    html = response.content.decode()
    assert response.status_code == 409
    assert html.count("My careful answer.") == 2
    assert html.count("Lena was faster.") == 2
    assert not Message.objects.filter(author=amir).exists()


@pytest.mark.parametrize("name", ["note", "reply", "draft"])
def test_a_nul_among_pasted_words_is_left_out(desk, queue, amir, name):
    ticket = make_ticket(queue)
    pasted = {"text": "Seen\0 twice.", "keep": "reply", "turn": ticket.turn}
    desk.post(reverse(f"console:{name}", args=[ticket.reference]), pasted)
    assert "Seen twice." in desk.get(reverse("console:ticket", args=[ticket.reference])).content.decode()


def test_a_note_is_added_beside_the_conversation(desk, queue, amir):
    ticket = make_ticket(queue, assignee=amir)
    desk.post(reverse("console:note", args=[ticket.reference]), {"text": "For the team."})
    assert Note.objects.get().author == amir
    assert "For the team." in page(desk, "ticket", ticket.reference)


def test_a_second_click_adds_one_note(desk, queue):
    ticket = make_ticket(queue)
    for _click in range(2):
        answer = desk.post(reverse("console:note", args=[ticket.reference]), {"text": "For the team."})
    assert answer.status_code == 302
    assert Note.objects.count() == 1


def test_who_is_barred_reads_and_cannot_write(desk, queue, amir):
    ticket = make_ticket(queue)
    make_note(ticket, amir, "Between us.")
    bar(ticket, amir)
    html = page(desk, "ticket", ticket.reference)
    assert "You must stay out of this case." in html
    assert 'id="composer"' not in html
    assert "Between us." not in html
    response = desk.post(reverse("console:reply", args=[ticket.reference]), {"text": "x", "turn": 1})
    assert response.status_code == 403


def test_search_finds_words_and_opens_a_reference(desk, queue):
    ticket = make_ticket(queue, text="Мой канал удалён")
    assert ticket.reference in page(desk, "search", q="КАНАЛ удален")
    found = desk.get(reverse("console:search"), {"q": ticket.reference.lower()})
    assert found.url == reverse("console:ticket", args=[ticket.reference])


def test_a_view_is_saved_listed_and_forgotten(desk, queue, amir):
    desk.post(reverse("console:save_view"), {"queue": queue.slug, "language": "fa", "name": "Persian"})
    view = amir.saved_views.get()
    assert view.query == f"{queue.slug}/?language=fa"
    assert "Persian" in page(desk, "overview")
    desk.post(reverse("console:forget_view", args=[view.pk]))
    assert not amir.saved_views.exists()


def test_filters_too_long_for_a_view_are_not_kept(desk, queue, amir):
    view = {"queue": queue.slug, "name": "Long", "category": "🕊" * 60}
    told = desk.post(reverse("console:save_view"), view, follow=True).content.decode()
    assert "Choose fewer of them." in told
    assert not amir.saved_views.exists()


def test_erased_words_are_said_to_be_erased(desk, queue):
    from tests.factories import NOON

    ticket = make_ticket(queue, summary="", erased_at=NOON)
    assert "The words of this case were erased." in page(desk, "ticket", ticket.reference)
