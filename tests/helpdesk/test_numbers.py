"""The numbers are those of the verdicts, folded or not, for the queues that one sees."""

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.actions import mark_spam
from helpdesk.actions.numbers import fold_weeks
from helpdesk.models import Verdict, VerdictWeek
from helpdesk.numbers import STEP, Asked, Figures, as_csv, let_go, numbers, read_asked
from helpdesk.plots import HEAD, HEIGHT, bars, lines
from tests.factories import NOON, make_case, make_moderator, make_policy, make_queue, make_ticket, make_user

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MONDAY = date(2026, 11, 23)
database = pytest.mark.django_db


def make_verdict(queue, *, spent=HOUR, state="met", at=NOON, clock="resolution", **fields):
    return Verdict.objects.create(
        ticket=fields.pop("ticket", None) or make_ticket(queue),
        queue=queue,
        kind=queue.kind,
        language=fields.pop("language", "en"),
        clock=clock,
        instance=fields.pop("instance", 1),
        run=1,
        state=state,
        ended_by=fields.pop("ended_by", "resolved"),
        began_at=at - spent,
        due_at=at,
        ended_at=at,
        spent=spent,
        target=HOUR,
        **fields,
    )


@pytest.fixture
def queue():
    return make_queue(name="Complaints", slug="complaints")


def asked_of(of, at=NOON + HOUR, **asked):
    found = numbers([of], Asked(**asked), at)
    return found[0] if found else None


@database
def test_totals_are_what_ended(queue):
    for state in ("met", "met", "met", "missed", "cancelled"):
        make_verdict(queue, state=state)
    total = asked_of(queue).total
    assert (total.met, total.missed, total.cancelled, total.percent) == (3, 1, 1, 75)


@database
def test_each_week_has_its_place_also_an_empty_one(queue):
    make_verdict(queue, at=NOON)
    make_verdict(queue, at=NOON - 2 * WEEK, state="missed")
    weeks = asked_of(queue, weeks=4).weeks
    assert [(week, each.met, each.missed) for week, each in weeks.items()] == [
        (MONDAY - 3 * WEEK, 0, 0), (MONDAY - 2 * WEEK, 0, 1), (MONDAY - WEEK, 0, 0), (MONDAY, 1, 0),
    ]  # fmt: skip


@database
def test_what_ended_before_is_left_out(queue):
    make_verdict(queue, at=NOON - 4 * WEEK)
    assert asked_of(queue, weeks=4) is None


@database
@pytest.mark.parametrize(
    ("asked", "met"),
    [({"language": "fa"}, 1), ({"tier": 1}, 2), ({"queue": "complaints"}, 3), ({"queue": "x"}, 0)],
)
def test_filters_narrow_what_is_counted(queue, asked, met):
    make_verdict(queue, language="fa")
    make_verdict(queue, tier=1)
    make_verdict(queue, tier=1, language="ru")
    found = asked_of(queue, **asked)
    assert (found.total.met if found else 0) == met


@database
def test_what_was_dropped_late_is_missed_and_says_nothing_of_how_long_an_answer_takes(queue):
    make_verdict(queue, state="missed", ended_by="dropped", spent=90 * HOUR)
    make_verdict(queue, state="missed", ended_by="resolved", spent=2 * HOUR)
    total = asked_of(queue).total
    assert total.missed == 2
    assert total.lengths.total() == 1
    assert total.p95 < 3 * HOUR


@database
def test_case_that_the_machine_ended_for_silence_is_counted_apart(queue):
    make_verdict(queue)
    make_verdict(queue, spent=9 * HOUR, ended_by="silence")
    make_verdict(queue, state="missed", ended_by="silence")
    total = asked_of(queue).total
    assert (total.met, total.silent, total.missed, total.percent) == (1, 1, 1, 50)
    assert total.p95 < 2 * HOUR


@database
def test_file_names_what_ended_for_silence(queue):
    make_verdict(queue, ended_by="silence")
    (row,) = csv.DictReader(StringIO("".join(as_csv([queue], Asked(), NOON + HOUR))))
    assert (row["met"], row["ended_for_silence"], row["median_seconds"]) == ("0", "1", "")


