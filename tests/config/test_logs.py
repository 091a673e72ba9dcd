import io
import json
import logging

from django.conf import settings
from django.db import IntegrityError
from django.test import RequestFactory, SimpleTestCase

SIGNED = "/decisions/1.eyJ1IjoicmV0YSJ9.signature/"


class LogTests(SimpleTestCase):
    def said(self, logger, *words, **options):
        """What a logger writes, as it stands in the output."""
        handler = logging.getLogger().handlers[0]
        out, before = io.StringIO(), handler.stream
        handler.setStream(out)
        try:
            logging.getLogger(logger).error(*words, **options)
        finally:
            handler.setStream(before)
        return json.loads(out.getvalue())

    def test_path_of_a_failed_request_is_not_logged(self):
        request = RequestFactory().get(SIGNED)
        line = self.said("django.request", "%s: %s", "Internal Server Error", SIGNED,
                         extra={"request": request, "status_code": 500})  # fmt: skip
        self.assertEqual(line["event"], "Internal Server Error")
        self.assertNotIn("eyJ", json.dumps(line))

    def test_path_that_gunicorn_could_not_serve_is_not_logged(self):
        self.assertNotIn("eyJ", json.dumps(self.said("gunicorn.error", "Error handling request %s", SIGNED)))

    def test_address_that_sent_what_gunicorn_could_not_read_is_not_logged(self):
        for sender in ("203.0.113.7", "2001:db8::7"):
            said = self.said("gunicorn.error", f"Invalid request from ip={sender}: Request Line is too large")
            self.assertEqual(said["event"], "Invalid request")

    def test_host_that_somebody_made_up_is_not_logged(self):
        said = self.said(
            "django.security.DisallowedHost", "Invalid HTTP_HOST header: '203.0.113.7'. You may ..."
        )
        self.assertEqual(said["event"], "Invalid HTTP_HOST header")

    def test_exception_is_logged_without_what_it_says(self):
        try:
            raise IntegrityError("Key (email)=(rita@example.org) already exists.")
        except IntegrityError:
            line = self.said("appeals", "failed", exc_info=True)
        self.assertEqual(line["error"], "django.db.utils.IntegrityError")
        self.assertNotIn("rita", json.dumps(line))

    def test_gunicorn_writes_no_access_log(self):
        from config import gunicorn

        self.assertIsNone(gunicorn.accesslog)
        self.assertFalse(settings.DEBUG)
