"""Platforms, keys, and where platforms are told."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts import actions
from accounts.models import ApiKey, Platform
from journal.errors import Refused
from journal.models import Event
from tests.factories import NOON, endpoints_told, make_platform, make_user

pytestmark = pytest.mark.django_db
URL = "https://platform.example/hook"


@pytest.fixture
def lena():
    return make_user("Lena", roles=["operator"])


def test_key_is_stored_as_a_hash_alone(lena):
    platform = make_platform()
    key, shown = actions.make_key(platform, name="Feed", scopes=["statements:write"], by=lena, at=NOON)
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert shown.startswith(row["prefix"])
    assert shown not in str(row)
    assert ApiKey.objects.of_secret(shown).get() == key
    assert Event.objects.get(subject_id=platform.pk, code="key_made").values["key"] == str(key.pk)


def test_platforms_and_users_have_scopes_of_their_own(lena):
    with pytest.raises(Refused):
        actions.make_key(make_platform(), name="x", scopes=["tickets:read"], by=lena, at=NOON)
    with pytest.raises(Refused):
        actions.make_key(lena, name="x", scopes=["statements:write"], by=lena, at=NOON)


def test_revoked_key_is_found_no_more(lena):
    key, shown = actions.make_key(make_platform(), name="x", scopes=["notices:write"], by=lena, at=NOON)
    actions.revoke_key(key, by=lena, at=NOON)
    assert not ApiKey.objects.of_secret(shown).exists()


def test_closed_platform_is_let_in_again_when_reopened(lena):
    platform = make_platform()
    __, shown = actions.make_key(platform, name="x", scopes=["notices:write"], by=lena, at=NOON)
    actions.close_platform(platform, by=lena, at=NOON)
    assert not ApiKey.objects.of_secret(shown).exists()
    actions.reopen_platform(platform, by=lena, at=NOON)
    assert ApiKey.objects.of_secret(shown).exists()


def test_only_operators_keep_platforms():
    otto = make_user("Otto", roles=["head"])
    with pytest.raises(PermissionDenied):
        actions.open_platform("Otto's", slug="otto", by=otto, at=NOON)
    with pytest.raises(PermissionDenied):
        actions.make_key(make_platform(), name="x", scopes=["notices:write"], by=otto, at=NOON)


def test_two_secrets_sign_for_a_day_after_a_rotation(lena):
    endpoint, first = actions.add_endpoint(make_platform(), url=URL, by=lena, at=NOON)
    second = actions.rotate_secret(endpoint, by=lena, at=NOON)
    endpoint.refresh_from_db()
    assert endpoint.secrets(NOON + timedelta(hours=23)) == [second, first]
    assert endpoint.secrets(NOON + timedelta(hours=24)) == [second]
    assert first not in endpoint.sealed_previous_secret


def test_rotating_twice_at_once_keeps_the_secret_that_is_in_use(lena):
    endpoint, in_use = actions.add_endpoint(make_platform(), url=URL, by=lena, at=NOON)
    actions.rotate_secret(endpoint, by=lena, at=NOON)
    shown = actions.rotate_secret(endpoint, by=lena, at=NOON + timedelta(seconds=1))
    endpoint.refresh_from_db()
    assert endpoint.secrets(NOON + timedelta(hours=23)) == [shown, in_use]


def test_rotating_again_later_ends_the_oldest_secret(lena):
    endpoint, __ = actions.add_endpoint(make_platform(), url=URL, by=lena, at=NOON)
    second = actions.rotate_secret(endpoint, by=lena, at=NOON)
    third = actions.rotate_secret(endpoint, by=lena, at=NOON + timedelta(hours=1))
    endpoint.refresh_from_db()
    assert endpoint.secrets(NOON + timedelta(hours=2)) == [third, second]


def test_disabled_endpoint_wants_nothing_and_may_be_added_again(lena):
    platform = make_platform()
    endpoint, __ = actions.add_endpoint(platform, url=URL, event_types=["appeal.filed"], by=lena, at=NOON)
    assert endpoints_told("appeal.filed", platform) == [endpoint.pk]
    assert endpoints_told("appeal.decided", platform) == []
    with pytest.raises(Refused):
        actions.add_endpoint(platform, url=URL, by=lena, at=NOON)
    actions.disable_endpoint(endpoint, by=lena, at=NOON)
    assert endpoints_told("appeal.filed", platform) == []
    actions.add_endpoint(platform, url=URL, by=lena, at=NOON)


def test_endpoint_that_names_no_event_wants_all_but_of_its_own_platform(lena):
    platform, other = make_platform(), make_platform()
    endpoint, __ = actions.add_endpoint(platform, url=URL, by=lena, at=NOON)
    assert endpoints_told("appeal.filed", platform) == [endpoint.pk]
    assert endpoints_told("appeal.filed", other) == []


def test_platform_that_has_ended_wants_nothing(lena):
    platform = make_platform()
    actions.add_endpoint(platform, url=URL, by=lena, at=NOON)
    Platform.objects.update(is_active=False)
    assert endpoints_told("appeal.filed", platform) == []


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "https://user:word@a.example/", "https://a.example/#part", "http://a.example/"],
)
def test_production_tells_only_plain_https_addresses(lena, settings, url):
    settings.PRODUCTION = True
    with pytest.raises(Refused) as refusal:
        actions.add_endpoint(make_platform(), url=url, by=lena, at=NOON)
    assert refusal.value.code == "address_not_usable"


def test_command_prints_a_name_and_a_key_for_each_platform():
    out = StringIO()
    call_command("create_platform", "Alpha", "Бета", stdout=out)
    lines = dict(line.split() for line in out.getvalue().splitlines())
    assert set(lines) == {"Alpha", "Бета"}
    assert ApiKey.objects.of_secret(lines["Бета"]).get().platform.name == "Бета"


def test_command_that_fails_for_one_name_prints_no_key_and_adds_none():
    make_platform("Alpha")
    for names, why in (
        (["Gamma", "Alpha"], "Alpha: There is"),
        (["Gamma", "x" * 101], "1 to 100"),
        (["  "], "1 to"),
    ):
        out = StringIO()
        with pytest.raises(CommandError, match=why):
            call_command("create_platform", *names, stdout=out)
        assert (out.getvalue(), Platform.objects.count()) == ("", 1)


def test_longest_name_of_a_platform_has_a_short_name_that_fits():
    call_command("create_platform", "x" * 100, stdout=StringIO())
    assert Platform.objects.get().slug == "x" * 50


def test_only_operators_choose_events(lena):
    endpoint, __ = actions.add_endpoint(make_platform(), url=URL, by=lena, at=NOON)
    with pytest.raises(PermissionDenied):
        actions.choose_events(endpoint, event_types=[], by=make_user("Otto", roles=["head"]), at=NOON)


def test_address_that_is_told_nothing_more_chooses_no_events(lena):
    endpoint, __ = actions.add_endpoint(make_platform(), url=URL, by=lena, at=NOON)
    actions.disable_endpoint(endpoint, by=lena, at=NOON)
    with pytest.raises(Refused):
        actions.choose_events(endpoint, event_types=["appeal.filed"], by=lena, at=NOON)


class TestTwoPagesOfOneAddress:
    """Lena has the page of a platform open, and so has a colleague."""

    @pytest.fixture
    def endpoint(self, lena):
        endpoint, __ = actions.add_endpoint(make_platform(), url=URL, by=lena, at=NOON)
        return endpoint

    @pytest.fixture
    def refusal(self, client, lena, endpoint):
        client.force_login(lena)
        seen = self.shown(client.get(f"/console/platforms/{endpoint.platform.slug}/"))["seen"]
        self.send(client, endpoint, seen, "appeal.filed")
        return self.send(client, endpoint, seen, "appeal.decided", "measure.required")

    def shown(self, page):
        return page.context["endpoints"][0]

    def send(self, client, endpoint, seen, *events):
        address = reverse("accounts:choose_events", args=[endpoint.pk])
        return client.post(address, {f"{endpoint.pk}-event_types": events, "seen": seen})

    def test_the_second_choice_puts_back_nothing_unseen(self, endpoint, refusal):
        endpoint.refresh_from_db()
        assert (refusal.status_code, endpoint.event_types) == (409, ["appeal.filed"])

    def test_the_refusal_says_what_is_chosen_now_and_keeps_the_ticks(self, refusal):
        form = self.shown(refusal)["form"]
        assert form.errors["event_types"] == ["Saved now: Somebody appealed"]
        assert form["event_types"].value() == ["appeal.decided", "measure.required"]
        assert "Somebody has changed this" in refusal.content.decode()

    def test_sent_again_with_that_in_sight_it_holds(self, client, endpoint, refusal):
        self.send(client, endpoint, self.shown(refusal)["seen"], "appeal.decided")
        endpoint.refresh_from_db()
        assert endpoint.event_types == ["appeal.decided"]
