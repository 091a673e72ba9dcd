"""Every page of an account speaks in our words, with errors too: what the libraries would say is nowhere."""

import gettext
import json
import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import allauth
import django
import pytest
from allauth.mfa.models import Authenticator
from babel.messages.pofile import read_po
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import global_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.actions import invite
from accounts.invitations import join_path
from accounts.resets import reset_path
from config import catalogs
from journal.actors import SYSTEM
from tests.accounts.test_signing_in import code_of
from tests.factories import NOON, PASSWORD, make_user
from tests.test_translations import Page

pytestmark = pytest.mark.django_db
DJANGO = Path(django.__file__).parent
LIBRARIES = [Path(allauth.__file__).parent, DJANGO / "contrib/auth", DJANGO / "conf"]
NAMES = {name for _, name in global_settings.LANGUAGES}
GAP = re.compile(r"%(?:\(\w+\))?[sd]")
NEW = "four words nobody guesses"


def gapped(text):
    """A sentence whatever its fields are called."""
    return GAP.sub("…", text).strip(" .")


def ours():
    with catalogs.path_of("ru").open("rb") as file:
        ids = [each.id for each in read_po(file)]
    return {gapped(part) for each in ids for part in ([each] if isinstance(each, str) else each)}


@pytest.fixture(scope="module")
def is_strange():
    """Whether a library has worded this: Django or allauth says it, and our catalogue does not know it."""
    said = set()
    for library in LIBRARIES:
        catalog = gettext.GNUTranslations((library / "locale/ru/LC_MESSAGES/django.mo").open("rb"))
        said |= {gapped(key[0] if isinstance(key, tuple) else key) for key in catalog._catalog}
    said -= ours() | NAMES
    with_gaps = [each for each in said if "…" in each and len(each) > 5]
    pattern = re.compile("|".join(".+".join(map(re.escape, each.split("…"))) for each in with_gaps))

    def is_strange(text):
        text = text.strip(" .")
        return text in said or (" " in text and bool(pattern.fullmatch(text)))

    return is_strange


@pytest.fixture(scope="module")
def strange(is_strange):
    """The sentences of a page that a library has worded."""
    return lambda answer: [said for said in Page(answer.content.decode(), "en").said if is_strange(said)]


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    cache.clear()


@pytest.fixture
def lena():
    return make_user("Lena", roles=["operator"])


@pytest.fixture
def client(lena):
    """Lena, who has just shown that it is her."""
    client = Client()
    client.force_login(lena)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def in_words(named):
    return {name: urlsafe_b64encode(each).decode().rstrip("=") for name, each in named.items()}


