"""Who is paged: those on call, then the leads, then the heads; nobody who could not open the case."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from helpdesk.actions.rotas import Stretch, change_rota
from helpdesk.models import TeamMember
from helpdesk.on_call import line
from tests.factories import NOON, make_layer, make_moderator, make_rota, make_team, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def amir(team):
    return make_moderator(team, "Amir")


@pytest.fixture
def lena(team):
    return make_moderator(team, "Lena", role="lead")


@pytest.fixture
def olga():
    return make_user("Olga", roles=["head"])


def test_person_of_each_layer_comes_first_then_leads_then_heads(team, amir, lena, olga):
    sara = make_moderator(team, "Sara")
    make_rota(team, make_layer(sara), make_layer(amir))
    assert line(team, NOON) == [sara, amir, lena, olga]


def test_team_without_a_rota_has_its_leads_and_the_heads(team, amir, lena, olga):
    assert line(team, NOON) == [lena, olga]


def test_rota_is_asked_as_its_team_is(team, amir):
    assert line(make_rota(team, make_layer(amir)), NOON) == [amir]


def test_nobody_is_named_twice(team, lena):
    make_rota(team, make_layer(lena), make_layer(lena))
    assert line(team, NOON) == [lena]


def leaves_the_team(user):
    TeamMember.objects.filter(user=user).update(ended_at=NOON)


def is_deactivated(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def loses_the_factor(user):
    user.authenticator_set.all().delete()


def loses_the_role(user):
    user.roles_given.update(ended_at=NOON)


LEAVING = [leaves_the_team, is_deactivated, loses_the_factor, loses_the_role]


@pytest.mark.parametrize("leave", LEAVING)
def test_whoever_could_not_open_the_case_is_left_out(team, amir, lena, leave):
    make_rota(team, make_layer(amir))
    leave(amir)
    assert line(team, NOON) == [lena]


@pytest.mark.parametrize("leave", LEAVING)
def test_lead_who_could_not_open_the_case_is_left_out_too(team, lena, olga, leave):
    leave(lena)
    assert line(team, NOON) == [olga]


def test_stand_in_is_paged_and_whoever_is_out_is_not(team, amir, lena):
    sara = make_moderator(team, "Sara")
    rota = make_rota(team, make_layer(amir))
    change_rota(rota, amir, sara, by=lena, at=NOON, there=Stretch(NOON + HOUR, NOON + 2 * HOUR))
    assert line(team, NOON)[0] == amir
    assert line(team, NOON + HOUR)[0] == sara
    assert line(team, NOON + 2 * HOUR)[0] == amir


def test_who_was_on_call_then_stays_answerable(team, amir):
    sara = make_moderator(team, "Sara")
    make_rota(team, make_layer(amir))
    make_rota(team, make_layer(sara), at=NOON + HOUR)
    assert line(team, NOON) == [amir]
    assert line(team, NOON + HOUR) == [sara]


def test_larger_rota_costs_no_more_queries(team, amir):
    make_rota(team, make_layer(amir))
    few = _queries(team)
    others = [make_moderator(team, f"Number {number}") for number in range(12)]
    make_rota(team, *(make_layer(*others[start : start + 4]) for start in (0, 4, 8)), at=NOON)
    assert _queries(team) == few <= 10


def _queries(team):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        line(team, NOON)
    return len(asked)
