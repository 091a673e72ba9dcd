"""Rights over people and machines: one table, for what pages offer and for what actions allow."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts import actions, permissions
from accounts.models import FactorReset, RoleGrant, UserSession
from accounts.roles import Role
from tests.factories import NOON, make_api_key, make_platform, make_user

pytestmark = pytest.mark.django_db

OPERATOR = {"operator"}
RESETTERS = {"operator", "head", "lead"}
NOBODY_BUT_THE_OWNER = set()
WHO = ("no role", *Role.values)


def somebody():
    return make_user("Otto")


def asked_role():
    return RoleGrant.objects.create(
        user=somebody(), role="moderator", asked_by=make_user("Olga"), asked_at=NOON
    )


def asked_reset():
    return FactorReset.objects.create(user=somebody(), asked_by=make_user("Olga"), asked_at=NOON)


def session_of_somebody():
    return UserSession.objects.create(
        user=somebody(), device=b"x", created_on=NOON.date(), last_seen_on=NOON.date()
    )


# Of each act: whom it is allowed, the row it is done to, and the sentence that says so, where there is one.
ACTS = {
    "invite": (OPERATOR, lambda: "new@staff.example", permissions.can_operate),
    "ask_role": (OPERATOR, somebody, permissions.can_ask_role),
    "give_role": (OPERATOR, asked_role, permissions.can_give_role),
    "end_role": (OPERATOR, asked_role, permissions.can_end_role),
    "ask_factor_reset": (RESETTERS, somebody, permissions.can_ask_reset),
    "approve_factor_reset": (RESETTERS, asked_reset, permissions.can_approve_reset),
    "refuse_factor_reset": (RESETTERS, asked_reset, None),
    "deactivate": (OPERATOR, somebody, None),
    "reactivate": (OPERATOR, somebody, None),
    "empty_user": (OPERATOR, somebody, None),
    "close_platform": (OPERATOR, make_platform, permissions.can_operate),
    "reopen_platform": (OPERATOR, make_platform, permissions.can_operate),
    "revoke_key": (OPERATOR, make_api_key, None),
    "make_key": (OPERATOR, make_platform, None),
    "end_session": (NOBODY_BUT_THE_OWNER, session_of_somebody, permissions.can_end_session),
}
MORE = {
    "ask_role": {"role": "policy_editor"},
    "make_key": {"name": "Feed", "scopes": ["statements:write"]},
}


def is_done(act, row, by):
    try:
        getattr(actions, act)(row, **MORE.get(act, {}), by=by, at=NOON)
    except PermissionDenied:
        return False
    return True


@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_done_by_the_roles_of_the_table_alone(act):
    allowed, row, _ = ACTS[act]
    done = {who for who in WHO if is_done(act, row(), make_user(roles=[who] if who in Role.values else []))}
    assert done == allowed


@pytest.mark.parametrize("act", [act for act, (_, _, can) in ACTS.items() if can])
def test_what_a_page_offers_is_what_the_action_allows(act):
    allowed, row, can = ACTS[act]
    about = [] if can is permissions.can_operate else [row()]
    offered = {who for who in WHO if can(make_user(roles=[who] if who in Role.values else []), *about)}
    assert offered == allowed


@pytest.mark.parametrize("act", ACTS)
def test_a_key_of_an_operator_does_none_of_it(act):
    assert not is_done(act, ACTS[act][1](), make_api_key(user=make_user(roles=Role.values)))


@pytest.mark.parametrize("act", ["ask_role", "ask_factor_reset", "deactivate", "reactivate", "empty_user"])
def test_nobody_does_it_to_themselves(act):
    lena = make_user("Lena", roles=Role.values)
    assert not is_done(act, lena, lena)
