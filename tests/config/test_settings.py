"""Settings come from the environment alone and refuse what is wrong, by name."""

import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
SECRET = "Jx2vQm8Lr5Tn1Wp9Yz4Kd7Hb3Fc6Sg0a"
LONG_AND_KNOWN = "demo-secret-key-not-for-production-0123456789abcdef"
PRODUCTION = {
    line.split("=", 1)[0]: line.split("=", 1)[1] or SECRET
    for line in (ROOT / "compose.env.example").read_text().splitlines()
    if "=" in line and not line.startswith("#")
} | {
    "RECOURSE_STAGE": "production",
    "DATABASE_URL": "postgres://recourse:secret@database/recourse",
    "VALKEY_URL": "valkey://broker:6379/0",
    "VALKEY_CACHE_URL": "valkey://cache:6379/0",
}


@pytest.fixture(autouse=True)
def log():
    """Reading the settings would set up the log of this process anew."""
    with mock.patch("structlog.configure"):
        yield


def read(environment):
    """The settings of another process that was given this environment and nothing else."""
    spec = spec_from_file_location("settings_of_another", ROOT / "config" / "settings.py")
    settings = module_from_spec(spec)
    with mock.patch.dict(os.environ, environment, clear=True):
        spec.loader.exec_module(settings)
    return settings


def without(*names):
    return {name: value for name, value in PRODUCTION.items() if name not in names}


def assert_refused(name, environment):
    with pytest.raises(ImproperlyConfigured, match=rf"\b{name}\b"):
        read(environment)


def test_nothing_set_is_the_demo_on_this_machine():
    settings = read({})
    assert (settings.STAGE, settings.PORT, settings.HOST) == ("demo", 8000, "127.0.0.1")
    assert settings.BASE_URL == "http://localhost:8000"
    assert not settings.SESSION_COOKIE_SECURE


def test_production_starts_with_what_the_example_names():
    settings = read(PRODUCTION)
    assert settings.SESSION_COOKIE_SECURE
    assert settings.SECURE_SSL_REDIRECT
    assert not settings.DEBUG
    assert not settings.WEBHOOKS_TO_PRIVATE_NETWORKS


def test_what_the_example_leaves_out_is_set_to_what_holds_without_it():
    left_out = {
        line[2:].split("=", 1)[0]: line.split("=", 1)[1]
        for line in (ROOT / "compose.env.example").read_text().splitlines()
        if line.startswith("# ") and "=" in line.split(" ")[1]
    }
    assert len(left_out) > 25
    # The image gives every process its folder and its connections.
    image = PRODUCTION | {"RECOURSE_STATE": "/data/app", "RECOURSE_POOL": "4"}
    plain, named = read(image), read(image | left_out)
    facts = [name for name in vars(plain) if name.isupper() and name != "LOGGING"]
    assert [name for name in facts if repr(getattr(plain, name)) != repr(getattr(named, name))] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECOURSE_STAGE", "prod"),
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("BASE_URL", "recourse.example"),
        ("DATABASE_URL", "mysql://localhost/recourse"),
        ("DATABASE_URL", "postgres://localhost/"),
        ("DATABASE_BEHIND_PGBOUNCER", "sometimes"),
        ("VALKEY_URL", "amqp://localhost"),
        ("VALKEY_CACHE_URL", "localhost:6379"),
        ("RECOURSE_POOL", "many"),
        ("RECOURSE_POOL", "-1"),
        ("LINK_KEYS", "secret-without-a-name"),
        ("LOG_LEVEL", "loud"),
        ("DEAD_MAN_URL", "nowhere"),
        ("EMAIL_URL", "imap://mail.example"),
        ("APPEAL_WINDOW_MONTHS", "3"),
        ("STATEMENT_CALLS_PER_SECOND", "0"),
        ("STATEMENT_CALLS_PER_MINUTE", "0"),
        ("STATEMENT_STREAM_LINES", "0"),
        ("STATEMENT_STREAM_SECONDS", "0"),
        ("HSTS_WHOLE_DOMAIN", "perhaps"),
        ("WEBHOOKS_TO_PRIVATE_NETWORKS", "perhaps"),
        ("TRUSTED_PROXIES", "one"),
        ("TRUSTED_PROXIES", "-1"),
        ("ATTACHMENT_BYTES", "10 MB"),
        ("ATTACHMENT_BYTES", "0"),
        ("ATTACHMENTS_AT_ONCE", "-1"),
        ("ATTACHMENTS_IN_A_CASE", "few"),
        ("WAITS_PER_HOUR", "-1"),
        ("QUICK_EXIT_URL", "wikipedia"),
    ],
)
def test_bad_value_is_refused_by_name(name, value):
    assert_refused(name, {name: value})


def test_bucket_at_a_bad_address_is_refused():
    assert_refused("FILES_ENDPOINT", {"FILES_BUCKET": "files", "FILES_ENDPOINT": "storage.example"})


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "RECEIPT_KEY",
        "BASE_URL",
        "DATABASE_URL",
        "VALKEY_URL",
        "EMAIL_URL",
        "MAIL_FROM",
        "SERVICE_OPERATOR",
        "SERVICE_ADDRESS",
        "CONTACT_PEOPLE_EMAIL",
        "CONTACT_AUTHORITIES_EMAIL",
        "SECURITY_CONTACT",
    ],
)
def test_production_refuses_what_is_missing(name):
    assert_refused(name, without(name))


def test_production_needs_a_key_of_links_under_either_name():
    assert_refused("LINK_KEY", without("LINK_KEY", "LINK_KEYS"))
    assert list(read(without("LINK_KEY") | {"LINK_KEYS": f"1={SECRET},2={SECRET}x"}).LINK_KEYS) == ["1", "2"]


@pytest.mark.parametrize("name", ["SECRET_KEY", "RECEIPT_KEY", "LINK_KEY", "METRICS_TOKEN"])
@pytest.mark.parametrize("value", ["short", LONG_AND_KNOWN, "a" * 40])
def test_production_refuses_a_secret_that_can_be_guessed(name, value):
    assert_refused(name, PRODUCTION | {name: value})


def test_production_refuses_a_weak_key_among_those_of_links():
    assert_refused("LINK_KEYS", PRODUCTION | {"LINK_KEYS": f"1={SECRET},2=short"})


def test_production_refuses_an_address_without_tls():
    assert_refused("BASE_URL", PRODUCTION | {"BASE_URL": "http://recourse.example"})


def test_production_never_calls_a_private_network():
    assert not read(PRODUCTION | {"WEBHOOKS_TO_PRIVATE_NETWORKS": "true"}).WEBHOOKS_TO_PRIVATE_NETWORKS


def test_process_that_is_refused_says_so_in_its_last_line():
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    argv = [sys.executable, "-c", "import config.settings"]
    environment = kept | {"PORT": "http"}
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode
    assert done.stderr.strip().splitlines()[-1].endswith("PORT must be a whole number.")
