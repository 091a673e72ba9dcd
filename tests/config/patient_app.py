"""A small application for tests of the worker: it says how much it read, and stands still where asked to."""

from urllib.parse import parse_qs


def application(environ, start_response):
    asked = parse_qs(environ["QUERY_STRING"])
    body = b"" if "blind" in asked else environ["wsgi.input"].read()
    size = int(asked.get("size", ["0"])[0])
    answer = b"x" * size or f"{environ['REQUEST_METHOD']} {len(body)}".encode()
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
