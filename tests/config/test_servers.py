import os
from contextlib import nullcontext
from pathlib import Path

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import TestCase

from accounts.models import User
from tests.factories import NOON


class EmbeddedServersTests(TestCase):
    def test_postgres_is_the_version_we_build_on(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT uuidv7(), current_setting('server_version_num')::int")
            self.assertGreaterEqual(cursor.fetchone()[1], 180000)

    def test_letters_of_all_our_languages_fold(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT lower('ÄŞҚЁ')")
            self.assertEqual(cursor.fetchone()[0], "äşқё")

    def test_cache_remembers_within_a_test(self):
        cache.set("rita", "was here", 5)
        self.assertEqual(cache.get("rita"), "was here")

    def test_log_of_the_database_keeps_no_refused_statement(self):
        for refused in (False, True):
            with self.assertRaises(IntegrityError) if refused else nullcontext(), transaction.atomic():
                User.objects.create(email="rita@example.org", joined_at=NOON)
        log = (Path(os.environ["RECOURSE_STATE"]) / "logs" / "postgres.log").read_text()
        self.assertIn("duplicate key value", log)
        self.assertNotIn("rita@", log)
