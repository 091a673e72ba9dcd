"""Two people act on accounts at the same moment, each on a connection of their own."""

from threading import Thread

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.actions import (
    accept_invitation,
    approve_factor_reset,
    ask_factor_reset,
    ask_role,
    deactivate,
    end_role,
    give_role,
    invite,
)
from accounts.models import Invitation, RoleGrant, User
from journal.models import Delivery, Event
from tests.factories import NOON, PASSWORD, make_user
from tests.together import at_once, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lena():
    return make_user("Lena", roles=["operator"])


@pytest.fixture
def olga():
    return make_user("Olga", roles=["operator"])


def operators():
    return User.objects.holding("operator").count()


def or_denied(act):
    """Who is no operator any more when their turn comes is turned away."""

    def run():
        try:
            act()
        except PermissionDenied:
            return "denied"
        return "done"

    return run


def acts_of(user):
    return Event.objects.filter(subject_id=user.pk).values_list("code", flat=True)


def test_two_operators_who_let_each_other_in_no_more_leave_one(lena, olga):
    answers = at_once(
        or_denied(lambda: deactivate(olga, by=lena, at=NOON)),
        or_denied(lambda: deactivate(lena, by=olga, at=NOON)),
    )
    assert sorted(answers) == ["denied", "done"]
    assert operators() == 1


def test_two_operators_who_end_each_others_role_leave_one(lena, olga):
    hers, his = lena.roles_given.get(), olga.roles_given.get()
    answers = at_once(
        or_denied(lambda: end_role(his, by=lena, at=NOON)),
        or_denied(lambda: end_role(hers, by=olga, at=NOON)),
    )
    assert sorted(answers) == ["denied", "done"]
    assert operators() == 1


def test_one_lets_in_no_more_while_the_other_ends_the_role(lena, olga):
    hers = lena.roles_given.get()
    answers = at_once(
        or_denied(lambda: deactivate(olga, by=lena, at=NOON)),
        or_denied(lambda: end_role(hers, by=olga, at=NOON)),
    )
    assert sorted(answers) == ["denied", "done"]
    assert operators() == 1


def test_two_operators_who_lay_their_role_down_leave_one(lena, olga):
    hers, his = lena.roles_given.get(), olga.roles_given.get()
    answers = at_once(
        or_denied(lambda: end_role(hers, by=lena, at=NOON)),
        or_denied(lambda: end_role(his, by=olga, at=NOON)),
    )
    assert sorted(answers) == ["done", "last_operator"]
    assert operators() == 1


def test_two_invitations_of_one_address_are_one(lena, olga):
    answers = at_once(
        *[lambda by=by: invite("otto@staff.example", by=by, at=NOON) and "sent" for by in (lena, olga)]
    )
    assert set(answers) <= {"sent", "invited_meanwhile"}
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1
    assert Delivery.objects.filter(kind="invitation").count() == answers.count("sent")


def test_one_invitation_makes_one_account(lena):
    invitation = invite("otto@staff.example", by=lena, at=NOON)
    join = lambda: accept_invitation(invitation, name="Otto", password=PASSWORD, at=NOON) and "in"  # noqa: E731
    assert sorted(at_once(join, join)) == ["in", "invitation_ended"]
    assert User.objects.filter(email="otto@staff.example").count() == 1


def test_one_role_is_asked_for_once(lena, olga):
    amir = make_user("Amir")
    answers = at_once(
        *[lambda by=by: ask_role(amir, "moderator", by=by, at=NOON) and "asked" for by in (lena, olga)]
    )
    assert sorted(answers) == ["asked", "role_is_there"]


def test_one_request_is_settled_once(lena, olga):
    amir, otto = make_user("Amir"), make_user("Otto", roles=["operator"])
    grant = ask_role(amir, "moderator", by=lena, at=NOON)
    answers = at_once(*[lambda by=by: give_role(grant, by=by, at=NOON) and "given" for by in (olga, otto)])
    assert sorted(answers) == ["given", "was_settled"]
    assert RoleGrant.objects.live().filter(user=amir).count() == 1
    assert list(acts_of(amir)) == ["role_asked", "role_given"]


def test_one_reset_is_approved_once(lena, olga):
    amir, otto = make_user("Amir"), make_user("Otto", roles=["lead"])
    reset = ask_factor_reset(amir, by=lena, at=NOON)
    answers = at_once(
        *[lambda by=by: approve_factor_reset(reset, by=by, at=NOON) or "done" for by in (olga, otto)]
    )
    assert sorted(answers) == ["done", "reset_was_settled"]
    assert list(acts_of(amir)).count("factor_reset") == 1


# Recovery codes


@pytest.fixture
def codes(lena):
    cache.clear()
    return RecoveryCodes.activate(lena)


def before_the_code(user):
    """A browser that has given the password and is asked for a code."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def is_in(client):
    return client.get("/accounts/").status_code == 200


def test_one_recovery_code_lets_one_in(lena, codes):
    code, *others = codes.get_unused_codes()
    browsers = [before_the_code(lena) for _ in range(3)]
    at_once(*[lambda each=each: each.post(reverse("mfa_authenticate"), {"code": code}) for each in browsers])
    assert [is_in(each) for each in browsers].count(True) == 1
    assert codes.activate(lena).get_unused_codes() == others


def test_two_recovery_codes_used_at_once_are_both_used_up(lena, codes):
    first, second, *others = codes.get_unused_codes()
    pairs = [(before_the_code(lena), code) for code in (first, second)]
    at_once(
        *[lambda pair=pair: pair[0].post(reverse("mfa_authenticate"), {"code": pair[1]}) for pair in pairs]
    )
    assert codes.activate(lena).get_unused_codes() == others


@pytest.mark.parametrize("page", ["mfa_view_recovery_codes", "mfa_download_recovery_codes"])
def test_a_code_that_is_used_while_its_owner_looks_at_the_codes_stays_used(lena, codes, page):
    code, *others = codes.get_unused_codes()
    owner = Client()
    owner.force_login(lena)
    owner.post("/accounts/again/", {"password": PASSWORD})

    def look():
        owner.get(reverse(page))
        connection.close()

    looking = Thread(target=look)
    with transaction.atomic():
        assert codes.validate_code(code)
        looking.start()
        until_somebody_waits()
    looking.join()
    assert codes.activate(lena).get_unused_codes() == others