@database
def test_ways_to_look_add_up_to_the_total(queue):
    for number in range(6):
        make_verdict(queue, language=("en", "fa")[number % 2], tier=(None, 1, 2)[number % 3])
    found = asked_of(queue)
    for way in (found.by_queue, found.by_tier, found.by_language, found.weeks):
        assert sum(each.met for each in way.values()) == found.total.met == 6


@given(st.lists(st.integers(1, 30 * 86400), min_size=1, max_size=60))
def test_lengths_are_within_three_percent_of_the_truth(seconds):
    import math

    figures = Figures(lengths=Counter(round(math.log(each) / math.log(STEP)) for each in seconds))
    exact = sorted(seconds)
    for said, share in ((figures.median, 0.5), (figures.p95, 0.95)):
        truth = exact[math.ceil(len(exact) * share) - 1]
        assert abs(said.total_seconds() - truth) <= max(truth * 0.03, 1)


def test_nothing_judged_has_no_percentage():
    assert (Figures(cancelled=3).percent, Figures().median) == (None, None)


@database
def test_folded_weeks_say_the_same(queue):
    for number in range(30):
        make_verdict(
            queue, at=NOON - number * DAY, spent=number * HOUR + HOUR, state=("met", "missed")[number % 2]
        )
    before = list(as_csv([queue], Asked(weeks=12), NOON + HOUR))
    assert fold_weeks(at=NOON) == 5
    assert VerdictWeek.objects.exists()
    assert list(as_csv([queue], Asked(weeks=12), NOON + HOUR)) == before


@database
def test_week_is_folded_when_it_is_over_and_nothing_in_it_can_be_undone(queue):
    midnight = datetime(2026, 11, 30, tzinfo=UTC)
    make_verdict(queue)
    assert fold_weeks(at=midnight + timedelta(seconds=119)) == 0
    assert fold_weeks(at=midnight + timedelta(seconds=120)) == 1
    assert fold_weeks(at=midnight + HOUR) == 0


@database
def test_folded_weeks_are_read_and_their_verdicts_are_not(queue):
    make_verdict(queue, at=NOON - 3 * WEEK)
    fold_weeks(at=NOON)
    VerdictWeek.objects.update(met=7)
    assert asked_of(queue).total.met == 7


@database
def test_row_that_recount_adds_is_folded_anew(queue):
    make_policy(first_response=HOUR)
    case = make_case(queue, at=NOON - 3 * WEEK).ticket
    amir = make_moderator(queue.team)
    mark_spam(case, by=amir, at=NOON - 3 * WEEK + HOUR / 2, reason="empty")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM helpdesk_verdict")
        cursor.execute("SET session_replication_role = DEFAULT")
    make_verdict(queue, at=NOON - 2 * WEEK, ticket=make_ticket(queue), clock="next_response")
    fold_weeks(at=NOON)
    with pytest.raises(Exception, match="Not as history says"):  # the row made by hand has no history
        call_command("recount", "--write")
    fold_weeks(at=NOON)
    assert {clock.kind for clock in numbers([queue], Asked(), NOON)} == {"first_response", "next_response"}


@database
def test_answers_given_up_are_counted_by_reason(queue):
    amir = make_moderator(queue.team)
    for reason in ("empty", "advertising", "empty"):
        mark_spam(make_ticket(queue), by=amir, at=NOON, reason=reason)
    found = let_go([queue], Asked(), NOON + HOUR)
    assert [(each.why, each.reason, each.count) for each in found] == [
        ("spam", "empty", 2),
        ("spam", "advertising", 1),
    ]


@pytest.mark.parametrize("given", [{"tier": "x"}, {"weeks": "1000000"}, {"tier": "٣"}, {"weeks": ""}, {}])
def test_words_in_the_address_that_mean_nothing_are_passed_over(given):
    assert read_asked(given) == Asked()


def test_address_can_be_shared():
    asked = Asked(queue="complaints", tier=2, language="fa", weeks=26)
    assert asked.query == "queue=complaints&tier=2&language=fa&weeks=26"


# --- the file ---


