"""Leads say who is on call; two people agree on who stands in. What was stays as it was."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from helpdesk.actions.rotas import (
    Stretch,
    agree_to_change,
    change_rota,
    end_change,
    fill_gap,
    publish_rota,
    refuse_change,
    withdraw_change,
)
from helpdesk.models import ChangeStatus, RotaChange, RotaLayer, RotaVersion
from helpdesk.on_call import line
from journal.models import Delivery, Event
from tests.factories import NOON, make_layer, make_moderator, make_rota, make_team, make_user, refused

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOMORROW = Stretch(NOON + DAY, NOON + 2 * DAY)


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def amir(team):
    return make_moderator(team, "Amir")


@pytest.fixture
def sara(team):
    return make_moderator(team, "Sara")


@pytest.fixture
def lena(team):
    return make_moderator(team, "Lena", role="lead")


@pytest.fixture
def rota(team, amir, sara):
    """Days of Amir and Sara in turn; Amir has the first and the third from now."""
    first_on = NOON.date()
    return make_rota(team, make_layer(amir, sara, length=1, unit="days", first_on=first_on))


def on_call(team, at):
    return line(team, at)[0]


def codes(subject):
    return list(Event.objects.filter(subject_id=subject.pk).order_by("number").values_list("code", flat=True))


# --- versions ---


def test_lead_publishes_a_rota_and_it_is_on_record(team, lena, amir):
    version = publish_rota(team, [make_layer(amir)], by=lena, at=NOON, from_at=NOON, after=0)
    assert on_call(team, NOON) == amir
    assert codes(version.rota) == ["published"]


@pytest.mark.parametrize("role", ["moderator", "lead", "operator"])
def test_nobody_but_its_leads_and_heads_publishes_for_a_team(team, amir, role):
    stranger = make_user("Otto", roles=[role])
    with pytest.raises(PermissionDenied):
        publish_rota(team, [make_layer(amir)], by=stranger, at=NOON, from_at=NOON)


def test_head_publishes_for_every_team(team, amir):
    head = make_user("Olga", roles=["head"])
    assert publish_rota(team, [make_layer(amir)], by=head, at=NOON, from_at=NOON).number == 1


def test_past_is_not_published(team, lena, amir):
    with refused("in_the_past"):
        publish_rota(team, [make_layer(amir)], by=lena, at=NOON, from_at=NOON - HOUR)


def test_second_editor_of_a_version_comes_too_late(team, lena, rota, amir):
    publish_rota(team, [make_layer(amir)], by=lena, at=NOON, from_at=NOON, after=1)
    with refused("changed_meanwhile"):
        publish_rota(team, [make_layer(amir)], by=lena, at=NOON, from_at=NOON, after=1)


def test_team_that_has_ended_gets_no_rota(team, lena, amir):
    team.ended_at = NOON
    team.save()
    with refused("ended"):
        publish_rota(team, [make_layer(amir)], by=lena, at=NOON, from_at=NOON)


@pytest.mark.parametrize(
    "layers",
    [
        lambda amir: [],
        lambda amir: [make_layer(amir)] * 7,
        lambda amir: [make_layer()],
        lambda amir: [make_layer(amir, amir)],
        lambda amir: [make_layer(amir, length=0)],
        lambda amir: [make_layer(amir, length=9)],
    ],
)
def test_layers_by_which_nobody_can_count_are_refused(team, lena, amir, layers):
    with refused("bad_layers"):
        publish_rota(team, layers(amir), by=lena, at=NOON, from_at=NOON)


@pytest.mark.parametrize(("model", "wrong"), [(RotaVersion, {"from_at": NOON}), (RotaLayer, {"length": 2})])
def test_database_lets_nobody_edit_or_remove_what_was_published(rota, model, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all()._raw_delete("default")


# --- standing in ---


def test_lead_puts_somebody_in_at_once(team, rota, lena, amir, sara):
    change_rota(rota, sara, amir, by=lena, at=NOON, there=TOMORROW)
    assert on_call(team, NOON + DAY) == amir


def test_one_of_the_two_asks_and_it_holds_once_the_other_agrees(team, rota, amir, sara):
    change = change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW)
    assert on_call(team, NOON + DAY) == sara
    agree_to_change(change, by=amir, at=NOON + HOUR)
    assert on_call(team, NOON + DAY) == amir
    assert codes(change) == ["asked", "agreed"]


def test_swap_exchanges_the_turns_of_two(team, rota, amir, sara):
    back = Stretch(NOON + 2 * DAY, NOON + 3 * DAY - 4 * HOUR)
    change = change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW, back=back)
    agree_to_change(change, by=amir, at=NOON)
    assert [on_call(team, NOON + days * DAY + HOUR) for days in (1, 2)] == [amir, sara]


def test_nobody_agrees_to_what_they_asked_for(rota, amir, sara):
    change = change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW)
    with pytest.raises(PermissionDenied):
        agree_to_change(change, by=sara, at=NOON)


def test_third_person_neither_asks_nor_agrees_nor_turns_down(team, rota, amir, sara):
    otto = make_moderator(team, "Otto")
    with pytest.raises(PermissionDenied):
        change_rota(rota, sara, amir, by=otto, at=NOON, there=TOMORROW)
    change = change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW)
    for act in (agree_to_change, refuse_change, withdraw_change, end_change):
        with pytest.raises(PermissionDenied):
            act(change, by=otto, at=NOON)


def test_nobody_leaves_their_turn_to_nobody(rota, sara):
    with pytest.raises(PermissionDenied):
        change_rota(rota, sara, None, by=sara, at=NOON, there=TOMORROW)


def test_lead_takes_somebody_out_without_another(team, rota, lena, sara):
    change_rota(rota, sara, None, by=lena, at=NOON, there=TOMORROW)
    assert on_call(team, NOON + DAY) == lena


def test_member_who_left_asks_for_nothing(rota, amir, sara):
    sara.memberships.update(ended_at=NOON)
    with pytest.raises(PermissionDenied):
        change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW)


def test_nobody_stands_in_who_could_not_open_a_case(rota, lena, sara):
    with refused("cannot_be_on_call"):
        change_rota(rota, sara, make_user("Otto"), by=lena, at=NOON, there=TOMORROW)


def test_nobody_is_replaced_who_is_not_on_call_then(rota, lena, amir, sara):
    there = Stretch(NOON + HOUR, NOON + 2 * HOUR)
    with refused("not_on_call"):
        change_rota(rota, sara, amir, by=lena, at=NOON, there=there)


def test_nobody_stands_in_for_themselves(rota, lena, sara):
    with refused("same_person"):
        change_rota(rota, sara, sara, by=lena, at=NOON, there=TOMORROW)


@pytest.mark.parametrize(
    ("there", "code"),
    [
        (Stretch(NOON - HOUR, NOON + HOUR), "in_the_past"),
        (Stretch(NOON + HOUR, NOON + HOUR), "ends_first"),
        (Stretch(NOON + 2 * HOUR, NOON + HOUR), "ends_first"),
    ],
)
def test_stretch_lies_ahead_and_ends_after_it_begins(rota, lena, amir, sara, there, code):
    with refused(code):
        change_rota(rota, amir, sara, by=lena, at=NOON, there=there)


def test_what_is_agreed_late_holds_from_then_on_only(team, rota, amir, sara):
    change = change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW)
    agree_to_change(change, by=amir, at=NOON + DAY + HOUR)
    assert on_call(team, NOON + DAY) == sara
    assert on_call(team, NOON + DAY + HOUR) == amir


def test_swap_whose_first_turn_has_begun_is_agreed_no_more(rota, amir, sara):
    back = Stretch(NOON + 2 * DAY, NOON + 3 * DAY)
    change = change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW, back=back)
    with refused("too_late"):
        agree_to_change(change, by=amir, at=NOON + DAY + HOUR)


def test_nothing_is_agreed_that_the_rota_no_longer_says(team, rota, lena, amir, sara):
    change = change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW)
    publish_rota(team, [make_layer(amir)], by=lena, at=NOON, from_at=NOON)
    with refused("not_on_call"):
        agree_to_change(change, by=amir, at=NOON)


def test_nothing_is_agreed_twice(rota, amir, sara):
    change = change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW)
    agree_to_change(change, by=amir, at=NOON)
    with refused("not_from_here"):
        agree_to_change(change, by=amir, at=NOON)


def test_what_was_turned_down_or_withdrawn_changes_nothing(team, rota, amir, sara):
    refuse_change(change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW), by=amir, at=NOON)
    withdraw_change(change_rota(rota, sara, amir, by=sara, at=NOON, there=TOMORROW), by=sara, at=NOON)
    assert set(RotaChange.objects.values_list("status", flat=True)) == {
        ChangeStatus.REFUSED,
        ChangeStatus.WITHDRAWN,
    }
    assert on_call(team, NOON + DAY) == sara


def test_lead_takes_a_change_back_and_what_was_stays(team, rota, lena, amir, sara):
    change = change_rota(rota, sara, amir, by=lena, at=NOON, there=TOMORROW)
    end_change(change, by=lena, at=NOON + DAY + HOUR)
    assert on_call(team, NOON + DAY) == amir
    assert on_call(team, NOON + DAY + HOUR) == sara
    assert codes(change) == ["made", "ended"]


def test_member_takes_nothing_back_once_it_holds(rota, lena, amir, sara):
    change = change_rota(rota, sara, amir, by=lena, at=NOON, there=TOMORROW)
    with pytest.raises(PermissionDenied):
        end_change(change, by=sara, at=NOON)


def test_what_is_over_is_not_taken_back(rota, lena, amir, sara):
    change = change_rota(rota, sara, amir, by=lena, at=NOON, there=TOMORROW)
    with refused("over"):
        end_change(change, by=lena, at=NOON + 2 * DAY)


def test_database_keeps_what_a_change_says(rota, lena, amir, sara):
    change_rota(rota, sara, amir, by=lena, at=NOON, there=TOMORROW)
    with pytest.raises(IntegrityError), transaction.atomic():
        RotaChange.objects.update(stand_in=lena)
    with pytest.raises(IntegrityError), transaction.atomic():
        RotaChange.objects.all().delete()


# --- gaps ---

NIGHT = Stretch(NOON + 5 * HOUR, NOON + 21 * HOUR)  # after five in the afternoon nobody is on call


@pytest.fixture
def days_only(team, amir):
    return make_rota(team, make_layer(amir, begins=540, ends=1020))


def test_lead_puts_somebody_into_a_gap_and_they_are_told(team, days_only, lena, amir, sara):
    (change,) = fill_gap(days_only, sara, by=lena, at=NOON, there=NIGHT)
    assert [on_call(team, moment) for moment in (NOON, NIGHT.start, NIGHT.end)] == [amir, sara, amir]
    assert codes(change) == ["filled"]
    assert [each.address for each in Delivery.objects.filter(kind="rota_changed")] == [sara.email]


def test_member_takes_a_gap_and_asks_nobody(team, days_only, sara):
    fill_gap(days_only, sara, by=sara, at=NOON, there=NIGHT)
    assert on_call(team, NIGHT.start) == sara


def test_member_puts_no_colleague_into_a_gap(days_only, amir, sara):
    with pytest.raises(PermissionDenied):
        fill_gap(days_only, amir, by=sara, at=NOON, there=NIGHT)


def test_who_could_not_open_a_case_fills_no_gap(days_only, lena):
    otto = make_user("Otto", roles=["moderator"])
    with refused("cannot_be_on_call"):
        fill_gap(days_only, otto, by=lena, at=NOON, there=NIGHT)
    with pytest.raises(PermissionDenied):
        fill_gap(days_only, otto, by=otto, at=NOON, there=NIGHT)


def test_where_somebody_is_on_call_there_is_nothing_to_fill(days_only, lena, sara):
    with refused("no_gap"):
        fill_gap(days_only, sara, by=lena, at=NOON, there=Stretch(NOON, NIGHT.start))
    fill_gap(days_only, sara, by=lena, at=NOON, there=NIGHT)
    with refused("no_gap"):
        fill_gap(days_only, sara, by=lena, at=NOON, there=NIGHT)


def test_of_a_gap_that_has_begun_the_rest_is_filled(team, days_only, sara):
    (change,) = fill_gap(days_only, sara, by=sara, at=NIGHT.start + HOUR, there=NIGHT)
    assert (change.from_at, change.until_at) == (NIGHT.start + HOUR, NIGHT.end)
    with refused("ends_first"):
        fill_gap(days_only, sara, by=sara, at=NIGHT.end, there=NIGHT)


def test_gap_left_by_whoever_could_not_come_is_filled_in_their_place(team, days_only, lena, amir, sara):
    amir.memberships.update(ended_at=NOON)
    there = Stretch(NOON, NIGHT.end)
    changes = fill_gap(days_only, sara, by=lena, at=NOON, there=there)
    assert [(each.out, each.from_at) for each in changes] == [(amir, NOON), (None, NIGHT.start)]
    assert [on_call(team, moment) for moment in (NOON, NIGHT.start)] == [sara, sara]
    told = Delivery.objects.filter(kind="rota_changed").values_list("address", flat=True)
    assert sorted(told) == sorted([amir.email, sara.email])


def test_lead_takes_whoever_fills_a_gap_out_again(team, days_only, lena, sara):
    (change,) = fill_gap(days_only, sara, by=sara, at=NOON, there=NIGHT)
    end_change(change, by=lena, at=NIGHT.start + HOUR)
    assert on_call(team, NIGHT.start) == sara
    assert (
        on_call(team, NIGHT.start + HOUR) == lena
    )  # the line of whom nobody is on call begins with the leads


@pytest.mark.parametrize("wrong", [{"stand_in": None}, {"status": "asked", "settled_at": None}])
def test_database_keeps_nobody_out_where_nobody_is_put_in(days_only, lena, sara, wrong):
    given = {"stand_in": sara, "status": "holds", "settled_at": NOON} | wrong
    with pytest.raises(IntegrityError, match="rota_change_fills_a_gap"), transaction.atomic():
        RotaChange.objects.create(
            rota=days_only, from_at=NIGHT.start, until_at=NIGHT.end, asked_by=lena, asked_at=NOON, **given
        )
