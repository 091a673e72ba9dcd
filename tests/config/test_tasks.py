import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from django.test import SimpleTestCase, override_settings

from config.tasks import call_dead_man


class DeadManTests(SimpleTestCase):
    def test_the_operators_address_is_called(self):
        called = []

        class Listener(BaseHTTPRequestHandler):
            def do_HEAD(self):
                called.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        with HTTPServer(("127.0.0.1", 0), Listener) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            with override_settings(DEAD_MAN_URL=f"http://127.0.0.1:{server.server_port}/alive"):
                self.assertTrue(call_dead_man())
        self.assertEqual(called, ["/alive"])

    def test_no_address_is_no_call_and_a_dead_address_is_no_crash(self):
        self.assertFalse(call_dead_man())
        with override_settings(DEAD_MAN_URL="http://127.0.0.1:1/alive"):
            self.assertFalse(call_dead_man())
