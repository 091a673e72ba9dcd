"""The policy as leads read and edit it: what would move is shown first, and versions stand."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.actions.clocks import InForce
from helpdesk.actions.policies import keep_promises, publish_policy
from helpdesk.foreseen import foresee
from helpdesk.models import CalendarVersion, Policy, PolicyRow, Priority
from journal.actors import SYSTEM
from tests.factories import (
    NOON,
    make_case,
    make_moderator,
    make_policy,
    make_queue,
    refused,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def policy():
    return make_policy({"name": "Danger", "priority": Priority.TOP, "resolution": HOUR}, resolution=10 * HOUR)


@pytest.fixture
def queue(policy):
    return make_queue()


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


@pytest.fixture
def desk(client, lena):
    client.force_login(lena)
    return client


def draft(**targets):
    return InForce((PolicyRow(name="All", **targets),), {})


def typed(*rows, **more):
    """A table as its form sends it."""
    fields = {f"{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}
    return {"total": len(rows), "after": Policy.objects.count(), "from_at": "", **fields, **more}


def send(desk, *rows, **more):
    return desk.post(reverse("console:edit_promises"), typed(*rows, **more))


def names(answer):
    return [form["name_en"].value() or "" for form in answer.context["forms"]]


def test_preview_counts_what_moves_and_shows_what_moves_furthest_first(queue):
    old = make_case(queue).ticket
    make_case(queue, priority=Priority.TOP)
    seen = foresee(draft(resolution=12 * HOUR), at=NOON + HOUR / 2)
    assert (seen.looked_at, seen.earlier, seen.later, seen.by_row) == (2, 0, 2, {"All": 2})
    assert [each.shift.by for each in seen.furthest] == [11 * HOUR, 2 * HOUR]
    assert seen.furthest[1].ticket == old


def test_preview_agrees_with_what_publishing_then_does(queue):
    ticket = make_case(queue).ticket
    moment = NOON + HOUR
    (moved,) = foresee(draft(resolution=3 * HOUR), at=moment).furthest
    publish_policy([PolicyRow(name="All", resolution=3 * HOUR)], by=SYSTEM, at=NOON, from_at=moment)
    keep_promises(at=moment)
    assert ticket.clocks.get().due_at == moved.shift.after == NOON + 3 * HOUR


def test_preview_moves_nothing_that_is_missed_by_then(queue):
    make_case(queue)
    assert foresee(draft(resolution=20 * HOUR), at=NOON + 11 * HOUR).moved == 0


def test_preview_names_a_clock_that_ends_and_one_that_begins(queue):
    make_case(queue)
    (moved,) = foresee(draft(first_response=HOUR), at=NOON).furthest
    assert moved.shift.by is None


def test_preview_costs_the_same_queries_for_more_cases(queue, django_assert_max_num_queries):
    for _number in range(4):
        make_case(queue)
    with django_assert_max_num_queries(8):
        foresee(draft(resolution=HOUR), at=NOON)


def test_case_without_a_clock_is_promised_something_by_a_later_version(queue):
    make_policy(keep_in_touch=HOUR, at=NOON)
    ticket = make_case(queue).ticket
    publish_policy([PolicyRow(name="All", resolution=HOUR)], by=SYSTEM, at=NOON, from_at=NOON + HOUR / 2)
    keep_promises(at=NOON + HOUR / 2)
    assert ticket.clocks.get().due_at == NOON + HOUR


def test_second_of_two_editors_looks_again(policy, lena):
    rows = [PolicyRow(name="All", resolution=HOUR)]
    with refused("changed_meanwhile"):
        publish_policy(rows, by=lena, at=NOON, from_at=NOON, after=policy.number - 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Policy.objects.update(from_at=NOON),
        lambda: PolicyRow.objects.update(resolution=HOUR),
        lambda: PolicyRow.objects.all().delete(),
        lambda: Policy.objects.all().delete(),
    ],
)
def test_published_version_is_never_edited_or_removed(policy, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_version_notes_when_it_was_applied(policy):
    assert Policy.objects.update(applied_at=NOON) == 1
    assert CalendarVersion.objects.update(applied_at=NOON) == 0


def test_lead_reads_the_table_in_words(desk):
    page = desk.get(reverse("console:promises")).content.decode()
    for words in ("Danger", "Priority: Top", "Decision: <bdi>10 h 0 min</bdi>", "everybody"):
        assert words in page


def test_rows_are_moved_added_and_removed_by_buttons(desk):
    rows = {"name_en": "One"}, {"name_en": "Two"}
    assert names(send(desk, *rows, edit="up-1")) == ["Two", "One"]
    assert names(send(desk, *rows, edit="down-0")) == ["Two", "One"]
    assert names(send(desk, *rows, edit="add-1")) == ["One", "", "Two"]
    assert names(send(desk, *rows, edit="remove-0")) == ["Two"]
    assert names(send(desk, *rows, edit="up-99")) == ["One", "Two"]


def test_version_is_published_only_as_it_was_looked_at(desk):
    row = {"name_en": "All", "resolution": "0:30"}
    unseen = send(desk, row, publish="1")
    assert (unseen.status_code, Policy.objects.count()) == (200, 1)
    seal = unseen.context["seal"]
    assert send(desk, row | {"resolution": "5"}, publish="1", seal=seal).status_code == 200
    assert send(desk, row, publish="1", seal=seal).status_code == 302
    assert Policy.objects.first().rows.get().resolution == HOUR / 2


@pytest.mark.parametrize("button", ["preview", "publish"])
def test_start_in_the_past_is_refused_in_words_and_nothing_is_foreseen(desk, button):
    row = {"name_en": "All", "resolution": "9"}
    answer = send(desk, row, from_at="2020-01-01T00:00", **{button: "1"})
    assert (answer.status_code, "foresight" in answer.context) == (409, False)
    assert "leave the field empty to begin at once" in str(answer.context["when"].errors["from_at"])
    assert answer.context["forms"][0]["resolution"].value() == "9"


def test_start_that_has_passed_while_somebody_looked_at_it_is_refused(desk, time_machine):
    row, typed_at = {"name_en": "All", "resolution": "9"}, {"from_at": "2026-11-23T13:00"}
    time_machine.move_to(NOON, tick=False)
    seal = send(desk, row, **typed_at, preview="1").context["seal"]
    time_machine.move_to(NOON + 2 * HOUR, tick=False)
    late = send(desk, row, **typed_at, publish="1", seal=seal)
    assert (late.status_code, list(late.context["when"].errors)) == (409, ["from_at"])
    assert Policy.objects.count() == 1


def test_version_looked_at_long_ago_holds_from_when_it_is_published(desk, time_machine):
    row = {"name_en": "All", "resolution": "9"}
    time_machine.move_to(NOON, tick=False)
    seal = send(desk, row, preview="1").context["seal"]
    time_machine.move_to(NOON + 2 * HOUR, tick=False)
    assert send(desk, row, publish="1", seal=seal).status_code == 302
    assert Policy.objects.first().from_at == NOON + 2 * HOUR


def test_second_of_two_editors_is_told_in_the_form_and_keeps_what_was_typed(desk):
    row = {"name_en": "All", "resolution": "9"}
    seal = send(desk, row, after=0, preview="1").context["seal"]
    answer = send(desk, row, after=0, publish="1", seal=seal)
    assert answer.status_code == 409
    assert "Somebody has published another version since" in answer.content.decode()
    assert answer.context["forms"][0]["resolution"].value() == "9"


def test_preview_names_only_cases_within_sight(desk, queue):
    seen, hidden = make_case(queue, at=now()).ticket, make_case(make_queue(), at=now()).ticket
    page = send(desk, {"name_en": "All", "resolution": "99"}).content.decode()
    assert seen.reference in page
    assert hidden.reference not in page
    assert "a case that you do not see" in page


@pytest.mark.parametrize(
    "rows",
    [[], [{"name_en": ""}], [{"name_en": "A", "resolution": "soon"}], [{"name_en": "A", "tier": "1"}]],
)
def test_table_that_cannot_be_published_says_why(desk, rows):
    answer = send(desk, *rows, preview="1")
    assert answer.status_code == 409
    assert "Something is missing or not right" in answer.content.decode()


def test_what_if_tells_all_clocks_the_row_and_why(desk, queue):
    asked = {"queue": queue.pk, "language": "fa", "priority": 3, "opened_at": "2026-11-23T12:00"}
    answer = desk.get(reverse("console:what_if"), asked)
    assert [due["at"] for due in answer.context["dues"]] == [None, None, NOON + 10 * HOUR, None]
    assert answer.context["row"].name == "Row 2"
    assert answer.context["passed"] == ["Danger is not it: that is for Priority: Top, and here it is Normal."]
