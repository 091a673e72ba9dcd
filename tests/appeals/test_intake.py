from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from appeals.intakes import by_hour, count_hours, forget_old, most_wrong
from appeals.models import Door, Intake, IntakeHour
from appeals.tasks import count_intakes
from tests.factories import make_platform, make_user

pytestmark = pytest.mark.django_db


def make_intake(platform, *, at, taken=1, refused=0, errors=None):
    return Intake.objects.create(
        platform=platform, door=Door.BULK, at=at, taken=taken, refused=refused, errors=errors or {}
    )


@pytest.fixture
def platform():
    return make_platform("Rosa")


@pytest.fixture
def noon():
    return now().replace(hour=12, minute=30)


def hours(since):
    return [(row.hour.hour, row.platform.name, row.calls, row.taken, row.refused) for row in by_hour(since)]


def test_hours_are_counted_by_platform(platform, noon):
    for minutes, taken in ((0, 3), (10, 4), (60, 5)):
        make_intake(platform, at=noon + timedelta(minutes=minutes), taken=taken)
    make_intake(make_platform("Sol"), at=noon, refused=2)
    count_hours(at=noon + timedelta(hours=1))
    assert hours(noon - timedelta(hours=1)) == [
        (13, "Rosa", 1, 5, 0),
        (12, "Rosa", 2, 7, 0),
        (12, "Sol", 1, 1, 2),
    ]


def test_hour_is_counted_whole_however_often(platform, noon):
    stream = make_intake(platform, at=noon, taken=2000, refused=1, errors={"puid": 1})
    count_hours(at=noon)
    Intake.objects.filter(pk=stream.pk).update(taken=4000, refused=3, errors={"puid": 3})
    for _again in range(2):
        count_hours(at=noon + timedelta(minutes=1))
    assert hours(noon - timedelta(hours=1)) == [(12, "Rosa", 1, 4000, 3)]
    assert IntakeHour.objects.get().errors == {"puid": 3}


def test_hours_without_a_count_are_made_up_for(platform, noon):
    for days in (3, 2):
        make_intake(platform, at=noon - timedelta(days=days))
    assert count_hours(at=noon) == 2
    make_intake(platform, at=noon - timedelta(hours=30))
    assert count_hours(at=noon) == 2  # the last that was counted, and the one after it
    assert IntakeHour.objects.count() == 3


def test_old_hours_are_left_alone_unless_asked_for(platform, noon):
    make_intake(platform, at=noon - timedelta(hours=9))
    make_intake(platform, at=noon)
    count_hours(at=noon)
    Intake.objects.update(taken=9)
    count_hours(at=noon)
    assert [row.taken for row in by_hour(noon - timedelta(days=1))] == [9, 1]
    count_hours(at=noon, since=noon - timedelta(hours=9))
    assert [row.taken for row in by_hour(noon - timedelta(days=1))] == [9, 9]


def test_fields_that_are_wrong_most_often_come_first(platform):
    make_intake(platform, at=now(), refused=3, errors={"puid": 1, "category": 2})
    make_intake(platform, at=now(), refused=1, errors={"puid": 9})
    count_hours(at=now())
    wrong = [(each.platform, each.field, each.times) for each in most_wrong(now() - timedelta(hours=2))]
    assert wrong == [("Rosa", "puid", 10), ("Rosa", "category", 2)]


def test_old_figures_are_forgotten(platform):
    for days in (36, 0):
        make_intake(platform, at=now() - timedelta(days=days))
        count_hours(at=now() - timedelta(days=days))
    assert forget_old(now()) == 1
    assert IntakeHour.objects.count() == 1


def test_operator_sees_what_comes_in_and_others_do_not(client, platform):
    make_intake(platform, at=now(), refused=1, errors={"puid": 1})
    count_intakes()
    client.force_login(make_user("Otto", roles=["operator"]))
    page = client.get("/console/intake/?span=week").content.decode()
    assert "Rosa" in page
    assert "puid" in page
    assert "/console/bodies/" in page
    assert "/console/deciders/" not in page
    client.force_login(make_user("Amir", roles=["moderator"]))
    assert client.get("/console/intake/").status_code == 404


def test_page_reads_hours_and_never_calls(client, platform):
    """Three calls an hour or three hundred: as many queries, as many rows, and none of the calls'."""
    client.force_login(make_user("Otto", roles=["operator"]))
    at = now().replace(minute=30)
    costs = []
    for calls in (3, 300):
        row = Intake(platform=platform, door=Door.BULK, at=at, refused=1, errors={"puid": 1})
        Intake.objects.bulk_create(Intake(**fields_of(row)) for _call in range(calls))
        count_hours(at=at)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/console/intake/?span=month").status_code == 200
        asked = [query["sql"] for query in queries]
        assert not any("appeals_intake " in sql or 'appeals_intake"' in sql for sql in asked)
        costs.append((len(asked), IntakeHour.objects.count()))
    assert costs[0] == costs[1] == (costs[0][0], 1)


def fields_of(row):
    return {name: getattr(row, name) for name in ("platform", "door", "at", "taken", "refused", "errors")}


def test_page_costs_the_same_for_many_hours(client, platform, django_assert_max_num_queries):
    for number in range(150):
        make_intake(platform, at=now() - timedelta(hours=number), refused=1, errors={f"f{number}": 1})
    count_hours(at=now())
    client.force_login(make_user("Otto", roles=["operator"]))
    with django_assert_max_num_queries(12):
        assert client.get("/console/intake/?span=month&page=2").status_code == 200
