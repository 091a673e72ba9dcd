"""Settings come from the environment alone and refuse what is wrong, by name."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = "import config.settings as s, json; print(json.dumps([s.PORT, s.BASE_URL, s.SESSION_COOKIE_SECURE]))"
SECRET = "Jx2vQm8Lr5Tn1Wp9Yz4Kd7Hb3Fc6Sg0a"
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


def read_settings(environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    argv = [sys.executable, "-c", READ]
    return subprocess.run(argv, cwd=ROOT, env=kept | environment, capture_output=True, text=True)


class SettingsTests(unittest.TestCase):
    def assert_refused(self, name, environment):
        done = read_settings(environment)
        self.assertNotEqual(done.returncode, 0, f"{name} was accepted")
        last = done.stderr.strip().splitlines()[-1]
        self.assertIn("ImproperlyConfigured", last)
        self.assertIn(name, last)

    def test_nothing_set_is_the_demo_on_this_machine(self):
        self.assertEqual(read_settings({}).stdout.strip(), '[8000, "http://localhost:8000", false]')

    def test_bad_values_are_refused_by_name(self):
        for name, value in {
            "RECOURSE_STAGE": "prod",
            "PORT": "http",
            "DATABASE_URL": "mysql://localhost/recourse",
            "VALKEY_URL": "amqp://localhost",
            "VALKEY_CACHE_URL": "localhost:6379",
            "RECOURSE_POOL": "many",
            "LOG_LEVEL": "loud",
            "DEAD_MAN_URL": "nowhere",
            "APPEAL_WINDOW_MONTHS": "3",
            "HSTS_WHOLE_DOMAIN": "perhaps",
        }.items():
            with self.subTest(name):
                self.assert_refused(name, {name: value})

    def test_production_starts_with_what_the_example_names(self):
        done = read_settings(PRODUCTION)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_production_refuses_what_is_missing(self):
        for name in ("SECRET_KEY", "RECEIPT_KEY", "BASE_URL", "DATABASE_URL", "VALKEY_URL"):
            with self.subTest(name):
                self.assert_refused(name, {key: value for key, value in PRODUCTION.items() if key != name})

    def test_production_refuses_weak_and_demo_secrets(self):
        for name, value in {
            "SECRET_KEY": "demo-secret-key-not-for-production-0123456789abcdef",
            "RECEIPT_KEY": "short",
            "LINK_KEYS": "1=short",
            "METRICS_TOKEN": "token",
            "BASE_URL": "http://recourse.example",
        }.items():
            with self.subTest(name):
                self.assert_refused(name, PRODUCTION | {name: value})
