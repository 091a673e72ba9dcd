"""Search finds words within sight, at a cost that does not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk import search as searching
from helpdesk.models import SearchText, Ticket
from helpdesk.search import index_words, search
from tests.factories import (
    NOON,
    bar,
    make_message,
    make_moderator,
    make_note,
    make_queue,
    make_ticket,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def amir():
    return make_user("Amir", roles=["moderator"])


@pytest.fixture
def queue(amir):
    return make_queue(amir)


def test_words_of_message_note_and_summary_are_found(amir, queue):
    ticket = make_ticket(queue, summary="Hidden channel", text="Мой канал удалён")
    make_note(ticket, amir, "Similar to the wave of March")
    for typed in ("hidden", "удален", "КАНАЛА", "wave march"):
        assert search(amir, typed).ids == [ticket.pk], typed


def test_every_word_must_be_there(amir, queue):
    make_ticket(queue, text="my channel")
    assert search(amir, "channel vanished").ids == []


def test_a_reference_is_found_in_any_spelling(amir, queue):
    ticket = make_ticket(queue)
    assert search(amir, ticket.reference.lower().replace("-", " ")).ids == [ticket.pk]


def test_what_apps_above_add_is_found(amir, queue):
    ticket = make_ticket(queue)
    index_words(ticket, ["puid-2026_77", "user:Ä-9"])
    assert search(amir, "PUID-2026_77").ids == [ticket.pk]
    assert search(amir, "user:a-9").ids == [ticket.pk]


def test_others_queues_are_out_of_sight(amir, queue):
    make_ticket(make_queue(), text="secret channel")
    assert search(amir, "secret").ids == []
    assert len(search(make_user("Lena", roles=["head"]), "secret").ids) == 1


def test_who_must_stay_out_of_a_case_does_not_find_it_by_its_words(amir, queue):
    lena = make_moderator(queue.team, "Lena")
    ticket = make_ticket(queue, text="my channel")
    make_note(ticket, lena, "Amir knows her")
    bar(ticket, amir)
    for typed in ("knows", "channel"):
        assert search(amir, typed).ids == []
        assert search(lena, typed).ids == [ticket.pk]


def test_who_must_stay_out_finds_it_by_its_reference_as_its_page_opens_so(amir, queue):
    ticket = make_ticket(queue)
    bar(ticket, amir)
    assert search(amir, ticket.reference).ids == [ticket.pk]


def test_a_ticket_that_moves_is_found_by_the_new_team_only(amir, queue):
    lena = make_user("Lena", roles=["lead"])
    other = make_queue(lena)
    ticket = make_ticket(queue, text="channel")
    Ticket.objects.filter(pk=ticket.pk).update(queue=other)
    assert search(amir, "channel").ids == []
    assert search(lena, "channel").ids == [ticket.pk]


def test_the_words_of_an_erased_case_are_gone(amir, queue):
    ticket = make_ticket(queue, text="channel")
    Ticket.objects.filter(pk=ticket.pk).update(erased_at=NOON)
    assert not SearchText.objects.exists()


def test_the_newest_come_first_and_the_rest_is_said_to_be_missing(amir, queue):
    tickets = [make_ticket(queue, text="channel") for _ in range(4)]
    found = search(amir, "channel", limit=2)
    assert found.ids == [tickets[3].pk, tickets[2].pk]
    assert found.is_cut


def test_an_old_ticket_is_found_by_the_index(amir, queue, monkeypatch):
    old = make_ticket(queue, text="rarity")
    make_ticket(queue, text="common")
    monkeypatch.setattr(
        searching, "AMONG_NEWEST", searching.AMONG_NEWEST.replace(str(searching.NEWEST), "1", 1)
    )
    assert search(amir, "rarity").ids == [old.pk]


def test_search_costs_the_same_for_three_and_for_many(amir, queue):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            search(amir, "channel")
        return len(queries)

    for _ in range(3):
        make_ticket(queue, text="channel")
    few = cost()
    for _ in range(60):
        make_ticket(queue, text="channel")
    assert cost() <= few


def test_a_message_stored_is_indexed_at_once(amir, queue):
    ticket = make_ticket(queue)
    make_message(ticket, "頻道被封鎖")
    assert search(amir, "封鎖").ids == [ticket.pk]


def test_matches_of_others_do_not_crowd_out_ones_own(amir, queue, monkeypatch):
    mine = make_ticket(queue, summary="burning bridge")
    for _ in range(3):
        make_ticket(make_queue(), summary="burning bridge")
    monkeypatch.setattr(searching, "MATCHES", 2)
    monkeypatch.setattr(searching, "IN_INDEX", searching.IN_INDEX.replace("500", "2"))
    monkeypatch.setattr(
        searching, "AMONG_NEWEST", searching.AMONG_NEWEST.replace(str(searching.NEWEST), "1", 1)
    )
    assert search(amir, "burning").ids == [mine.pk]