@database
def test_file_is_rfc_4180_with_headers_that_docs_name(queue):
    make_verdict(queue, tier=1)
    written = "".join(as_csv([queue], Asked(), NOON + HOUR))
    assert written.endswith("\r\n")
    (row,) = csv.DictReader(StringIO(written))
    assert row | {"median_seconds": "", "p95_seconds": ""} == {
        "week": "2026-11-23", "clock": "resolution", "queue": "complaints", "tier": "1", "language": "en",
        "met": "1", "missed": "0", "cancelled": "0",
        "ended_for_silence": "0", "median_seconds": "", "p95_seconds": "",
    }  # fmt: skip
    assert abs(int(row["median_seconds"]) - 3600) < 110


@database
def test_no_cell_is_a_formula():
    queue = make_queue(slug="-2+3")
    make_verdict(queue, language="=cmd()")
    (row,) = csv.DictReader(StringIO("".join(as_csv([queue], Asked(), NOON + HOUR))))
    assert (row["queue"], row["language"]) == ("'-2+3", "'=cmd()")


# --- the plots ---


def test_bars_begin_at_zero_and_the_highest_fills_the_drawing():
    drawn = bars([(1, 1), (0, 0), (4, 0)])
    assert drawn.top == 4
    assert drawn.bars[2].main_y == HEAD
    assert [bar.main_height for bar in drawn.bars] == [22.5, 0, 90]
    assert drawn.bars[0].rest_y + drawn.bars[0].rest_height == drawn.bars[0].main_y


def test_bars_of_nothing_are_flat():
    assert [bar.main_height for bar in bars([(0, 0)]).bars] == [0]
    assert bars([]).top == 0


def test_line_leaves_a_gap_where_nothing_ended_and_shows_a_lonely_value():
    drawn = lines([1.0, 2.0, None, 4.0], [None, None, None, None])
    assert [len(points.split()) for points in drawn.main] == [2, 2]
    assert drawn.rest == []


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), max_size=60))
def test_no_bar_leaves_the_drawing(values):
    for bar in bars(values).bars:
        assert bar.rest_y >= HEAD - 1
        assert bar.main_y <= HEIGHT
        assert bar.main_height >= 0 <= bar.rest_height


# --- the pages ---


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


@pytest.fixture
def desk(client, lena):
    client.force_login(lena)
    return client


def html(response):
    assert response.status_code == 200
    return response.content.decode()


@database
def test_page_shows_a_plot_with_a_table_behind_it(desk, queue):
    make_verdict(queue, at=now() - HOUR)
    shown = html(desk.get(reverse("console:numbers")))
    drawing = shown[
        shown.index('<svg class="plot"') : shown.index("</svg>", shown.index('<svg class="plot"')) + 6
    ]
    assert ElementTree.fromstring(drawing).attrib["role"] == "img"  # noqa: S314 - our own page
    assert "By week, as a table" in shown
    assert "style=" not in drawing


@database
def test_lead_sees_no_numbers_of_another_team(desk):
    make_verdict(make_queue(name="Theirs"), at=now() - HOUR)
    assert "Nothing has ended here" in html(desk.get(reverse("console:numbers")))
    assert desk.get(reverse("console:numbers_file")).content.count(b"\n") == 1


@database
def test_filter_by_a_queue_out_of_sight_shows_nothing(desk):
    theirs = make_queue(slug="theirs")
    make_verdict(theirs, at=now() - HOUR)
    assert "Nothing has ended here" in html(desk.get(reverse("console:numbers"), {"queue": "theirs"}))


@database
def test_file_is_offered_for_what_was_asked(desk, queue):
    make_verdict(queue, at=now() - HOUR, language="fa")
    response = desk.get(reverse("console:numbers_file"), {"language": "ru"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.count(b"\n") == 1


@database
def test_moderators_and_operators_have_no_numbers(client, queue):
    for user in (make_moderator(queue.team), make_user(roles=["operator"])):
        client.force_login(user)
        assert client.get(reverse("console:numbers")).status_code == 404


@database
def test_three_verdicts_and_many_cost_the_same(desk, queue):
    make_verdict(queue, at=now() - HOUR)
    html(desk.get(reverse("console:numbers")))
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            html(desk.get(reverse("console:numbers")))
        costs.append(len(asked))
        for number in range(60):
            make_verdict(queue, at=now() - number * DAY, language=("en", "fa", "ru")[number % 3])
    assert costs[0] == costs[1] <= 12
