"""What is wrong with a rota is found before it happens, and told once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import User
from helpdesk.actions.rota_watch import look_over, watch
from helpdesk.actions.rotas import Stretch, change_rota
from helpdesk.models import Rota, RotaProblem, Wrong
from journal.mail import worded
from journal.models import Delivery
from tests.factories import NOON, make_layer, make_moderator, make_rota, make_team, make_user

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


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
def rota(team, amir):
    return make_rota(team, make_layer(amir))


def found():
    return [(each.what, each.from_at, each.until_at) for each in RotaProblem.objects.all()]


def kinds():
    return set(RotaProblem.objects.values_list("what", flat=True))


def mails():
    return list(Delivery.objects.filter(kind="rota_problems"))


def gap(rota, amir, lena, start, end):
    """Lena takes Amir out, and nobody is there."""
    return change_rota(rota, amir, None, by=lena, at=NOON, there=Stretch(start, end))


def test_nothing_is_wrong_with_a_rota_that_always_has_somebody(rota, lena):
    assert watch(at=NOON) == 0
    assert found() == []


def test_gap_is_found_four_weeks_ahead_with_its_edges(rota, amir, lena):
    start, end = NOON + 20 * DAY, NOON + 21 * DAY
    gap(rota, amir, lena, start, end)
    watch(at=NOON)
    assert found() == [(Wrong.GAP, start, end)]


def test_gap_is_told_to_the_leads_of_the_team_a_week_ahead_and_once(rota, amir, lena):
    make_moderator(make_team(), "Otto", role="lead")
    gap(rota, amir, lena, NOON + 8 * DAY, NOON + 9 * DAY)
    assert watch(at=NOON) == 0
    assert watch(at=NOON + DAY) == 1
    assert watch(at=NOON + 2 * DAY) == 0
    assert [each.address for each in mails()] == [lena.email]


def test_lead_reads_the_time_of_a_gap_in_their_own_words(rota, amir, lena):
    User.objects.filter(pk=lena.pk).update(language="fa", time_zone="Asia/Tehran")
    start = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    gap(rota, amir, lena, start, start + HOUR)
    watch(at=start - HOUR)
    _subject, text = worded(mails()[0])
    assert "۳ آذر ۱۴۰۵ (۲۴ نوامبر ۲۰۲۶)، ساعت ۱۸:۰۰" in text


def test_gap_that_came_up_late_is_told_at_once(rota, amir, lena):
    gap(rota, amir, lena, NOON + HOUR, NOON + 2 * HOUR)
    assert watch(at=NOON) == 1


def test_gap_that_goes_on_is_told_no_second_time(rota, amir, lena):
    gap(rota, amir, lena, NOON + HOUR, NOON + 3 * HOUR)
    watch(at=NOON)
    assert watch(at=NOON + 2 * HOUR) == 0
    assert found() == [(Wrong.GAP, NOON + 2 * HOUR, NOON + 3 * HOUR)]


def test_gap_that_was_mended_and_came_back_is_told_again(rota, amir, lena):
    User.objects.filter(pk=amir.pk).update(is_active=False)
    watch(at=NOON)
    User.objects.filter(pk=amir.pk).update(is_active=True)
    watch(at=NOON)
    assert found() == []
    User.objects.filter(pk=amir.pk).update(is_active=False)
    assert watch(at=NOON) == 1


def test_many_problems_are_one_mail_with_their_count(rota, amir, lena):
    for day in (2, 4, 6):
        gap(rota, amir, lena, NOON + day * DAY, NOON + day * DAY + HOUR)
    watch(at=NOON)
    (mail,) = mails()
    assert mail.body["count"] == 3
    subject, text = worded(mail)
    assert "3" in subject
    assert "25 November 2026, 12:00 UTC" in text
    assert "Amir" not in text


def test_two_teams_of_one_lead_are_one_mail(rota, amir, lena):
    other = make_team(lena)
    sara = make_moderator(other, "Sara")
    second = make_rota(other, make_layer(sara))
    gap(rota, amir, lena, NOON + DAY, NOON + 2 * DAY)
    change_rota(second, sara, None, by=lena, at=NOON, there=Stretch(NOON + DAY, NOON + 2 * DAY))
    assert watch(at=NOON) == 1


def test_heads_are_told_where_a_team_has_no_lead(team, amir):
    head = make_user("Olga", roles=["head"])
    make_rota(team, make_layer(amir, days=[0]))
    watch(at=NOON)
    assert {each.address for each in mails()} == {head.email}


def test_what_nobody_could_be_told_waits_for_somebody(team, amir):
    make_rota(team, make_layer(amir, days=[0]))
    assert watch(at=NOON) == 0
    make_user("Olga", roles=["head"])
    assert watch(at=NOON) == 1


def leaves_the_team(user):
    user.memberships.update(ended_at=NOON)


def is_deactivated(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def loses_the_factor(user):
    user.authenticator_set.all().delete()


def loses_the_role(user):
    user.roles_given.update(ended_at=NOON)


@pytest.mark.parametrize(
    ("leave", "what"),
    [
        (leaves_the_team, Wrong.NOT_IN_TEAM),
        (is_deactivated, Wrong.LEFT),
        (loses_the_factor, Wrong.NO_FACTOR),
        (loses_the_role, Wrong.NO_ROLE),
    ],
)
def test_somebody_who_cannot_be_on_call_is_named_and_their_turn_is_a_gap(rota, amir, lena, leave, what):
    leave(amir)
    look_over(at=NOON)
    assert kinds() == {what, Wrong.GAP}
    assert RotaProblem.objects.get(what=what).user == amir


def test_second_layer_leaves_the_name_and_no_gap(team, amir, lena):
    make_rota(team, make_layer(amir), make_layer(lena))
    loses_the_factor(amir)
    look_over(at=NOON)
    assert kinds() == {Wrong.NO_FACTOR}


def test_somebody_on_call_for_two_teams_at_once_is_a_problem_of_both(rota, amir, lena):
    other = make_team(amir)
    make_rota(other, make_layer(amir))
    look_over(at=NOON)
    assert set(RotaProblem.objects.values_list("what", "user", "rota")) == {
        (Wrong.TWICE, amir.pk, rota.pk),
        (Wrong.TWICE, amir.pk, Rota.objects.get(team=other).pk),
    }


def test_team_that_has_ended_has_no_problems(rota, team, amir):
    loses_the_factor(amir)
    look_over(at=NOON)
    team.ended_at = NOON
    team.save()
    look_over(at=NOON)
    assert found() == []


# --- the banner ---


@pytest.mark.parametrize("name", ["overview", "lead", "on_call"])
def test_lead_sees_a_gap_of_their_team_wherever_they_begin(client, rota, amir, lena, name):
    look_over_now(loses_the_factor, amir)
    client.force_login(lena)
    assert NOBODY in client.get(reverse(f"console:{name}")).content.decode()


def test_neither_members_nor_leads_of_other_teams_see_it(client, rota, amir):
    look_over_now(loses_the_factor, amir)
    others = [make_moderator(rota.team, "Sara"), make_moderator(make_team(), "Otto", role="lead")]
    for user in others:
        client.force_login(user)
        assert NOBODY not in client.get(reverse("console:on_call")).content.decode()


NOBODY = "There will be nobody on call"


def look_over_now(leave, user):
    leave(user)
    look_over(at=now())
