"""Who is on call, for machines: by name only to a key with that scope, whose owner may know."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now

from tests.factories import make_api_key, make_layer, make_moderator, make_rota, make_team, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def team():
    return make_team(name="Night team")


@pytest.fixture
def amir(team):
    return make_moderator(team, "Amir")


@pytest.fixture
def sara(team):
    return make_moderator(team, "Sara")


def ask(client, user, *scopes):
    key = make_api_key(user=user, scopes=list(scopes or ["on_call:read"]))
    address = reverse("helpdesk_api:on_call")
    return client.get(address, headers={"Authorization": f"Bearer {key.shown}"})


def test_answer_names_who_it_is_until_when_and_who_is_next(client, team, amir, sara):
    first_on = (now() - DAY).date()
    make_rota(team, make_layer(amir, sara, length=1, unit="weeks", first_on=first_on), at=now() - DAY)
    (told,) = ask(client, amir).json()["teams"]
    (layer,) = told["layers"]
    assert (told["name"], layer["layer"]) == ("Night team", "First")
    assert layer["person"] == {"id": str(amir.pk), "name": "Amir"}
    assert layer["next"] == {"id": str(sara.pk), "name": "Sara"}
    assert now() < parse_datetime(layer["until"]) == parse_datetime(layer["next_at"])


def test_layer_of_one_has_no_end_in_sight(client, team, amir):
    make_rota(team, make_layer(amir), at=now() - DAY)
    (layer,) = ask(client, amir).json()["teams"][0]["layers"]
    assert (layer["person"]["name"], layer["until"], layer["next"]) == ("Amir", None, None)


def test_whoever_cannot_be_called_is_nobody(client, team, amir, sara):
    make_rota(team, make_layer(amir), at=now() - DAY)
    amir.authenticator_set.all().delete()
    assert ask(client, sara).json()["teams"][0]["layers"][0]["person"] is None


def test_team_that_has_ended_is_not_named(client, team, amir):
    make_rota(team, make_layer(amir), at=now() - DAY)
    team.ended_at = now()
    team.save()
    assert ask(client, amir).json()["teams"] == []


def test_key_without_the_scope_learns_no_name(client, amir):
    answer = ask(client, amir, "tickets:read", "tickets:write")
    assert (answer.status_code, answer.json()["title"]) == (403, "scope_needed")


def test_key_of_somebody_who_may_not_know_learns_no_name(client):
    assert ask(client, make_user("Otto", roles=["council_member"])).status_code == 403


def test_key_of_a_platform_learns_no_name(client):
    key = make_api_key(scopes=["on_call:read"])
    address = reverse("helpdesk_api:on_call")
    assert client.get(address, headers={"Authorization": f"Bearer {key.shown}"}).status_code == 403


def test_more_teams_cost_no_more_queries(client, team, amir):
    make_rota(team, make_layer(amir), at=now() - DAY)
    few = _queries(client, amir)
    for number in range(5):
        other = make_team(name=f"Team {number}")
        make_rota(other, make_layer(make_moderator(other)), at=now() - DAY)
    assert _queries(client, amir) == few


def _queries(client, user):
    with CaptureQueriesContext(connection) as asked:
        assert ask(client, user).status_code == 200
    return len(asked)
