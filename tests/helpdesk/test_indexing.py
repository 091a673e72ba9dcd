"""Cases that an earlier version indexed are found in today's way, and writing in them never stops."""

from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from helpdesk import search as searching
from helpdesk.actions import erase_case, person_writes, reply, undo_reply
from helpdesk.actions.indexing import index_again
from helpdesk.folding import tokens_of
from helpdesk.models import SearchText
from helpdesk.search import VERSION, search
from helpdesk.tasks import index_old_cases
from tests.factories import (
    NOON,
    make_appeal,
    make_case,
    make_decision,
    make_moderator,
    make_note,
    make_queue,
    make_user,
    person,
)

pytestmark = pytest.mark.django_db
SAMPLE = "Café ПРИВЕТ مدرسه‌ها 頻道 rc_77-A ١٢٣ l'accès об'єкт"


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


def forget_words():
    """As if an earlier version, which knew fewer words, had indexed every case."""
    SearchText.objects.update(tokens="", version=VERSION - 1)


def test_a_case_of_an_earlier_version_is_found_by_all_its_words(queue, amir):
    ticket = make_case(queue, summary="Hidden channel", text="Мой канал удалён").ticket
    make_note(ticket, amir, "Similar to the wave of March")
    forget_words()
    assert search(amir, "hidden").ids == []
    assert index_old_cases() == 1
    for typed in ("hidden", "удален", "wave march"):
        assert search(amir, typed).ids == [ticket.pk], typed


def test_an_appeal_is_found_again_by_its_statement_and_user():
    lena = User.objects.get(pk=make_user("Lena", roles=["head"]).pk)
    decision = make_decision(puid="puid-77", decision_facts="A column", person={"user_ref": "user:42"})
    ticket = make_appeal(decision).ticket
    claimed = make_appeal(make_decision(person={"user_ref": "user:43"}), is_proven=False).ticket
    forget_words()
    index_old_cases()
    for typed in ("puid-77", "column", "user:42"):
        assert search(lena, typed).ids == [ticket.pk], typed
    assert search(lena, "user:43").ids == []
    assert search(lena, claimed.reference).ids == [claimed.pk]


def test_words_of_an_undone_reply_are_not_found_any_more(queue, amir):
    ticket = make_case(queue, text="My channel is gone", summary="Channel").ticket
    message = reply(ticket, by=amir, at=NOON, turn=None, text="The channel of Somebody Else")
    assert search(amir, "somebody").ids == [ticket.pk]
    undo_reply(message, by=amir, at=NOON)
    assert (search(amir, "somebody").ids, search(amir, "channel gone").ids) == ([], [ticket.pk])


def test_what_is_up_to_date_is_left_alone(queue):
    make_case(queue)
    assert index_again() == 0


def test_batches_are_small_and_end(queue):
    for _each in range(3):
        make_case(queue)
    forget_words()
    assert [index_again(most=2), index_again(most=2), index_again(most=2)] == [2, 1, 0]


def test_a_case_loaded_past_the_program_is_found_by_the_command(queue, amir):
    ticket = make_case(queue, text="Rarity").ticket
    SearchText.objects.all().delete()
    erase_case(gone := make_case(queue).ticket, by=person(gone), at=NOON)
    said = StringIO()
    call_command("index_cases", stdout=said)
    assert said.getvalue() == "1 cases indexed.\n"
    assert search(amir, "rarity").ids == [ticket.pk]


def test_taking_what_is_stale_uses_its_index():
    stale = SearchText.objects.filter(version__lt=VERSION).order_by("version")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    assert "search_version" in stale[:1].explain()


def test_nobody_can_fill_a_case_so_that_no_more_can_be_written(queue, amir, monkeypatch):
    monkeypatch.setattr(searching, "MOST_BYTES", 5_000)
    ticket = make_case(queue, text="first").ticket
    for number in range(4):
        codes = " ".join(f"{number}{each:098}" for each in range(100))
        person_writes(ticket, by=person(ticket), at=NOON, text=codes)
    assert search(amir, "first").ids == [ticket.pk]
    assert search(amir, f"3{1:098}").ids == []


def test_a_change_of_folding_comes_with_a_new_version():
    """Whoever changes how words are folded counts VERSION up and puts the new fingerprint here."""
    fingerprint = sha256("\n".join(tokens_of(SAMPLE)).encode()).hexdigest()[:12]
    assert {VERSION: fingerprint} == {1: "5f41e6fee43f"}
