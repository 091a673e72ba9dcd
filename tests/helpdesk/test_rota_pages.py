"""Pages of on-call: who it is now, four weeks ahead, another version looked at first, and asking somebody."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localtime, now

from helpdesk.actions.rotas import Stretch, change_rota
from helpdesk.models import RotaChange, RotaVersion
from helpdesk.shown_rotas import turn_key
from tests.factories import make_layer, make_moderator, make_rota, make_team

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHAPE = "%Y-%m-%dT%H:%M"


@pytest.fixture
def team():
    return make_team(name="Night team")


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
    """Days of Amir and Sara in turn, for a week by now."""
    first_on = (now() - 7 * DAY).date()
    layer = make_layer(amir, sara, length=1, unit="days", first_on=first_on, hand_over_at="00:00")
    return make_rota(team, layer, at=now() - 7 * DAY)


@pytest.fixture
def lead(client, lena):
    client.force_login(lena)
    return client


@pytest.fixture
def member(client, sara):
    client.force_login(sara)
    return client


def url(name, team):
    return reverse(f"console:{name}", args=[team.pk])


def typed(*layers, **more):
    """What a form of these layers sends: each a dict, and `order` its people."""
    sent = {"total": len(layers), "after": 0, "from_at": "", **more}
    usual = {
        "name": "First",
        "time_zone": "Europe/Berlin",
        "length": "1",
        "unit": "days",
        "first_on": now().date().isoformat(),
        "hand_over_at": "09:00",
    }
    for number, layer in enumerate(layers):
        order = layer.pop("order", [])
        people = {f"turn-{user.pk}": place for place, user in enumerate(order, 1)}
        sent |= {f"{number}-{name}": value for name, value in {**usual, **layer, **people}.items()}
    return sent


def publish(client, team, sent):
    seal = client.post(url("edit_rota", team), sent).context["seal"]
    return client.post(url("edit_rota", team), sent | {"publish": "1", "seal": seal})


# --- who it is now ---


def test_page_names_who_is_on_call_until_when_and_who_is_next(member, rota):
    page = member.get(reverse("console:on_call")).content.decode()
    assert "Amir" in page
    assert "Sara" in page
    assert "Night team" in page


def test_team_without_a_rota_says_who_is_called(lead):
    assert "its leads and the heads are called" in lead.get(reverse("console:on_call")).content.decode()


def test_layer_without_anybody_fit_says_nobody(member, rota, amir, sara):
    amir.authenticator_set.all().delete()
    make_rota(rota.team, make_layer(amir), at=now())
    assert "nobody" in member.get(reverse("console:on_call")).content.decode()


def test_more_teams_and_people_cost_no_more_queries(lead, rota):
    few = _queries(lead, reverse("console:on_call"))
    for number in range(4):
        team = make_team(name=f"Team {number}")
        people = [make_moderator(team, f"Number {each}") for each in range(3)]
        make_rota(team, make_layer(*people), make_layer(*people[:1]), at=now() - DAY)
    assert _queries(lead, reverse("console:on_call")) == few


def test_more_layers_and_changes_cost_the_page_of_a_team_no_more_queries(lead, rota, lena, amir, sara):
    few = _queries(lead, url("rota", rota.team))
    at = now()
    make_rota(rota.team, make_layer(amir), make_layer(sara), at=at)
    for day in range(1, 6):
        there = Stretch(at + day * DAY, at + day * DAY + HOUR)
        change_rota(rota, amir, sara, by=lena, at=at, there=there)
    assert _queries(lead, url("rota", rota.team)) <= few + 1  # who they are, once there are changes


def _queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


# --- a team's four weeks ---


def test_four_weeks_stand_in_a_table_with_a_row_a_day(lead, rota):
    days = lead.get(url("rota", rota.team)).context["days"]
    assert 28 <= len(days) <= 29
    assert {piece.name for day in days for piece in day.layers[0]} == {"Amir", "Sara"}


def test_what_is_wrong_is_shown_before_it_happens(lead, rota, sara):
    sara.memberships.update(ended_at=now())
    page = lead.get(url("rota", rota.team))
    assert "Nobody is on call" in page.content.decode()
    assert "Is not in the team" in page.content.decode()


def test_good_rota_says_that_nothing_is_wrong(lead, rota):
    assert "Somebody is on call at every moment" in lead.get(url("rota", rota.team)).content.decode()


def test_member_finds_their_turns_and_a_way_to_give_one_away(member, rota, sara):
    page = member.get(url("rota", rota.team))
    assert {duty.person for duty, _key in page.context["turns"]} == {sara.pk}
    assert "Find somebody instead" in page.content.decode()


def test_member_of_another_team_is_offered_nothing_to_change(client, rota):
    client.force_login(make_moderator(make_team(), "Otto"))
    page = client.get(url("rota", rota.team))
    assert page.status_code == 200
    assert url("change_rota", rota.team) not in page.content.decode()
    assert client.get(url("change_rota", rota.team)).status_code == 404


# --- another version ---


def test_lead_looks_at_a_first_rota_and_publishes_it(lead, team, amir, sara):
    sent = typed({"order": [amir, sara]})
    seen = lead.post(url("edit_rota", team), sent)
    assert "Four weeks, as they would be" in seen.content.decode()
    assert RotaVersion.objects.count() == 0
    assert publish(lead, team, sent).status_code == 302
    assert RotaVersion.objects.get().layers.get().members == [amir.pk, sara.pk]


def test_nothing_is_published_that_was_not_looked_at(lead, team, amir, sara):
    seal = lead.post(url("edit_rota", team), typed({"order": [amir]})).context["seal"]
    other = typed({"order": [sara]}, seal=seal, publish="1")
    assert lead.post(url("edit_rota", team), other).status_code == 200
    assert RotaVersion.objects.count() == 0


def test_preview_shows_which_days_change_and_which_gaps_come(lead, rota, amir):
    sent = typed({"order": [amir], "begins": "09:00", "ends": "17:00"}, after=1)
    seen = lead.post(url("edit_rota", rota.team), sent)
    assert seen.context["changed"] >= 28
    assert seen.context["known"] == 0
    assert {each["what"] for each in seen.context["problems"]} == {"Nobody is on call"}


def test_preview_of_the_same_rota_changes_no_day(lead, rota, amir, sara):
    first_on = (now() - 7 * DAY).date().isoformat()
    same = {"time_zone": "UTC", "first_on": first_on, "hand_over_at": "00:00", "order": [amir, sara]}
    assert lead.post(url("edit_rota", rota.team), typed(same, after=1)).context["changed"] == 0


def test_editor_begins_with_what_holds(lead, rota, amir, sara):
    form = lead.get(url("edit_rota", rota.team)).context["forms"][0]
    assert (form["name"].value(), form["unit"].value()) == ("First", "days")
    assert [form[f"turn-{user.pk}"].value() for user in (amir, sara)] == [1, 2]


def test_second_of_two_editors_is_refused_and_keeps_what_was_typed(lead, rota, amir):
    sent = typed({"order": [amir], "name": "Mine"}, after=1)
    seal = lead.post(url("edit_rota", rota.team), sent).context["seal"]
    make_rota(rota.team, make_layer(amir), at=now())
    answer = lead.post(url("edit_rota", rota.team), sent | {"publish": "1", "seal": seal})
    assert answer.status_code == 409
    assert "Somebody has published another version since" in answer.content.decode()
    assert answer.context["forms"][0]["name"].value() == "Mine"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"time_zone": "Mars/Olympus"},
        {"length": "0"},
        {"length": "9", "unit": "weeks"},
        {"first_on": "2026-02-31"},
        {"hand_over_at": "25:00"},
        {"begins": "09:00"},
        {"days": "9"},
        {"order": []},
    ],
)
def test_layer_that_is_not_right_is_refused_and_kept(lead, team, amir, wrong):
    answer = lead.post(url("edit_rota", team), typed({"order": [amir], "hand_over_at": "08:15"} | wrong))
    assert answer.status_code == 409
    kept = {name: answer.context["forms"][0][name].value() for name in wrong if name not in ("order", "days")}
    assert kept == {name: value for name, value in wrong.items() if name in kept}
    assert RotaVersion.objects.count() == 0


def test_past_is_refused_and_kept(lead, team, amir):
    sent = typed({"order": [amir]}, from_at="2020-01-01T00:00")
    answer = publish(lead, team, sent)
    assert answer.status_code == 409
    assert answer.context["when"]["from_at"].value() == "2020-01-01T00:00"


def test_layers_are_added_moved_and_removed_without_a_script(lead, team, amir, sara):
    two = typed({"order": [amir], "name": "A"}, {"order": [sara], "name": "B"})
    for button, names in (("down-0", ["B", "A"]), ("remove-0", ["B"]), ("add", ["A", "B", ""])):
        forms = lead.post(url("edit_rota", team), two | {"edit": button}).context["forms"]
        assert [form["name"].value() for form in forms] == names


def test_member_edits_no_rota(member, rota):
    assert member.get(url("edit_rota", rota.team)).status_code == 404


def test_bytes_that_no_database_takes_are_not_an_error(lead, team, amir):
    sent = typed({"order": [amir], "name": "a\0b", "first_on": "\0", "days": "\0"}, after="x" * 50)
    assert lead.post(url("edit_rota", team), sent).status_code == 409
    assert lead.post(url("edit_rota", team), sent | {"edit": "up-99999999999"}).status_code == 200


# --- somebody instead of somebody else ---


def asked(out, stand_in, duty, **more):
    shown = {"from_at": duty.start, "until_at": duty.end}
    times = {name: localtime(moment).strftime(SHAPE) for name, moment in shown.items()}
    return {"out": out.pk, "stand_in": stand_in.pk if stand_in else "", **times, **more}


def turns_of(client, team):
    return [duty for duty, _key in client.get(url("rota", team)).context["turns"] if duty.start > now()]


def test_member_asks_a_colleague_who_agrees_in_one_click(member, client, rota, amir, sara):
    duty = turns_of(member, rota.team)[0]
    assert member.post(url("change_rota", rota.team), asked(sara, amir, duty)).status_code == 302
    change = RotaChange.objects.get()
    assert change.status == "asked"
    client.force_login(amir)
    assert "Agree" in client.get(url("rota", rota.team)).content.decode()
    client.post(reverse("console:rota_act", args=[change.pk, "agree"]))
    change.refresh_from_db()
    assert change.status == "holds"


def test_lead_puts_somebody_in_and_takes_it_back(lead, member, rota, lena, amir, sara):
    duty = turns_of(member, rota.team)[0]
    lead.force_login(lena)
    lead.post(url("change_rota", rota.team), asked(sara, amir, duty))
    change = RotaChange.objects.get()
    assert change.status == "holds"
    lead.post(reverse("console:rota_act", args=[change.pk, "end"]))
    change.refresh_from_db()
    assert change.status == "ended"


def test_refused_change_keeps_what_was_typed(member, rota, amir, sara):
    duty = turns_of(member, rota.team)[0]
    answer = member.post(url("change_rota", rota.team), asked(amir, sara, duty))
    assert answer.status_code == 409
    assert "is not on call then" in answer.content.decode()
    assert answer.context["form"]["out"].value() == str(amir.pk)


def test_member_cannot_choose_nobody(member, rota, sara):
    duty = turns_of(member, rota.team)[0]
    assert member.post(url("change_rota", rota.team), asked(sara, None, duty)).status_code == 409


def test_half_a_swap_is_refused(member, rota, amir, sara):
    duty = turns_of(member, rota.team)[0]
    half = asked(sara, amir, duty, back_from_at="2030-01-01T00:00")
    assert member.post(url("change_rota", rota.team), half).status_code == 409


def test_stranger_presses_no_button_of_a_change(member, client, rota, amir, sara):
    duty = turns_of(member, rota.team)[0]
    member.post(url("change_rota", rota.team), asked(sara, amir, duty))
    client.force_login(make_moderator(rota.team, "Otto"))
    for name in ("agree", "refuse", "withdraw", "end"):
        address = reverse("console:rota_act", args=[RotaChange.objects.get().pk, name])
        assert client.post(address).status_code == 403
    assert RotaChange.objects.get().status == "asked"


def test_act_that_there_is_not_is_not_found(member, rota, amir, sara):
    member.post(url("change_rota", rota.team), asked(sara, amir, turns_of(member, rota.team)[0]))
    address = reverse("console:rota_act", args=[RotaChange.objects.get().pk, "burn"])
    assert member.post(address).status_code == 404


def test_link_chooses_the_turn_also_the_one_that_goes_on_now(member, rota, sara):
    own = member.get(url("rota", rota.team)).context["turns"]
    page = member.get(url("rota", rota.team)).content.decode()
    for _duty, key in own[:3]:
        assert f"?turn={key}" in page
        form = member.get(url("change_rota", rota.team), {"turn": key}).context["form"]
        assert str(form["turn"]).count(" selected") == 1


# --- turns that are chosen ---


def chosen(client, team, whose, number=-1):
    """The name of a coming turn of somebody in the form; the last one, where nothing else is said."""
    form = client.get(url("change_rota", team)).context["form"]
    groups = dict(form.fields["turn"].choices[1:])
    return groups[whose.name][number][0]


def test_turns_are_offered_under_whose_they_are_and_ones_own_come_first(member, rota):
    form = member.get(url("change_rota", rota.team)).context["form"]
    assert [whose for whose, _turns in form.fields["turn"].choices[1:]] == ["Sara", "Amir"]
    assert "<optgroup" in str(form["back_turn"])


def test_two_turns_that_are_chosen_make_a_swap(member, rota, amir, sara):
    mine, theirs = chosen(member, rota.team, sara), chosen(member, rota.team, amir)
    sent = {"turn": mine, "back_turn": theirs}
    assert member.post(url("change_rota", rota.team), sent).status_code == 302
    change = RotaChange.objects.get()
    assert (change.out, change.stand_in, change.status) == (sara, amir, "asked")
    assert (change.until_at - change.from_at, change.back_until_at - change.back_from_at) == (DAY, DAY)


def test_turn_of_a_colleague_is_taken(member, rota, amir, sara):
    sent = {"turn": chosen(member, rota.team, amir), "stand_in": sara.pk}
    assert member.post(url("change_rota", rota.team), sent).status_code == 302
    assert (RotaChange.objects.get().out, RotaChange.objects.get().stand_in) == (amir, sara)


def test_typed_time_cuts_a_part_out_of_the_turn(member, rota, amir, sara):
    key = chosen(member, rota.team, sara)
    sent = {"turn": key, "stand_in": amir.pk}
    (end,) = [duty.end for duty in turns_ahead(member, rota.team) if turn_key(duty) == key]
    sent["from_at"] = localtime(end - HOUR).strftime(SHAPE)
    assert member.post(url("change_rota", rota.team), sent).status_code == 302
    change = RotaChange.objects.get()
    assert (change.from_at, change.until_at) == (end - HOUR, end)


def turns_ahead(client, team):
    return client.get(url("change_rota", team)).context["form"].fields["turn"].turns.values()


def test_typed_time_outside_of_the_turn_is_refused(member, rota, amir, sara):
    sent = {"turn": chosen(member, rota.team, sara), "stand_in": amir.pk, "from_at": "2050-01-01T00:00"}
    answer = member.post(url("change_rota", rota.team), sent)
    assert answer.status_code == 409
    assert "from_at" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (lambda mine, theirs: {}, "turn"),
        (lambda mine, theirs: {"turn": "0.gone.1", "stand_in": "amir"}, "turn"),
        (lambda mine, theirs: {"turn": mine}, "stand_in"),
        (lambda mine, theirs: {"turn": mine, "stand_in": "amir", "out": "amir"}, "out"),
        (lambda mine, theirs: {"turn": mine, "stand_in": "otto", "back_turn": theirs}, "back_turn"),
        (lambda mine, theirs: {"turn": theirs, "stand_in": "otto"}, "__all__"),
    ],
)
def test_choice_that_is_none_is_refused_on_its_field(member, rota, amir, sara, sent, field):
    people = {"amir": amir.pk, "otto": make_moderator(rota.team, "Otto").pk}
    given = sent(chosen(member, rota.team, sara), chosen(member, rota.team, amir))
    answer = member.post(
        url("change_rota", rota.team), {key: people.get(each, each) for key, each in given.items()}
    )
    assert answer.status_code == 409
    assert list(answer.context["form"].errors) == [field]


# --- gaps ---


@pytest.fixture
def days_only(team, amir):
    first_on = (now() - 7 * DAY).date()
    return make_rota(team, make_layer(amir, first_on=first_on, begins=540, ends=1020), at=now() - 7 * DAY)


def first_gap(client, team):
    gap = client.get(url("rota", team)).context["problems"][1]  # the first may be over before it is sent
    return {"from_at": gap["start"].isoformat(), "until_at": gap["end"].isoformat()}


def test_lead_fills_a_gap_in_one_click_from_its_error(lead, team, days_only, sara):
    page = lead.get(url("rota", team)).content.decode()
    assert url("fill_gap", team) in page
    gap = first_gap(lead, team)
    assert lead.post(url("fill_gap", team), gap | {"stand_in": sara.pk}).status_code == 302
    after = lead.get(url("rota", team))
    assert gap["from_at"] not in {each["start"].isoformat() for each in after.context["problems"]}
    assert "(fills a gap)" in after.content.decode()


def test_member_takes_a_gap_in_one_click(member, team, days_only, sara):
    assert "I take it" in member.get(url("rota", team)).content.decode()
    member.post(url("fill_gap", team), first_gap(member, team))
    assert RotaChange.objects.get().stand_in == sara


def test_member_puts_no_colleague_into_a_gap(member, team, days_only, amir):
    gap = first_gap(member, team) | {"stand_in": amir.pk}
    assert member.post(url("fill_gap", team), gap).status_code == 403
    assert not RotaChange.objects.exists()


def test_colleague_of_another_team_is_offered_no_gap(client, team, days_only):
    client.force_login(make_moderator(make_team(), "Otto"))
    page = client.get(url("rota", team))
    assert url("fill_gap", team) not in page.content.decode()
    assert client.post(url("fill_gap", team), first_gap(client, team)).status_code == 404


def test_gap_that_somebody_filled_first_is_said_to_be(member, lead, lena, team, days_only, sara):
    gap = first_gap(lead, team)
    for _each in range(2):
        answer = lead.post(url("fill_gap", team), gap, follow=True)
    assert "Somebody is on call then already" in answer.content.decode()
    assert RotaChange.objects.count() == 1


def test_gap_without_its_times_is_not_an_error_of_ours(member, team, days_only):
    answer = member.post(url("fill_gap", team), {"from_at": "\0", "until_at": "soon"}, follow=True)
    assert "Choose who is on call there" in answer.content.decode()


def test_part_of_a_gap_is_typed(lead, team, days_only, sara):
    gap = lead.get(url("rota", team)).context["problems"][1]
    part = {"from_at": gap["start"], "until_at": gap["start"] + HOUR}
    sent = {name: localtime(moment).strftime(SHAPE) for name, moment in part.items()}
    assert lead.post(url("change_rota", team), sent | {"stand_in": sara.pk}).status_code == 302
    change = RotaChange.objects.get()
    assert (change.out, change.stand_in, change.until_at) == (None, sara, part["until_at"])


def test_preview_of_a_version_fills_no_gap(lead, team, days_only, amir):
    sent = typed({"order": [amir], "begins": "09:00", "ends": "17:00"}, after=1)
    assert url("fill_gap", team) not in lead.post(url("edit_rota", team), sent).content.decode()
