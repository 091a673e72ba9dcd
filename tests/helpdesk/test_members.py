"""A place in a team gives sight of its cases: nobody takes one, and it takes two people as a role does."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from helpdesk.actions.members import add_member, agree_to_member, remove_member
from helpdesk.actions.settings import change_queue
from helpdesk.models import Queue, TeamMember
from journal.models import Delivery, Event
from tests.factories import NOON, make_api_key, make_moderator, make_queue, make_team, make_user, refused
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


@pytest.fixture
def olga():
    return make_user("Olga", roles=["operator"])


@pytest.fixture
def second():
    return make_user("Second", roles=["operator"])


@pytest.fixture
def amir():
    return make_user("Amir", roles=["moderator"])


def sees(user, queue):
    return Queue.objects.visible_to(User.objects.get(pk=user.pk)).filter(pk=queue.pk).exists()


def told(kind):
    return set(Delivery.objects.filter(kind=kind).values_list("address", flat=True))


def test_operators_place_waits_for_a_second_person_and_gives_no_sight_before(queue, olga, second, amir):
    place = add_member(queue.team, amir, by=olga, at=NOON)
    assert not sees(amir, queue)
    agree_to_member(place, by=second, at=NOON)
    assert sees(amir, queue)


@pytest.mark.parametrize("role", ["operator", "lead", "head"])
def test_nobody_adds_themselves(queue, role):
    otto = make_user("Otto", roles=[role, "moderator"])
    with pytest.raises(PermissionDenied):
        add_member(queue.team, otto, by=otto, at=NOON)


def test_nobody_agrees_to_their_own_place(queue, olga, second):
    otto = make_user("Otto", roles=["operator", "moderator"])
    place = add_member(queue.team, otto, by=olga, at=NOON)
    with pytest.raises(PermissionDenied):
        agree_to_member(place, by=otto, at=NOON)


def test_whoever_asked_is_not_the_second(queue, olga, second, amir):
    place = add_member(queue.team, amir, by=olga, at=NOON)
    with pytest.raises(PermissionDenied):
        agree_to_member(place, by=olga, at=NOON)


def test_lead_of_the_team_adds_a_moderator_alone_and_the_others_are_told(queue, lena, olga, amir):
    place = add_member(queue.team, amir, by=lena, at=NOON)
    assert place.given_alone
    assert sees(amir, queue)
    assert told("place_given") == {lena.email, olga.email}
    assert told("place_given_to_you") == {amir.email}


@pytest.mark.parametrize("roles", [[], ["policy_editor"], ["lead"], ["moderator", "lead"]])
def test_lead_alone_adds_no_lead_and_nobody_without_the_role(queue, lena, olga, roles):
    place = add_member(queue.team, make_user("Otto", roles=roles), by=lena, at=NOON)
    assert place.given_at is None
    assert told("place_asked") == {lena.email, olga.email}


def test_lead_of_another_team_adds_nobody_alone_and_agrees_to_nobody(queue, olga, amir):
    other = make_moderator(make_team(), "Other", role="lead")
    third = make_moderator(make_team(), "Third", role="lead")
    place = add_member(queue.team, amir, by=other, at=NOON)
    assert place.given_at is None
    with pytest.raises(PermissionDenied):
        agree_to_member(place, by=third, at=NOON)


@pytest.mark.parametrize("role", ["operator", "head"])
def test_operators_and_heads_agree(queue, olga, second, amir, role):
    place = add_member(queue.team, amir, by=olga, at=NOON)
    agree_to_member(place, by=make_user("Hana", roles=[role]), at=NOON)
    assert sees(amir, queue)


def test_the_only_operator_is_enough_and_all_operators_are_told(queue, olga, amir):
    assert add_member(queue.team, amir, by=olga, at=NOON).given_alone
    assert Delivery.objects.get(kind="place_given", address=olga.email).body == {"alone": True}


@pytest.mark.parametrize("role", ["moderator", "policy_editor", "vetter"])
def test_other_roles_ask_for_nobody(queue, amir, role):
    with pytest.raises(PermissionDenied):
        add_member(queue.team, amir, by=make_user("Otto", roles=[role]), at=NOON)


def test_key_of_a_lead_adds_nobody(queue, lena, amir):
    with pytest.raises(PermissionDenied):
        add_member(queue.team, amir, by=make_api_key(user=lena), at=NOON)


def test_place_that_was_turned_down_is_not_given(queue, olga, second, amir):
    place = add_member(queue.team, amir, by=olga, at=NOON)
    remove_member(queue.team, amir, by=second, at=NOON)
    with refused("was_settled"):
        agree_to_member(place, by=second, at=NOON)
    assert not sees(amir, queue)


def test_place_is_not_given_to_somebody_who_has_left_meanwhile(queue, olga, second, amir):
    place = add_member(queue.team, amir, by=olga, at=NOON)
    User.objects.filter(pk=amir.pk).update(is_active=False)
    with refused("ended"):
        agree_to_member(place, by=second, at=NOON)


def test_each_step_is_an_event_of_the_team(queue, olga, second, amir):
    place = add_member(queue.team, amir, by=olga, at=NOON)
    agree_to_member(place, by=second, at=NOON)
    remove_member(queue.team, amir, by=olga, at=NOON)
    events = Event.objects.filter(subject_id=queue.team.pk).order_by("number")
    assert [(event.code, event.actor_id) for event in events] == [
        ("member_asked", olga.pk),
        ("member_added", second.pk),
        ("member_removed", olga.pk),
    ]
    assert {event.values["user"] for event in events} == {str(amir.pk)}


def test_the_database_too_wants_two_people_and_nobody_for_themselves(queue, olga, amir):
    for asker, giver in [(olga, olga), (amir, olga), (olga, amir)]:
        with pytest.raises(IntegrityError), transaction.atomic():
            TeamMember.objects.create(
                team=queue.team, user=amir, asked_by=asker, asked_at=NOON, given_by=giver, given_at=NOON
            )


@pytest.mark.django_db(transaction=True)
def test_two_who_agree_at_once_give_one_place(queue, olga, amir):
    place = add_member(queue.team, amir, by=make_user("Otto", roles=["operator"]), at=NOON)
    seconds = [olga, make_user("Hana", roles=["head"])]
    answers = at_once(*[lambda by=by: agree_to_member(place, by=by, at=NOON) for by in seconds])
    assert "was_settled" in answers
    assert Event.objects.filter(subject_id=queue.team.pk, code="member_added").count() == 1


def test_nobody_moves_a_queue_to_their_own_team_to_see_its_cases(queue, lena, olga):
    other = make_moderator(make_team(), "Other", role="lead")
    mine = other.memberships.get().team
    with refused("own_team"):
        change_queue(queue, by=other, at=NOON, team=mine)
    change_queue(queue, by=olga, at=NOON, team=mine)
    assert sees(other, queue)


def test_two_people_add_somebody_in_the_browser(client, queue, olga, second, amir):
    page = reverse("console:setting", args=["teams", queue.team.pk])
    client.force_login(olga)
    client.post(reverse("console:add_member", args=[queue.team.pk]), {"user": amir.pk})
    shown = client.get(page).content.decode()
    assert "waits for a second person" in shown
    agree = reverse("console:agree_to_member", args=[queue.team.pk, amir.pk])
    assert agree not in shown
    client.force_login(second)
    assert agree in client.get(page).content.decode()
    client.post(agree)
    assert sees(amir, queue)


def test_the_form_does_not_offer_oneself(client, queue, lena):
    client.force_login(lena)
    form = client.get(reverse("console:setting", args=["teams", queue.team.pk])).context["member_form"]
    assert lena not in form.fields["user"].queryset
