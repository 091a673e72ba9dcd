"""Rights as one table, and the twin of `can_see`: what a list shows is what a case allows to be seen."""

from datetime import timedelta

import pytest

from accounts.roles import Role
from helpdesk import permissions
from helpdesk.actions import bar
from helpdesk.models import Queue, Ticket
from journal.actors import SYSTEM, Actor
from tests.factories import (
    NOON,
    make_api_key,
    make_moderator,
    make_queue,
    make_ticket,
    make_user,
    person,
)

pytestmark = pytest.mark.django_db

# Who may do what with a case that Amir has. `key` is Amir's, `left` a moderator who left the team.
TABLE = {
    "can_see": {"amir", "bela", "barred", "barred_lead", "lead", "head", "key"},
    "can_work": {"amir", "bela", "lead", "head", "key"},
    "can_lead": {"lead", "head", "barred_lead"},
    "can_release": {"amir", "lead", "head", "key", "barred_lead"},
    "can_hand_over": {"amir", "lead", "head", "key"},
    "can_drop": {"amir", "bela", "lead", "head"},
    "can_resolve": {"amir", "bela", "lead", "head"},
    "can_move_queue": {"amir", "bela", "lead", "head", "key"},
    "can_reopen": {"amir", "bela", "lead", "head", "key", "rita", "system"},
    "can_write": {"rita"},
}


@pytest.fixture
def ticket():
    return make_ticket(make_queue())


@pytest.fixture
def cast(ticket):
    team = ticket.queue.team
    amir = make_moderator(team)
    ticket.assignee = amir
    ticket.save()
    cast = {
        "amir": amir,
        "bela": make_moderator(team, "Bela"),
        "barred": make_moderator(team, "Barred"),
        "barred_lead": make_moderator(team, "Barred lead", role="lead"),
        "left": make_moderator(team, "Left"),
        "lead": make_moderator(team, "Lena", role="lead"),
        "other_lead": make_moderator(make_queue().team, "Otto", role="lead"),
        "head": make_user("Head", roles=["head"]),
        "key": make_api_key(user=amir),
        "platform": make_api_key(),
        "rita": person(ticket),
        "stranger": person(make_ticket()),
        "nameless": Actor("person"),
        "system": SYSTEM,
    }
    cast["left"].memberships.update(ended_at=NOON + timedelta(days=1))
    for who in ("barred", "barred_lead"):
        bar(ticket, cast[who], why="decided", by=SYSTEM, at=NOON)
    return cast | {role: make_user(role, roles=[role]) for role in set(Role.values) - {"lead", "head"}}


@pytest.mark.parametrize("right", TABLE)
def test_rights(right, ticket, cast):
    ticket.refresh_from_db()
    may = {who for who, by in cast.items() if getattr(permissions, right)(by, ticket)}
    assert may == TABLE[right]


def test_list_shows_what_may_be_seen(ticket, cast):
    for who, by in cast.items():
        user = permissions.staff_of(by)
        if user is None:
            continue
        seen = permissions.can_see(by, ticket)
        assert Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists() == seen, who
        assert Queue.objects.visible_to(user).filter(pk=ticket.queue_id).exists() == seen, who


def test_erased_case_has_no_person_any_more(ticket):
    ticket.erased_at = NOON
    assert not permissions.can_write(person(ticket), ticket)


def test_role_that_ended_counts_no_more(ticket, cast):
    cast["amir"].roles_given.update(ended_at=NOON)
    cast["amir"].forget_roles()
    assert not permissions.can_see(cast["amir"], ticket)
