"""Roles: given by two operators where they weigh, by one where there is only one, never to oneself."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.actions import ask_role, deactivate, end_role, give_first_role, give_role
from accounts.models import RoleGrant
from journal.actors import SYSTEM
from journal.errors import Refused
from journal.models import Delivery, Event
from tests.factories import NOON, make_api_key, make_user

pytestmark = pytest.mark.django_db


def fresh(user):
    user.forget_roles()
    return user


@pytest.fixture
def lena():
    return make_user("Lena", roles=["operator"])


@pytest.fixture
def olga():
    return make_user("Olga", roles=["operator"])


@pytest.fixture
def amir():
    return make_user("Amir")


def test_role_that_reads_cases_waits_for_a_second_operator(lena, olga, amir):
    grant = ask_role(amir, "moderator", by=lena, at=NOON)
    assert not fresh(amir).has_role("moderator")
    give_role(grant, by=olga, at=NOON)
    assert fresh(amir).has_role("moderator")


def test_the_same_operator_cannot_be_the_second(lena, olga, amir):
    grant = ask_role(amir, "moderator", by=lena, at=NOON)
    with pytest.raises(PermissionDenied):
        give_role(grant, by=lena, at=NOON)


def test_the_database_too_wants_two_operators(lena, amir):
    grant = RoleGrant(user=amir, role="moderator", asked_by=lena, asked_at=NOON, given_by=lena, given_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        grant.save()


def test_nobody_gives_themselves_a_role(lena, olga):
    with pytest.raises(PermissionDenied):
        ask_role(lena, "moderator", by=lena, at=NOON)
    grant = ask_role(lena, "moderator", by=olga, at=NOON)
    with pytest.raises(PermissionDenied):
        give_role(grant, by=lena, at=NOON)


def test_the_only_operator_gives_alone_and_operators_are_told(lena, amir):
    grant = ask_role(amir, "moderator", by=lena, at=NOON)
    assert grant.given_alone
    assert Delivery.objects.filter(kind="role_given", address=lena.email, body__alone=True).exists()


def test_sending_the_other_operator_away_makes_nobody_alone_for_a_week(lena, olga, amir):
    end_role(olga.roles_given.get(), by=lena, at=NOON)
    soon = ask_role(amir, "moderator", by=lena, at=NOON + timedelta(days=6))
    later = ask_role(amir, "lead", by=lena, at=NOON + timedelta(days=8))
    assert soon.given_at is None
    assert later.given_alone


def test_role_that_reads_no_cases_is_given_by_one(lena, olga, amir):
    assert ask_role(amir, "policy_editor", by=lena, at=NOON).given_by == lena


def test_operator_itself_takes_two(lena, olga, amir):
    assert ask_role(amir, "operator", by=lena, at=NOON).given_at is None


def test_role_is_asked_for_once(lena, olga, amir):
    ask_role(amir, "moderator", by=lena, at=NOON)
    with pytest.raises(Refused) as refusal:
        ask_role(amir, "moderator", by=olga, at=NOON)
    assert refusal.value.code == "role_is_there"


def test_role_that_ended_can_be_given_again(lena, amir):
    end_role(ask_role(amir, "moderator", by=lena, at=NOON), by=lena, at=NOON)
    assert not fresh(amir).roles
    ask_role(amir, "moderator", by=lena, at=NOON)
    assert fresh(amir).roles == {"moderator"}


def test_request_that_was_turned_down_is_not_given(lena, olga, amir):
    grant = ask_role(amir, "moderator", by=lena, at=NOON)
    end_role(grant, by=olga, at=NOON)
    with pytest.raises(Refused):
        give_role(grant, by=olga, at=NOON)


def test_last_operator_stays(lena):
    with pytest.raises(Refused) as refusal:
        end_role(lena.roles_given.get(), by=lena, at=NOON)
    assert refusal.value.code == "last_operator"


def test_moderator_lays_down_their_own_role_but_nobody_elses(lena, amir):
    otto = make_user("Otto", roles=["moderator"])
    with pytest.raises(PermissionDenied):
        end_role(lena.roles_given.get(), by=otto, at=NOON)
    end_role(otto.roles_given.get(), by=otto, at=NOON)
    assert not fresh(otto).roles


def test_key_gives_no_role(lena, amir):
    with pytest.raises(PermissionDenied):
        ask_role(amir, "policy_editor", by=make_api_key(user=lena), at=NOON)


def test_each_change_is_an_event(lena, olga, amir):
    grant = ask_role(amir, "moderator", by=lena, at=NOON)
    give_role(grant, by=olga, at=NOON)
    end_role(grant, by=lena, at=NOON)
    events = Event.objects.filter(subject_id=amir.pk).order_by("number")
    assert [event.code for event in events] == ["role_asked", "role_given", "role_ended"]
    assert {event.values["role"] for event in events} == {"moderator"}


def test_deactivated_user_has_no_role(lena, amir):
    ask_role(amir, "moderator", by=lena, at=NOON)
    deactivate(amir, by=lena, at=NOON)
    amir.refresh_from_db()
    assert not fresh(amir).roles


def test_production_takes_only_the_first_operator_from_the_command_line(settings, amir):
    settings.PRODUCTION = True
    with pytest.raises(PermissionDenied):
        give_first_role(amir, "moderator", by=SYSTEM, at=NOON)
    give_first_role(amir, "operator", by=SYSTEM, at=NOON)
    with pytest.raises(PermissionDenied):
        give_first_role(make_user("Otto"), "operator", by=SYSTEM, at=NOON)
