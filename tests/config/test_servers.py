from django.core.cache import cache
from django.db import connection
from django.test import TestCase


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
