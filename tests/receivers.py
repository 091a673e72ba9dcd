"""Real servers on loopback that receive what we send: mail by SMTP, webhooks by HTTP."""

import socketserver
import ssl
import threading
import time
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def _serving(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _MailTalk(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as smtplib speaks; `server.answers` replaces the answer to a command."""

    def handle(self):
        self.say("220 ready")
        while line := self.rfile.readline():
            verb = line.split(b" ")[0].strip().upper().decode()
            answer = self.server.answers.get(verb, "250 ok")
            if verb == "DATA" and answer == "250 ok":
                self.say("354 go on")
                answer = self.read_message()
            self.say(answer)
            if verb == "QUIT":
                return

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def read_message(self):
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        self.server.received.append(message_from_bytes(b"".join(lines), policy=policy.default))
        return self.server.answers.get("MESSAGE", "250 kept")


class MailServer(socketserver.ThreadingTCPServer):
    """`received` holds the messages; `answers` maps a command (or MESSAGE) to what is said instead of 250."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _MailTalk)
        self.received = []
        self.answers = {}

    @property
    def port(self):
        return self.server_address[1]


class _Post(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # the sender died between head and body: nothing has arrived
        with self.server.writing:
            self.server.received.append((self.path, dict(self.headers.items()), body))
            self.server.arrivals.append(time.monotonic())
        time.sleep(self.server.wait)
        status, headers = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


class WebhookReceiver(ThreadingHTTPServer):
    """`received` holds (path, headers, body), `arrivals` when; `answer` is its status and headers."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        """Whoever hangs up on us does so on purpose."""

    def __init__(self, certificate=None):
        super().__init__(("127.0.0.1", 0), _Post)
        self.received, self.arrivals = [], []
        self.writing = threading.Lock()
        self.answer = (204, {})
        self.wait = 0
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def port(self):
        return self.server_address[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hooks"


def mail_server():
    return _serving(MailServer())


def webhook_receiver(certificate=None):
    return _serving(WebhookReceiver(certificate))