def add_passkey(user):
    """A passkey as a browser would have made it."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    known = AttestedCredentialData.create(bytes(16), b"telephone", public)
    data = AuthenticatorData.create(sha256(b"testserver").digest(), 0x45, 0, known)
    made = CollectedClientData.create("webauthn.create", b"challenge", "http://testserver")
    said = {"clientDataJSON": made, "attestationObject": AttestationObject.create("none", data, {})}
    key = {"id": b"telephone", "rawId": b"telephone"}
    credential = {**in_words(key), "type": "public-key", "response": in_words(said)}
    kind = Authenticator.Type.WEBAUTHN
    return Authenticator.objects.create(user=user, type=kind, data={"name": "Key", "credential": credential})


def sent(client, name, *forms, args=()):
    """A page, and how it answers to each form."""
    address = reverse(name, args=args)
    return [client.get(address, follow=True), *(client.post(address, form, follow=True) for form in forms)]


def read(strange, answers):
    """Each answer is a page, and no library speaks on it."""
    for answer in answers:
        assert answer.status_code in {200, 404, 429}, (answer.status_code, answer.request["PATH_INFO"])
        assert strange(answer) == [], answer.request["PATH_INFO"]


def test_words_of_a_library_are_recognised(is_strange):
    assert is_strange("Incorrect password.")
    assert is_strange("Platform with this Name already exists.")
    assert not is_strange("Sign in")


def test_signing_in(strange, lena):
    wrong = {"login": lena.email, "password": "wrong"}
    read(strange, sent(Client(), "account_login", {}, {"login": "nobody", "password": "x"}, *[wrong] * 6))
    read(strange, sent(Client(), "account_inactive"))


def test_signing_in_to_an_account_that_is_let_in_no_more(strange, lena):
    lena.is_active = False
    lena.save()
    read(strange, sent(Client(), "account_login", {"login": lena.email, "password": PASSWORD}))


def test_too_many_at_once(strange, lena):
    client = Client()
    forms = [{"email": f"rita{number}@example.org"} for number in range(21)]
    answers = sent(client, "account_reset_password", *forms)
    assert answers[-1].status_code == 429
    read(strange, answers[-1:])


def test_second_factor(strange, lena):
    add_passkey(lena)
    client = Client()
    client.post(reverse("account_login"), {"login": lena.email, "password": PASSWORD})
    forms = [{"code": ""}, {"credential": ""}, {"credential": "{}"}, *[{"code": "000000"}] * 6]
    read(strange, sent(client, "mfa_authenticate", *forms))


def test_passkey_that_is_none(strange):
    read(strange, sent(Client(), "mfa_login_webauthn", {}, {"credential": "{}"}, {"credential": "no"})[1:])


def test_setting_an_app_up(strange):
    olga = make_user("Olga", roles=["operator"], factor=False)
    client = Client()
    client.force_login(olga)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    read(strange, [client.get(reverse("mfa_index"))])
    answers = sent(client, "mfa_activate_totp", {}, {"code": "000000"}, {"code": "letters"})
    secret = re.search(r'id="authenticator_secret">(\w+)<', answers[-1].content.decode())[1]
    read(
        strange, [*answers, client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)]
    )


def test_taking_an_app_off(strange, client, lena):
    read(strange, sent(client, "mfa_deactivate_totp", {}))
    add_passkey(lena)
    read(strange, sent(client, "mfa_deactivate_totp", {}))


def test_recovery_codes(strange, client):
    read(strange, sent(client, "mfa_generate_recovery_codes", {}))
    read(strange, sent(client, "mfa_view_recovery_codes"))
    read(strange, sent(client, "mfa_index"))


def test_passkeys(strange, client, lena):
    key = add_passkey(lena)
    bad = {"name": "x" * 200, "credential": json.dumps({"id": "x"})}
    read(strange, sent(client, "mfa_add_webauthn", {}, {"name": "", "credential": "no"}, bad))
    read(strange, sent(client, "mfa_list_webauthn"))
    read(
        strange,
        sent(client, "mfa_edit_webauthn", {"name": ""}, {"name": "x" * 200}, {"name": "New"}, args=[key.pk]),
    )
    read(strange, sent(client, "mfa_remove_webauthn", {}, args=[key.pk]))


def test_password(strange, client):
    forms = [
        {},
        {"oldpassword": "wrong", "password1": NEW, "password2": NEW},
        {"oldpassword": PASSWORD, "password1": NEW, "password2": "other"},
        {"oldpassword": PASSWORD, "password1": "short", "password2": "short"},
        {"oldpassword": PASSWORD, "password1": "passwordpassword", "password2": "passwordpassword"},
        {"oldpassword": PASSWORD, "password1": "1234567890123", "password2": "1234567890123"},
        {"oldpassword": PASSWORD, "password1": "lena@staff.example", "password2": "lena@staff.example"},
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    ]
    read(strange, sent(client, "account_change_password", *forms))
    read(strange, sent(client, "account_set_password"))


def test_forgotten_password(strange, lena):
    read(strange, sent(Client(), "account_reset_password", {}, {"email": "nobody"}, {"email": lena.email}))
    read(strange, sent(Client(), "account_reset_password_from_key", args=["1a", "wrong-key"]))
    client = Client()
    address = client.get(reset_path(lena.pk)).url
    forms = [{}, {"password1": "short", "password2": "short"}, {"password1": NEW, "password2": "x"}]
    forms += [{"password1": NEW, "password2": NEW}]
    read(strange, [client.get(address), *(client.post(address, form, follow=True) for form in forms)])


def test_showing_again_that_it_is_you(strange, lena):
    client = Client()
    client.force_login(lena)
    add_passkey(lena)
    read(strange, sent(client, "account_reauthenticate", {}, *[{"password": "wrong"}] * 6))
    read(strange, sent(client, "mfa_reauthenticate", {}, *[{"code": "000000"}] * 6))
    read(strange, sent(client, "mfa_reauthenticate_webauthn", {}, {"credential": "{}"}))


def test_leaving(strange, client):
    read(strange, sent(client, "account_logout", {}))


def test_pages_of_ones_own(strange, client):
    read(strange, sent(client, "accounts:own"))
    read(
        strange,
        sent(client, "accounts:details", {}, {"name": "x" * 300, "language": "xx", "time_zone": "Mars"}),
    )
    read(strange, sent(client, "accounts:sessions"))
    read(strange, sent(client, "accounts:keys", {}, {"name": "x" * 300, "scopes": ["all"]}))


def test_joining(strange):
    token = join_path(invite("olga@staff.example", by=SYSTEM, at=NOON.replace(year=2100)).pk).split("/")[-2]
    forms = [{}, {"name": "Olga", "password": "short", "again": "other"}]
    forms += [
        {"name": "Olga", "password": each, "again": each}
        for each in ("short", "olga@staff.example", "1" * 13)
    ]
    read(strange, sent(Client(), "accounts:join", *forms, args=[token]))
    read(strange, sent(Client(), "accounts:join", args=["wrong"]))


def test_people_and_platforms(strange, client):
    read(
        strange,
        sent(client, "accounts:invite", {}, {"email": "nobody", "roles": ["emperor"], "language": "xx"}),
    )
    read(strange, sent(client, "accounts:platforms", {}, {"name": "x" * 300, "slug": "Not a slug"}))
    client.post(reverse("accounts:platforms"), {"name": "Agora", "slug": "agora"})
    read(strange, sent(client, "accounts:platforms", {"name": "Agora", "slug": "agora"}))
    read(strange, sent(client, "accounts:make_key", {}, args=["agora"])[1:])
    read(strange, sent(client, "accounts:add_endpoint", {}, {"url": "ftp://x"}, args=["agora"])[1:])


ODD = [{}, [], 5, "x", None, {"id": 5}, {"id": "x", "rawId": "x"}, {"id": "eA", "rawId": "eA", "response": 5}]
DOORS = ["mfa_login_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("said", ODD, ids=str)
def test_what_is_no_passkey_is_refused_in_words(lena, door, said):
    client = Client()
    if door != "mfa_login_webauthn":
        client.force_login(lena)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        add_passkey(lena)
    page = client.post(reverse(door), {"credential": json.dumps(said)}, follow=True).content.decode()
    assert "This key was not accepted." in page or door == "mfa_reauthenticate_webauthn"


@pytest.mark.parametrize("said", ODD, ids=str)
def test_what_is_no_passkey_is_no_second_factor(lena, said):
    add_passkey(lena)
    client = Client()
    client.post(reverse("account_login"), {"login": lena.email, "password": PASSWORD})
    answer = client.post(reverse("mfa_authenticate"), {"credential": json.dumps(said)})
    assert answer.status_code == 200
    assert client.get("/accounts/").status_code == 302
