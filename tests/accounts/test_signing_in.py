"""Coming in: password, second factor, devices; slowed, never locked out; nobody learns who has an account."""

import re
from datetime import timedelta
from time import monotonic
from typing import ClassVar

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from accounts.actions import invite
from accounts.devices import browser_and_system
from accounts.forms import RESET_TAKES
from accounts.invitations import join_path
from accounts.models import User, UserSession
from accounts.sealing import unseal
from accounts.visitors import visitor
from accounts.waits import wait_after
from journal.actors import SYSTEM
from journal.mail import worded
from journal.models import Delivery, Event
from tests.factories import PASSWORD, TOTP_SECRET, make_user

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    cache.clear()


@pytest.fixture
def amir():
    return make_user("Amir", roles=["moderator"])


def code_of(secret=TOTP_SECRET):
    """The code of a phone whose clock is as fast as may be: the one that stays good longest."""
    *_, latest = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, latest))


def browser(**headers):
    return Client(headers={"User-Agent": FIREFOX} | headers)


def give_password(client, email, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def sign_in(client, user):
    give_password(client, user.email)
    return client.post(reverse("mfa_authenticate"), {"code": code_of()})


def is_in(client):
    return client.get("/accounts/").status_code == 200


def test_password_alone_lets_nobody_in(amir):
    client = browser()
    assert give_password(client, amir.email).url == reverse("mfa_authenticate")
    assert not is_in(client)


def test_password_and_code_let_in_and_staff_go_to_the_console(amir):
    client = browser()
    assert sign_in(client, amir).url == "/console/"
    assert is_in(client)


def test_operator_goes_to_the_people_and_others_to_their_account():
    assert sign_in(browser(), make_user("Lena", roles=["operator"])).url == "/console/people/"
    assert sign_in(browser(), make_user("Otto")).url == "/accounts/"


@pytest.mark.parametrize("digits", ["۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"])
def test_code_is_read_in_any_digits(amir, digits):
    client = browser()
    give_password(client, amir.email)
    client.post(
        reverse("mfa_authenticate"), {"code": code_of().translate(str.maketrans("0123456789", digits))}
    )
    assert is_in(client)


def test_wrong_code_does_not(amir):
    client = browser()
    give_password(client, amir.email)
    answer = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert answer.status_code == 200
    assert not is_in(client)


def test_address_is_known_in_any_case(amir):
    assert give_password(browser(), amir.email.upper()).status_code == 302


def test_staff_without_a_factor_see_only_its_set_up():
    lena = make_user("Lena", roles=["operator"], factor=False)
    client = browser()
    give_password(client, lena.email)
    for path in ["/accounts/", "/accounts/sessions/", "/console/people/", "/nowhere/"]:
        assert client.get(path).url == reverse("mfa_index"), path


def test_setting_an_app_up_opens_the_rest_and_gives_recovery_codes():
    lena = make_user("Lena", roles=["operator"], factor=False)
    client = browser()
    give_password(client, lena.email)
    client.post(client.get(reverse("mfa_activate_totp")).url, {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert client.get(reverse("accounts:app_picture"))["Content-Type"] == "image/svg+xml"
    secret = re.search(r'id="authenticator_secret">(\w+)<', page)[1]
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    assert '<li><bdi class="mono"' in client.get(answer.url).content.decode()
    assert client.get("/console/people/").status_code == 200
    assert Delivery.objects.filter(kind="totp_activated", address=lena.email).exists()
    assert Event.objects.filter(subject_id=lena.pk, code="factor_added").exists()


def test_secret_of_a_factor_is_stored_sealed(amir):
    stored = amir.authenticator_set.get(type="totp").data["secret"]
    assert stored != TOTP_SECRET
    assert unseal(stored) == TOTP_SECRET


def test_last_factor_stays(amir):
    client = browser()
    sign_in(client, amir)
    client.post(reverse("mfa_deactivate_totp"))
    assert amir.authenticator_set.filter(type="totp").exists()


# Nobody learns who has an account


def test_unknown_address_and_wrong_password_are_answered_alike(amir):
    known = give_password(browser(), amir.email, "wrong").content.decode()
    unknown = give_password(browser(), "rita@example.org", "wrong").content.decode()
    assert re.findall("<li>(.*?)</li>", known) == re.findall("<li>(.*?)</li>", unknown)


WRONG = {LOGIN: lambda email: {"login": email, "password": "wrong"}}
ASKED = {"/accounts/password/reset/": lambda email: {"email": email}}


def work_of(path, data):
    """What a request asks of the database, without values and names of savepoints."""
    with CaptureQueriesContext(connection) as asked:
        browser().post(path, data)
    return [" ".join(each["sql"].split()[:3]) for each in asked]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("path", "typed"), [*WRONG.items(), *ASKED.items()])
def test_as_much_is_done_for_an_unknown_address_as_for_a_known_one(amir, path, typed):
    gone = make_user("Olga", is_active=False)
    known = work_of(path, typed(amir.email))
    assert len(known) > 0
    for email in (amir.email, gone.email, "rita@example.org"):
        other = work_of(path, typed(email))
        assert [each.replace("ROLLBACK", "COMMIT") for each in other] == known, email


class CountedHasher(MD5PasswordHasher):
    algorithm = "counted"
    hashed: ClassVar[list[str]] = []

    def encode(self, password, salt):
        self.hashed.append(password)
        return super().encode(password, salt)


def test_one_password_is_hashed_whether_or_not_there_is_an_account(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    for email in (make_user("Amir").email, "rita@example.org"):
        CountedHasher.hashed.clear()
        give_password(browser(), email, "wrong")
        assert CountedHasher.hashed == ["wrong"]


def test_forgotten_password_is_answered_alike_and_mailed_to_the_known_alone(amir):
    client = browser()
    known = client.post("/accounts/password/reset/", {"email": amir.email})
    unknown = client.post("/accounts/password/reset/", {"email": "rita@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert Delivery.objects.get().address == amir.email


@pytest.mark.parametrize("is_known", [True, False])
def test_asking_for_a_link_takes_as_long_for_anybody(amir, is_known):
    began = monotonic()
    browser().post("/accounts/password/reset/", {"email": amir.email if is_known else "rita@example.org"})
    assert monotonic() - began >= RESET_TAKES


def test_strangers_who_ask_for_a_link_neither_fill_a_mailbox_nor_keep_its_owner_out(amir):
    for _ in range(5):
        answer = browser().post("/accounts/password/reset/", {"email": amir.email})
    assert answer.status_code == 302
    assert Delivery.objects.filter(kind="password_reset_link").count() == 1


def link_in_the_mail():
    _subject, text = worded(Delivery.objects.get(kind="password_reset_link"))
    return re.search(r"https?://[^/]+(/accounts/\S+)", text)[1]


def test_link_to_a_new_password_never_stands_in_the_outbox(amir):
    browser().post("/accounts/password/reset/", {"email": amir.email})
    assert Delivery.objects.get(kind="password_reset_link").body == {}
    assert "/accounts/password/reset/key/" in link_in_the_mail()


def test_link_to_a_new_password_serves_once(amir):
    browser().post("/accounts/password/reset/", {"email": amir.email})
    link, new = link_in_the_mail(), "another long and quiet word"
    client = browser()
    client.post(client.get(link).url, {"password1": new, "password2": new})
    answer = browser().get(link, follow=True)
    assert 'name="password1"' not in answer.content.decode()


def test_link_in_the_mail_sets_a_password_and_the_factor_stays(amir):
    client = browser()
    client.post("/accounts/password/reset/", {"email": amir.email})
    form = client.get(link_in_the_mail()).url
    new = "another long and quiet word"
    client.post(form, {"password1": new, "password2": new})
    assert give_password(client, amir.email, new).url == reverse("mfa_authenticate")


def test_nobody_signs_up():
    assert Client().get("/accounts/signup/").status_code == 404


# Slowed, not locked


def test_the_wait_grows_and_ends_at_five_minutes():
    assert [wait_after(failures) for failures in (1, 2, 3, 4, 5, 20)] == [0, 0, 2, 4, 8, 300]


def guess(client, email, times=5, **extra):
    for _ in range(times):
        answer = give_password(client, email, "wrong", **extra)
    return answer


def test_guessing_waits_even_with_the_right_password(amir):
    client = browser()
    guess(client, amir.email)
    assert "Please wait" in give_password(client, amir.email).content.decode()
    with time_machine.travel(now() + timedelta(minutes=6)):
        assert give_password(client, amir.email).status_code == 302


def test_guessing_from_elsewhere_does_not_slow_the_owner(amir):
    guess(browser(), amir.email, REMOTE_ADDR="203.0.113.7")
    assert give_password(browser(), amir.email, REMOTE_ADDR="198.51.100.9").status_code == 302


def test_guessing_behind_the_same_address_does_not_slow_a_known_device(amir):
    mine = browser()
    sign_in(mine, amir)
    mine.post("/accounts/logout/")
    guess(browser(), amir.email)
    assert give_password(mine, amir.email).status_code == 302


def test_wrong_codes_elsewhere_do_not_slow_a_known_device(amir):
    mine, thief = browser(), browser()
    sign_in(mine, amir)
    mine.post("/accounts/logout/")
    give_password(thief, amir.email)
    for _ in range(5):
        answer = thief.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Please wait" in answer.content.decode()
    with time_machine.travel(now() + timedelta(seconds=61)):
        assert sign_in(mine, amir).url == "/console/"


def test_no_address_of_a_visitor_is_stored(amir):
    sign_in_from = {"REMOTE_ADDR": "203.0.113.7"}
    client = browser()
    guess(client, "rita@example.org", **sign_in_from)
    client.post("/accounts/password/reset/", {"email": amir.email}, **sign_in_from)
    keys = [key.decode() for key in cache._cache.get_client(None).keys("*")]
    assert keys
    assert not [key for key in keys if "203.0.113" in key or "rita" in key]
    assert "203.0.113" not in str(list(Delivery.objects.values()))


def test_proxies_are_believed_only_where_there_are_some(rf, settings):
    one = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.7"})
    two = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "2.2.2.2, 203.0.113.8"})
    assert visitor(one) == visitor(two)
    settings.TRUSTED_PROXIES = 1
    assert visitor(one) != visitor(two)


# Devices


def test_own_list_shows_browser_system_and_day_and_no_address(amir):
    client = browser()
    give_password(client, amir.email, REMOTE_ADDR="203.0.113.7")
    client.post(reverse("mfa_authenticate"), {"code": code_of()}, REMOTE_ADDR="203.0.113.7")
    page = client.get("/accounts/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "203.0.113" not in page


def test_revoked_session_ends_at_once(amir):
    here, there = browser(), browser()
    here.force_login(amir)
    there.force_login(amir)
    stolen = UserSession.objects.get(pk=there.session["device_session"])
    here.post(f"/accounts/sessions/{stolen.pk}/end/")
    assert is_in(here)
    assert not is_in(there)


def test_all_other_sessions_end_at_once(amir):
    here, *others = [browser() for _ in range(3)]
    for client in [here, *others]:
        client.force_login(amir)
    here.post("/accounts/sessions/end/")
    assert [is_in(client) for client in [here, *others]] == [True, False, False]


def test_nobody_ends_the_session_of_somebody_else(amir):
    otto = browser()
    otto.force_login(make_user("Otto", roles=["operator"]))
    mine = browser()
    mine.force_login(amir)
    assert otto.post(f"/accounts/sessions/{mine.session['device_session']}/end/").status_code == 404
    assert is_in(mine)


def test_signing_out_ends_the_session_in_the_list(amir):
    client = browser()
    sign_in(client, amir)
    client.post("/accounts/logout/")
    assert not UserSession.objects.open().exists()


def test_changing_the_password_keeps_this_device_in(amir):
    client = browser()
    sign_in(client, amir)
    new = "another long and quiet word"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert is_in(client)
    assert Delivery.objects.filter(kind="password_changed").exists()


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit Chrome/130.0 Mobile Safari/537", ("Chrome", "Android")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604", ("Safari", "iOS")),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537.36 Edg/130", ("Edge", "Windows")),
        ("curl/8", ("", "")),
    ],
)
def test_devices_are_named_by_family(agent, expected):
    assert browser_and_system(agent) == expected


# Invitations


def test_invited_person_comes_in_by_the_link():
    invitation = invite("new@staff.example", roles=["operator"], by=SYSTEM, at=now())
    client = browser()
    path = join_path(invitation.pk)
    client.post(path, {"name": "Olga", "password": PASSWORD, "again": PASSWORD})
    olga = User.objects.get(email="new@staff.example")
    assert olga.has_role("operator")
    assert client.get(path).status_code == 404
    give_password(client, olga.email)
    assert client.get("/console/people/").url == reverse("mfa_index")


@pytest.mark.parametrize(("password", "again"), [("short", "short"), (PASSWORD, "different words here")])
def test_weak_or_mistyped_password_makes_no_account(password, again):
    invitation = invite("new@staff.example", by=SYSTEM, at=now())
    answer = browser().post(join_path(invitation.pk), {"name": "Olga", "password": password, "again": again})
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_invented_link_leads_nowhere():
    assert browser().get("/accounts/join/0199:invented/").status_code == 404
