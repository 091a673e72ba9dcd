"""What docs/api.md tells people to type works as it stands there, in a shell, with curl."""

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now

from helpdesk.actions.paging import ring
from tests.factories import make_alarm, make_api_key, make_layer, make_line, make_rota, make_team

pytestmark = pytest.mark.django_db(transaction=True)
DOCS = Path(__file__).resolve().parents[2] / "docs/api.md"


def example(of):
    """The one line of the docs with this in it."""
    (line,) = [line.strip() for line in DOCS.read_text(encoding="utf-8").splitlines() if f"{of} -H" in line]
    return line


@pytest.fixture
def night():
    """A team, and its lead, who is on call."""
    team = make_team(name="Night team")
    lena, _hana = make_line(team)
    make_rota(team, make_layer(lena), at=now() - timedelta(days=1))
    return team, lena


@pytest.fixture
def alarm(night):
    """It has paged Lena."""
    found, at = make_alarm(night[0], at=now()), now()
    ring(at=at)
    found.refresh_from_db()
    return found


@pytest.fixture
def typed(live_server, night):
    def run(of, *, scope, **named):
        key = make_api_key(user=night[1], scopes=[scope])
        env = os.environ | {"HOST": live_server.url, "STAFF_KEY": key.shown} | named
        done = subprocess.run(
            ["bash", "-c", example(of)], env=env, capture_output=True, check=True, timeout=30
        )
        return json.loads(done.stdout)

    return run


def test_who_is_on_call_is_read_as_the_docs_say(typed):
    (told,) = typed("/api/v1/on-call", scope="on_call:read")["teams"]
    assert (told["name"], told["layers"][0]["person"]["name"]) == ("Night team", "Lena")


def test_key_without_the_scope_is_told_no_names(typed):
    assert typed("/api/v1/on-call", scope="alarms:write")["status"] == 403


def test_alarms_are_listed_as_the_docs_say(typed, alarm):
    (told,) = typed("/api/v1/alarms", scope="alarms:write")
    assert told["id"] == str(alarm.pk)


def test_alarm_is_acknowledged_as_the_docs_say(typed, alarm):
    told = typed("/api/v1/alarms/$ALARM/acknowledge", scope="alarms:write", ALARM=str(alarm.pk))
    assert told["acknowledged_by"] == "you"


def test_alarm_is_passed_on_as_the_docs_say(typed, alarm):
    told = typed("/api/v1/alarms/$ALARM/pass-on", scope="alarms:write", ALARM=str(alarm.pk))
    assert told["acknowledged_by"] is None
    assert typed("/api/v1/alarms", scope="alarms:write") == []


def test_reading_who_is_on_call_does_not_let_a_key_answer(typed, alarm):
    told = typed("/api/v1/alarms/$ALARM/acknowledge", scope="on_call:read", ALARM=str(alarm.pk))
    assert told["status"] == 403
    alarm.refresh_from_db()
    assert alarm.acknowledged_at is None
