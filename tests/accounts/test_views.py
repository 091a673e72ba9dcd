"""The pages of people and platforms."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ApiKey, EventType, Invitation, WebhookEndpoint
from appeals import webhooks
from journal.models import Event
from tests.factories import NOON, endpoints_told, make_api_key, make_platform, make_user

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lena():
    return make_user("Lena", roles=["operator"])


@pytest.fixture
def console(lena):
    return signed_in(lena)


def test_two_operators_give_a_role_in_the_browser(console):
    olga = signed_in(make_user("Olga", roles=["operator"]))
    amir = make_user("Amir")
    console.post(f"/console/people/{amir.pk}/roles/", {"role": "moderator"})
    page = console.get(f"/console/people/{amir.pk}/").content.decode()
    assert "waits for a second operator" in page
    assert "Give this role" not in page
    assert "Give this role" in olga.get(f"/console/people/{amir.pk}/").content.decode()
    olga.post(f"/console/people/roles/{amir.roles_given.get().pk}/give/")
    amir.forget_roles()
    assert amir.has_role("moderator")


def test_refusal_is_shown_above_the_page(console, lena):
    grant = lena.roles_given.get()
    answer = console.post(f"/console/people/roles/{grant.pk}/end/", follow=True)
    assert "This is the last operator." in answer.content.decode()


def test_button_that_lacks_what_it_needs_says_so_and_does_nothing(console):
    amir = make_user("Amir")
    answer = console.post(f"/console/people/{amir.pk}/roles/", {"role": "emperor"}, follow=True)
    assert "Choose one of those that are offered." in [str(each) for each in answer.context["messages"]]
    assert not amir.roles_given.exists()


def test_button_is_pressed_and_not_followed_as_a_link(console):
    amir = make_user("Amir")
    assert console.get(f"/console/people/{amir.pk}/deactivate/").status_code == 405


def test_buttons_of_platforms_do_not_reach_a_colleagues_key(console):
    key = make_api_key(user=make_user("Otto"))
    assert console.post(f"/console/platforms/keys/{key.pk}/revoke/").status_code == 404


@pytest.mark.parametrize("name", ["people", "platforms", "settings", "intake", "bodies", "outbox"])
def test_every_link_of_an_operators_console_leads_somewhere(console, name):
    page = console.get(f"/console/{name}/").content.decode()
    for address in set(re.findall(r'href="(/(?:console|accounts)/[^"]*)"', page)) - {"/accounts/logout/"}:
        assert console.get(address, follow=True).status_code == 200, address
    assert "/console/outbox/" in page
    assert "/console/search/" not in page


def test_lead_sees_people_and_offers_no_roles():
    amir = make_user("Amir")
    page = signed_in(make_user("Olga", roles=["lead"])).get(f"/console/people/{amir.pk}/").content.decode()
    assert "Ask for it to be taken off" in page
    assert "/roles/" not in page
    assert "deactivate" not in page


def test_invitation_is_sent_once_shown_and_withdrawn(console):
    console.post(
        "/console/people/invite/", {"email": "new@staff.example", "language": "fa", "roles": ["lead"]}
    )
    invitation = Invitation.objects.get()
    assert "new@staff.example" in console.get("/console/people/").content.decode()
    console.post(f"/console/people/invitations/{invitation.pk}/withdraw/")
    assert "new@staff.example" not in console.get("/console/people/").content.decode()


def test_deactivated_person_is_out_at_once(console):
    amir = make_user("Amir", roles=["moderator"])
    theirs = signed_in(amir)
    assert theirs.get("/accounts/").status_code == 200
    console.post(f"/console/people/{amir.pk}/deactivate/")
    assert theirs.get("/accounts/").status_code == 302


def test_role_that_ends_closes_pages_at_the_next_request(console):
    olga = make_user("Olga", roles=["lead"])
    theirs = signed_in(olga)
    assert theirs.get("/console/people/").status_code == 200
    console.post(f"/console/people/roles/{olga.roles_given.get().pk}/end/")
    assert theirs.get("/console/people/").status_code == 404


def test_own_key_has_only_scopes_of_users(console, lena):
    page = console.get("/accounts/keys/").content.decode()
    assert "tickets:read" in page
    assert "statements:write" not in page
    console.post("/accounts/keys/", {"name": "Script", "scopes": ["statements:write"]})
    assert not ApiKey.objects.exists()


def test_nobody_revokes_the_key_of_somebody_else(console):
    key = make_api_key(user=make_user("Otto"))
    assert console.post(f"/accounts/keys/{key.pk}/revoke/").status_code == 404


def test_three_people_cost_what_three_hundred_do(console, django_assert_num_queries):
    console.get("/console/people/")
    with django_assert_num_queries(7) as few:
        console.get("/console/people/")
    for number in range(30):
        make_user(f"Person {number}", roles=["moderator", "lead"], joined_at=NOON)
    with django_assert_num_queries(len(few)):
        console.get("/console/people/")


def test_details_are_changed_by_oneself(console, lena):
    console.post(
        "/accounts/details/",
        {"name": "Lena L.", "language": "ru", "languages": ["fa", "ru"], "time_zone": "Asia/Tehran"},
    )
    lena.refresh_from_db()
    assert (lena.name, lena.languages, lena.time_zone) == ("Lena L.", ["fa", "ru"], "Asia/Tehran")
    assert '<html lang="ru"' in console.get("/accounts/").content.decode()


def test_history_of_roles_says_who_gave_what(console, lena):
    amir = make_user("Amir")
    console.post(f"/console/people/{amir.pk}/roles/", {"role": "moderator"})
    console.post(f"/console/people/roles/{amir.roles_given.get().pk}/end/")
    page = console.get(f"/console/people/{amir.pk}/").content.decode()
    said = [
        page.index(words) for words in ("Moderator: ended", "given, by one alone", "Moderator: asked for")
    ]
    assert said == sorted(said)
    assert page.count(f"(<bdi>{lena}</bdi>)") == 3


def test_history_of_roles_costs_the_same_however_long(console, django_assert_num_queries):
    amir = make_user("Amir")
    address = f"/console/people/{amir.pk}/"
    change = lambda: [console.post(f"{address}{what}/") for what in ("deactivate", "reactivate")]  # noqa: E731
    change()
    with CaptureQueriesContext(connection) as few:
        console.get(address)
    asked = len(few)  # now: what was captured is forgotten with the next request
    for _ in range(5):
        change()
    with django_assert_num_queries(asked):
        console.get(address)


def test_platform_is_told_of_the_events_chosen(console):
    platform = make_platform()
    place = f"/console/platforms/{platform.slug}/"
    console.post(f"{place}endpoints/", {"url": "https://p.example/hook", "event_types": ["appeal.filed"]})
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.event_types == ["appeal.filed"]
    chosen = {f"{endpoint.pk}-event_types": ["appeal.decided", "person.notify"]}
    console.post(f"/console/platforms/endpoints/{endpoint.pk}/events/", chosen)
    assert endpoints_told("appeal.filed", platform) == []
    assert endpoints_told("appeal.decided", platform) == [endpoint.pk]
    event = Event.objects.filter(subject_id=platform.pk).latest("number")
    assert (event.code, event.values["event_types"]) == ("events_chosen", ["appeal.decided", "person.notify"])
    console.post(f"/console/platforms/endpoints/{endpoint.pk}/events/")
    assert endpoints_told("link.requested", platform) == [endpoint.pk]


def test_events_that_nobody_sends_are_not_chosen(console):
    place = f"/console/platforms/{make_platform().slug}/endpoints/"
    console.post(place, {"url": "https://p.example/hook", "event_types": ["appeal.invented"]})
    assert not WebhookEndpoint.objects.exists()


def test_events_that_can_be_chosen_are_those_that_are_sent():
    assert set(EventType.values) == set(webhooks.EVENT_TYPES)


def test_policy_editor_finds_the_rules_from_their_account():
    page = signed_in(make_user("Olga", roles=["policy_editor"])).get("/accounts/").content.decode()
    assert 'href="/console/rules/"' in page.split("<main")[1]


def test_ended_invitation_leads_whoever_is_signed_in_to_their_account(client):
    ended = reverse("accounts:join", args=["nonsense"])
    way_in, way_on = f'href="{reverse("account_login")}"', f'btn-primary" href="{reverse("accounts:own")}"'
    assert way_in in client.get(ended).content.decode()
    client.force_login(make_user("Olga"))
    shown = client.get(ended).content.decode()
    assert way_on in shown
    assert way_in not in shown
