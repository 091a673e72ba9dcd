import json
from io import BytesIO
from unittest.mock import patch

import pytest

from appeals.actions import streams
from appeals.api.streams import lines_of
from appeals.models import Decision, Intake
from journal.models import Event
from tests.appeals.cases import a_statement
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db
PATH = "/api/v1/statements.ndjson"


@pytest.fixture
def key():
    return make_api_key()


@pytest.fixture(autouse=True)
def small_batches():
    with patch.object(streams, "BATCH", 2):
        yield


def send(client, key, *lines):
    text = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    headers = {"Authorization": f"Bearer {key.shown}"} if key else {}
    response = client.post(PATH, text, content_type="application/x-ndjson", headers=headers)
    return [json.loads(line) for line in response.getvalue().splitlines()] if response.streaming else response


def statements(*puids, **fields):
    return [a_statement(puid=puid, **fields) for puid in puids]


def statuses(answers):
    return [answer["status"] for answer in answers]


def test_every_line_is_answered_for_itself_in_its_order(client, key):
    answers = send(client, key, *statements("a"), {}, b"{broken", b"[]", *statements("b", "c"))
    assert statuses(answers) == [201, 422, 422, 422, 201, 201]
    assert len(answers[1]["errors"]) == 14
    assert Decision.objects.count() == 3


def test_lines_are_numbered_as_an_editor_numbers_them(client, key):
    answers = send(client, key, b"", *statements("a"), b"  \r", b"{", b"", *statements("b"))
    assert [(answer["line"], answer["status"]) for answer in answers] == [(2, 201), (4, 422), (6, 201)]


def test_blank_lines_too_count_against_what_one_call_may_bring(client, key, settings):
    settings.STATEMENT_STREAM_LINES = 3
    answers = send(client, key, b"", b"", b"", *statements("a"))
    assert [(answer["line"], answer["status"]) for answer in answers] == [(3, 413)]


def test_stream_that_is_sent_again_goes_on_where_it_stopped(client, key):
    first = send(client, key, *statements("a", "b", "c", recourse={}))
    again = send(client, key, *statements("a", "b", "c", "d", recourse={}))
    assert statuses(again) == [200, 200, 200, 201]
    assert [answer["uuid"] for answer in again[:3]] == [answer["uuid"] for answer in first]
    assert again[0]["recourse"] == first[0]["recourse"]
    assert Decision.objects.count() == 4


def test_puid_twice_in_a_stream_is_stored_once(client, key):
    answers = send(client, key, *statements("a", "a", "b", "a"))
    assert statuses(answers) == [201, 200, 201, 200]
    assert len({answer["uuid"] for answer in answers if answer["puid"] == "a"}) == 1


def test_every_batch_is_one_event_of_one_intake(client, key):
    send(client, key, *statements("a", "b", "c"), {})
    intake = Intake.objects.get()
    assert (intake.taken, intake.refused, intake.errors["puid"]) == (3, 1, 1)
    assert [event.values["taken"] for event in Event.objects.filter(subject_id=intake.id)] == [2, 1]


def test_stream_ends_where_one_call_may_not_bring_more(client, key, settings):
    settings.STATEMENT_STREAM_LINES = 3
    answers = send(client, key, *statements("a", "b", "c", "d"))
    assert (statuses(answers), answers[-1]["line"]) == ([201, 201, 201, 413], 3)


def test_line_without_end_is_refused_and_the_rest_read(client, key):
    answers = send(client, key, b'{"puid": "' + b"x" * 400_000 + b'"}', *statements("a"))
    assert statuses(answers) == [422, 201]


class GoesAway(BytesIO):
    def read(self, size=-1):
        piece = super().read(size)
        if not piece:
            raise OSError
        return piece


def test_whole_lines_of_a_stream_that_breaks_off_are_kept():
    assert list(lines_of(GoesAway(b'{"a": 1}\n{"b": 2}\n{"c'))) == [b'{"a": 1}', b'{"b": 2}']


def test_stream_needs_a_key(client):
    assert send(client, None, *statements("a")).status_code == 401


def test_wrong_recourse_is_told_by_its_line(client, key):
    answers = send(client, key, *statements("a", recourse={"effects": [{}]}))
    assert list(answers[0]["errors"]) == ["recourse.effects.0.id", "recourse.effects.0.kind"]
    assert Intake.objects.get().errors == {"recourse.effects.id": 1, "recourse.effects.kind": 1}


def test_a_piece_that_is_a_line_end_alone_ends_nothing():
    pieces = iter([b"one", b"\n"[:1], b"two", b""])

    class Body:
        def read(self, size):
            return next(pieces)

    assert list(lines_of(Body())) == [b"one", b"two"]
