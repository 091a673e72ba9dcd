from datetime import timedelta

import pytest
from django.utils.timezone import now

from appeals.intakes import by_hour, forget_old, most_wrong
from appeals.models import Door, Intake
from tests.factories import make_platform, make_user

pytestmark = pytest.mark.django_db


def make_intake(platform, *, at, taken=1, refused=0, errors=None):
    return Intake.objects.create(
        platform=platform, door=Door.BULK, at=at, taken=taken, refused=refused, errors=errors or {}
    )


@pytest.fixture
def platform():
    return make_platform("Rosa")


def test_hours_are_counted_by_platform(platform):
    noon = now().replace(hour=12, minute=30)
    for minutes, taken in ((0, 3), (10, 4), (60, 5)):
        make_intake(platform, at=noon + timedelta(minutes=minutes), taken=taken)
    make_intake(make_platform("Sol"), at=noon, refused=2)
    rows = [
        (row["hour"].hour, row["platform__name"], row["calls"], row["taken_in"], row["turned_away"])
        for row in by_hour(noon - timedelta(hours=1))
    ]
    assert rows == [(13, "Rosa", 1, 5, 0), (12, "Rosa", 2, 7, 0), (12, "Sol", 1, 1, 2)]


def test_fields_that_are_wrong_most_often_come_first(platform):
    make_intake(platform, at=now(), refused=3, errors={"puid": 1, "category": 2})
    make_intake(platform, at=now(), refused=1, errors={"puid": 9})
    wrong = [(each.platform, each.field, each.times) for each in most_wrong(now() - timedelta(hours=1))]
    assert wrong == [("Rosa", "puid", 10), ("Rosa", "category", 2)]


def test_old_figures_are_forgotten(platform):
    make_intake(platform, at=now() - timedelta(days=36))
    make_intake(platform, at=now())
    assert forget_old(now()) == 1


def test_operator_sees_what_comes_in_and_others_do_not(client, platform):
    make_intake(platform, at=now(), refused=1, errors={"puid": 1})
    client.force_login(make_user("Otto", roles=["operator"]))
    page = client.get("/console/intake/?span=week").content.decode()
    assert "Rosa" in page
    assert "puid" in page
    assert "/console/bodies/" in page
    assert "/console/deciders/" not in page
    client.force_login(make_user("Amir", roles=["moderator"]))
    assert client.get("/console/intake/").status_code == 404


def test_page_costs_the_same_for_many_rows(client, platform, django_assert_max_num_queries):
    for number in range(150):
        make_intake(platform, at=now() - timedelta(hours=number), refused=1, errors={f"f{number}": 1})
    client.force_login(make_user("Otto", roles=["operator"]))
    with django_assert_max_num_queries(12):
        assert client.get("/console/intake/?span=month&page=2").status_code == 200
